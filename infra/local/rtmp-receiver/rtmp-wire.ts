/**
 * The receiving half of RTMP. It shares no code with the publisher on purpose: tests of one against the other would not
 * detect a common mistake.
 */

export interface ReceivedMessage {
  type: number;
  /** The sender's message stream id. */
  stream: number;
  /** Absolute time; exceeds 32 bits only through the sender's deltas. */
  timestamp: number;
  payload: Buffer;
}

interface Lane {
  type: number;
  stream: number;
  length: number;
  timestamp: number;
  delta: number;
  usesExtended: boolean;
  payload: Buffer | null;
  filled: number;
}

const FIELD_BYTES = [11, 7, 3, 0] as const;

/** Assembles chunks into messages. The returned function accepts bytes, and throws when they are not RTMP. */
export function createMessageCollector(onMessage: (message: ReceivedMessage) => void): (bytes: Buffer) => void {
  const lanes = new Map<number, Lane>();
  let chunkSize = 128;
  let leftover: Buffer | null = null;
  let open: Lane | null = null;
  let openRemaining = 0;

  function push(input: Buffer): void {
    let data = input;
    if (leftover) {
      data = Buffer.concat([leftover, input]);
      leftover = null;
    }
    let position = 0;
    while (position < data.length) {
      if (open === null) {
        const used = startChunk(data, position);
        if (used === null) {
          leftover = data.subarray(position);
          return;
        }
        position += used;
        if (openRemaining > 0) continue;
      } else {
        const count = Math.min(openRemaining, data.length - position);
        data.copy(open.payload!, open.filled, position, position + count);
        open.filled += count;
        openRemaining -= count;
        position += count;
      }
      if (openRemaining === 0) endChunk();
    }
  }

  /** Reads a chunk's header; null when more bytes are needed. */
  function startChunk(data: Buffer, start: number): number | null {
    const available = data.length - start;
    const format = ((data[start]! & 0b11000000) >> 6) as Format;
    let id = data[start]! & 0b00111111;
    let size = 1;
    if (id < 2) {
      size = id + 2;
      if (available < size) return null;
      id = id === 0 ? data[start + 1]! + 64 : data[start + 2]! * 256 + data[start + 1]! + 64;
    }
    const known = lanes.get(id);
    const fieldsAt = start + size;
    size += FIELD_BYTES[format];
    if (available < size) return null;
    refuseMisplacedHeader(known, format, id);
    const lane = known ?? newLane();

    let time = format < 3 ? data.readUIntBE(fieldsAt, 3) : 0;
    const usesExtended = format < 3 ? time === 0xffffff : lane.usesExtended;
    if (usesExtended) {
      size += 4;
      if (available < size) return null;
      time = data.readUInt32BE(start + size - 4);
      refuseOtherTime(lane, time, id);
    }
    lane.usesExtended = usesExtended;
    readFields(lane, format, time, data, fieldsAt);
    lanes.set(id, lane);
    open = lane;
    openRemaining = Math.min(chunkSize, lane.length - lane.filled);
    return size;
  }

  function endChunk(): void {
    const lane = open!;
    open = null;
    if (lane.filled < lane.length) return;
    const payload = lane.payload!;
    lane.payload = null;
    if (lane.type === 1) {
      chunkSize = payload.readUInt32BE(0);
      if (chunkSize === 0 || chunkSize > 0x7fffffff) throw new Error(`chunk size ${chunkSize} is out of range`);
      return;
    }
    onMessage({ type: lane.type, stream: lane.stream, timestamp: lane.timestamp, payload });
  }

  return push;
}

type Format = 0 | 1 | 2 | 3;

function newLane(): Lane {
  return { type: 0, stream: 0, length: 0, timestamp: 0, delta: 0, usesExtended: false, payload: null, filled: 0 };
}

function refuseMisplacedHeader(lane: Lane | undefined, format: Format, id: number): void {
  if (!lane && format !== 0) throw new Error(`chunk stream ${id} does not begin with a full header`);
  if (lane?.payload && format !== 3) throw new Error(`chunk stream ${id} begins a message inside another`);
}

