/** Times in the header of a PES packet (ISO/IEC 13818-1 2.4.3.7): 33 bits at 90 kHz, spread over five bytes. */

export function readTime(packet: Buffer, at: number): number {
  const high = (packet[at]! >> 1) & 7;
  const middle = packet.readUInt16BE(at + 1) >> 1;
  const low = packet.readUInt16BE(at + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

/** @param marker the four bits before the time, which say which one it is */
export function writeTime(out: Buffer, at: number, marker: number, ticks: number): void {
  out[at] = (marker << 4) | (Math.floor(ticks / 2 ** 30) << 1) | 1;
  out.writeUInt16BE(((Math.floor(ticks / 2 ** 15) & 0x7fff) << 1) | 1, at + 1);
  out.writeUInt16BE(((ticks & 0x7fff) << 1) | 1, at + 3);
}
