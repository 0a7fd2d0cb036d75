export interface BitReader {
  bits(count: number): number;
  flag(): boolean;
  skip(count: number): void;
  /** ue(v), unsigned Exp-Golomb. */
  unsigned(): number;
  /** se(v), signed Exp-Golomb. */
  signed(): number;
}

/**
 * Reads bits, most significant first.
 * @throws {RangeError} from every method when the data ends
 */
export function createBitReader(data: Uint8Array): BitReader {
  let position = 0;
  const bit = () => {
    const byte = data[position >> 3];
    if (byte === undefined) throw new RangeError('the bit stream ends too early');
    const value = (byte >> (7 - (position & 7))) & 1;
    position += 1;
    return value;
  };
  const bits = (count: number) => {
    let value = 0;
    for (let left = count; left > 0; left -= 1) value = value * 2 + bit();
    return value;
  };
  const unsigned = () => {
    let zeros = 0;
    while (bit() === 0) {
      zeros += 1;
      if (zeros > 32) throw new RangeError('an Exp-Golomb code is longer than 32 bits');
    }
    return 2 ** zeros - 1 + bits(zeros);
  };
  return {
    bits,
    flag: () => bit() === 1,
    skip(count) {
      position += count;
    },
    unsigned,
    signed() {
      const code = unsigned();
      return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
    },
  };
}

/** Removes the 03 of every 00 00 03 (ITU-T H.264 7.4.1). */
export function removeEmulationPrevention(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length);
  let length = 0;
  let zeros = 0;
  for (const byte of data) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    out[length] = byte;
    length += 1;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.subarray(0, length);
}
