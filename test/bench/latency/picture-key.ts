/**
 * Identifies a picture at any point of the path. The first bytes of its first slice are the same in a transport stream
 * and in RTMP, and noise makes them unique within a clip, so nothing has to be added to the stream.
 */

const KEY_BYTES = 24;
const SLICE_TYPES = new Set([1, 5]);
const AVC_HEADER_BYTES = 5;
const PACKET_BYTES = 188;
/** More than the parameter sets and messages before the first slice. */
const HEAD_BYTES = 4096;

/** Returns the key of a picture in an Annex B byte stream, or null without a slice. */
export function keyOfByteStream(data: Buffer): string | null {
  for (let at = data.indexOf('000001', 0, 'hex'); at >= 0; at = data.indexOf('000001', at + 3, 'hex')) {
    const type = (data[at + 3] ?? 0) & 0x1f;
    if (SLICE_TYPES.has(type)) return toKey(data, at + 3);
  }
  return null;
}

/** Returns the key of a picture in the body of an RTMP or FLV video message, or null without a slice. */
export function keyOfFlvBody(body: Buffer): string | null {
  for (let at = AVC_HEADER_BYTES; at + 5 <= body.length; at += 4 + body.readUInt32BE(at)) {
    if (SLICE_TYPES.has(body[at + 4]! & 0x1f)) return toKey(body, at + 4);
  }
  return null;
}

function toKey(data: Buffer, at: number): string | null {
  return at + KEY_BYTES <= data.length ? data.toString('latin1', at, at + KEY_BYTES) : null;
}

/**
 * Watches a transport stream and reports when each picture was complete, which is when its last packet arrived. This is
 * known one picture later.
 */
export function createPictureSpotter(
  onPicture: (key: string, completeAtMs: number) => void,
): (chunk: Buffer, atMs: number) => void {
  let rest: Buffer = Buffer.alloc(0);
  let videoPid = -1;
  let head: Buffer[] = [];
  let headBytes = 0;
  let lastPacketAtMs = 0;

  function take(packet: Buffer, atMs: number): void {
    const pid = packet.readUInt16BE(1) & 0x1fff;
    const starts = (packet[1]! & 0x40) !== 0;
    const payload = packet.subarray((packet[3]! & 0x20) === 0 ? 4 : 5 + packet[4]!);
    // Stream ids 0xe0 to 0xef are video (ISO/IEC 13818-1 table 2-22).
    if (starts && payload.length > 4 && payload.readUIntBE(0, 3) === 1 && payload[3]! >> 4 === 0xe) videoPid = pid;
    if (pid !== videoPid || payload.length === 0) return;
    if (starts) {
      const key = keyOfByteStream(Buffer.concat(head));
      if (key !== null) onPicture(key, lastPacketAtMs);
      head = [];
      headBytes = 0;
    }
    if (headBytes < HEAD_BYTES) head.push(payload);
    headBytes += payload.length;
    lastPacketAtMs = atMs;
  }

  return (chunk, atMs) => {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    while (at + PACKET_BYTES <= data.length) {
      if (data[at] === 0x47) {
        take(data.subarray(at, at + PACKET_BYTES), atMs);
        at += PACKET_BYTES;
      } else at += 1;
    }
    rest = Buffer.from(data.subarray(at));
  };
}
