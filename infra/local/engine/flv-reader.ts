const FLV_HEADER_BYTES = 9;
const TAG_HEADER_BYTES = 11;
const PREVIOUS_TAG_BYTES = 4;

export interface FlvTag {
  kind: 'video' | 'audio';
  timestampMs: number;
  body: Buffer;
}

/**
 * Cuts an FLV byte stream (FLV 10.1, annex E) into its audio and video tags as the bytes arrive. Script tags are
 * skipped.
 * @returns the function that reads the bytes
 */
export function createFlvReader(onTag: (tag: FlvTag) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  /** Number of bytes needed for the next step. */
  let needed = FLV_HEADER_BYTES + PREVIOUS_TAG_BYTES;
  let headerSeen = false;

  return (chunk) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes < needed) return;
    let data = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    if (!headerSeen) {
      data = data.subarray(data.readUInt32BE(5) + PREVIOUS_TAG_BYTES);
      headerSeen = true;
    }
    needed = TAG_HEADER_BYTES;
    while (data.length >= TAG_HEADER_BYTES) {
      const length = data.readUIntBE(1, 3);
      needed = TAG_HEADER_BYTES + length + PREVIOUS_TAG_BYTES;
      if (data.length < needed) break;
      const type = data[0]! & 0x1f;
      const timestampMs = data.readUIntBE(4, 3) + data[7]! * 2 ** 24;
      // Copied, so that a kept tag does not keep its whole chunk in memory.
      const body = Buffer.from(data.subarray(TAG_HEADER_BYTES, TAG_HEADER_BYTES + length));
      if (type === 8 || type === 9) onTag({ kind: type === 9 ? 'video' : 'audio', timestampMs, body });
      data = data.subarray(needed);
      needed = TAG_HEADER_BYTES;
    }
    chunks = data.length > 0 ? [data] : [];
    bytes = data.length;
  };
}
