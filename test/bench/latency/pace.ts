/**
 * Computes when each byte of a transport stream is due by its program clock, for an encoder's even pace instead of a
 * file reader's bursts.
 */

const PACKET_BYTES = 188;
const CLOCK_HZ = 90_000;

export interface PacePoint {
  offset: number;
  atMs: number;
}

/** Returns offset and time of each clock reference in a contiguous stream, relative to the first one. */
export function findPacePoints(stream: Buffer): PacePoint[] {
  const points: PacePoint[] = [];
  let clockPid = -1;
  let firstMs = 0;
  for (let offset = 0; offset + PACKET_BYTES <= stream.length; offset += PACKET_BYTES) {
    const pid = stream.readUInt16BE(offset + 1) & 0x1fff;
    const hasField = (stream[offset + 3]! & 0x20) !== 0 && stream[offset + 4]! >= 7;
    if (!hasField || (stream[offset + 5]! & 0x10) === 0 || (clockPid >= 0 && pid !== clockPid)) continue;
    // The upper 32 of 33 bits at 90 kHz, which is precise enough.
    const ms = (stream.readUInt32BE(offset + 6) * 2 * 1000) / CLOCK_HZ;
    if (clockPid < 0) firstMs = ms;
    clockPid = pid;
    points.push({ offset, atMs: ms - firstMs });
  }
  return points;
}

/** Returns how many bytes are due after a time. Never decreases over time. */
export function bytesDue(points: readonly PacePoint[], elapsedMs: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (points[middle]!.atMs <= elapsedMs) low = middle;
    else high = middle - 1;
  }
  const [from, to] = [points[low]!, points[low + 1]];
  if (!to) return from.offset;
  const share = Math.min(1, Math.max(0, (elapsedMs - from.atMs) / (to.atMs - from.atMs)));
  return Math.floor(from.offset + share * (to.offset - from.offset));
}
