/** Reads the picture size from an AVCDecoderConfigurationRecord; null if it has no readable sequence parameter set. */
export function readPictureSize(avcConfiguration: Buffer): { width: number; height: number } | null {
  if (avcConfiguration.length < 9 || (avcConfiguration[5]! & 31) === 0) return null;
  const length = avcConfiguration.readUInt16BE(6);
  const unit = avcConfiguration.subarray(8, 8 + length);
  try {
    return parse(withoutEmulation(unit.subarray(1)));
  } catch {
    return null;
  }
}

const PROFILES_WITH_CHROMA = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** Parses by section 7.3.2.1.1 of ITU-T H.264, up to the picture size. */
function parse(bytes: Buffer): { width: number; height: number } {
  const bits = createBitReader(bytes);
  const profile = bits.take(8);
  bits.take(16);
  bits.unsigned();
  let chroma = 1;
  if (PROFILES_WITH_CHROMA.has(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3) bits.take(1);
    bits.unsigned();
    bits.unsigned();
    bits.take(1);
    if (bits.take(1) === 1) {
      for (let list = 0; list < (chroma === 3 ? 12 : 8); list += 1) {
        if (bits.take(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64);
      }
    }
  }
  bits.unsigned();
  const orderType = bits.unsigned();
  if (orderType === 0) bits.unsigned();
  if (orderType === 1) {
    bits.take(1);
    bits.signed();
    bits.signed();
    for (let cycles = bits.unsigned(); cycles > 0; cycles -= 1) bits.signed();
  }
  bits.unsigned();
  bits.take(1);
  const widthBlocks = bits.unsigned() + 1;
  const heightUnits = bits.unsigned() + 1;
  const framesOnly = bits.take(1);
  if (framesOnly === 0) bits.take(1);
  bits.take(1);
  const crop = bits.take(1) === 1 ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const [left, right, top, bottom] = crop as [number, number, number, number];
  const cropX = chroma === 1 || chroma === 2 ? 2 : 1;
  const cropY = (chroma === 1 ? 2 : 1) * (2 - framesOnly);
  return {
    width: widthBlocks * 16 - (left + right) * cropX,
    height: heightUnits * 16 * (2 - framesOnly) - (top + bottom) * cropY,
  };
}

function skipScalingList(bits: ReturnType<typeof createBitReader>, size: number): void {
  let last = 8;
  let next = 8;
  for (let index = 0; index < size; index += 1) {
    if (next !== 0) next = (last + bits.signed() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function withoutEmulation(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte, index) => !(byte === 3 && bytes[index - 1] === 0 && bytes[index - 2] === 0)));
}

function createBitReader(bytes: Buffer) {
  let at = 0;
  const take = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index += 1, at += 1) {
      const byte = bytes[at >> 3];
      if (byte === undefined) throw new RangeError('the parameter set ends early');
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1);
    }
    return value;
  };
  const unsigned = (): number => {
    let zeros = 0;
    while (take(1) === 0) zeros += 1;
    return 2 ** zeros - 1 + take(zeros);
  };
  const signed = (): number => {
    const code = unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  };
  return { take, unsigned, signed };
}