function refuseOtherTime({ payload, timestamp, delta }: Lane, time: number, id: number): void {
  if (payload === null || time === timestamp % 2 ** 32 || time === delta) return;
  throw new Error(`chunk stream ${id} continues without repeating its extended timestamp`);
}

/** Reads a header's fields into its chunk stream, and begins a message unless one is unfinished. */
function readFields(lane: Lane, format: Format, time: number, data: Buffer, at: number): void {
  if (format === 0) {
    lane.timestamp = time;
    lane.delta = 0;
    lane.stream = data.readUInt32LE(at + 7);
  }
  if (format <= 1) {
    lane.length = data.readUIntBE(at + 3, 3);
    lane.type = data[at + 6]!;
  }
  if (format === 1 || format === 2) lane.delta = time;
  if (lane.payload !== null) return;
  if (format !== 0) lane.timestamp += lane.delta;
  lane.payload = Buffer.allocUnsafe(lane.length);
  lane.filled = 0;
}

/** Reads the values of a command or data message; unknown types end the list. */
export function readCommandValues(payload: Buffer): unknown[] {
  let at = 0;
  const text = (bytes: number) => {
    const length = payload.readUIntBE(at, bytes);
    at += bytes;
    const value = payload.toString('utf8', at, at + length);
    at += length;
    return value;
  };
  const record = () => {
    const entries = new Map<string, unknown>();
    for (let name = text(2); name !== '' || payload[at] !== 9; name = text(2)) entries.set(name, value());
    at += 1;
    return Object.fromEntries(entries);
  };
  const value = (): unknown => {
    const marker = payload[at++];
    if (marker === 0) return payload.readDoubleBE((at += 8) - 8);
    if (marker === 1) return payload[at++] === 1;
    if (marker === 2) return text(2);
    if (marker === 3) return record();
    if (marker === 5) return null;
    if (marker === 6) return undefined;
    if (marker === 8) {
      at += 4;
      return record();
    }
    if (marker === 10) return Array.from({ length: payload.readUInt32BE((at += 4) - 4) }, value);
    if (marker === 12) return text(4);
    throw new RangeError(`AMF0 marker ${marker} at byte ${at - 1} is not supported`);
  };
  const values: unknown[] = [];
  while (at < payload.length) values.push(value());
  return values;
}

/** Builds a command: name, transaction number, then text, numbers, nulls and flat records. */
export function writeCommand(name: string, transaction: number, ...values: CommandValue[]): Buffer {
  return Buffer.concat([name, transaction, ...values].map(writeValue));
}

type CommandValue = string | number | null | Record<string, string | number>;

function writeValue(value: CommandValue): Buffer {
  if (value === null) return Buffer.from([5]);
  if (typeof value === 'number') {
    const encoded = Buffer.alloc(9);
    encoded.writeDoubleBE(value, 1);
    return encoded;
  }
  if (typeof value === 'string') return Buffer.concat([Buffer.from([2]), nameBytes(value)]);
  const entries = Object.entries(value).map(([name, entry]) => Buffer.concat([nameBytes(name), writeValue(entry)]));
  return Buffer.concat([Buffer.from([3]), ...entries, Buffer.from([0, 0, 9])]);
}

function nameBytes(text: string): Buffer {
  const encoded = Buffer.from(text);
  return Buffer.concat([Buffer.from([encoded.length >> 8, encoded.length & 255]), encoded]);
}

/** Builds a message of the receiver in chunks of `chunkSize`, with a full header and timestamp 0. */
export function writeMessage(type: number, stream: number, payload: Buffer, chunkSize: number): Buffer {
  const lane = type === 20 ? 3 : 2;
  const header = Buffer.alloc(12);
  header[0] = lane;
  header.writeUIntBE(payload.length, 4, 3);
  header[7] = type;
  header.writeUInt32LE(stream, 8);
  const parts: Buffer[] = [header];
  for (let at = 0; at < payload.length; at += chunkSize) {
    if (at > 0) parts.push(Buffer.from([0xc0 + lane]));
    parts.push(payload.subarray(at, at + chunkSize));
  }
  return Buffer.concat(parts);
}
