/** Beyond this a group of pictures is not kept. */
const CACHE_BYTES_MAX = 16 * 1024 * 1024;

export interface RawCache {
  add(packets: Buffer, offset: number): void;
  /** A keyframe begins at this offset: what came before is not needed any more. */
  startGroup(offset: number, dtsMs: number): void;
  /** What comes next does not belong to the group: there is none until the next keyframe. */
  endGroup(): void;
  /** Everything since the newest keyframe; null when there has been none. */
  group(): { chunks: Buffer[]; dtsMs: number } | null;
  clear(): void;
}

/**
 * Keeps the transport packets since the newest keyframe. A keyframe is recognised only after its bytes went by, hence the
 * offsets.
 */
export function createRawCache(): RawCache {
  let chunks: { offset: number; data: Buffer }[] = [];
  let bytes = 0;
  let groupDtsMs: number | null = null;

  function clear(): void {
    chunks = [];
    bytes = 0;
    groupDtsMs = null;
  }

  return {
    add(data, offset) {
      chunks.push({ offset, data });
      bytes += data.length;
      if (bytes > CACHE_BYTES_MAX) clear();
    },
    startGroup(offset, dtsMs) {
      chunks = chunks.filter((chunk) => chunk.offset + chunk.data.length > offset);
      const first = chunks[0];
      if (!first || first.offset > offset) {
        groupDtsMs = null;
        return;
      }
      chunks[0] = { offset, data: first.data.subarray(offset - first.offset) };
      bytes = chunks.reduce((sum, chunk) => sum + chunk.data.length, 0);
      groupDtsMs = dtsMs;
    },
    endGroup() {
      groupDtsMs = null;
    },
    group: () => (groupDtsMs === null ? null : { chunks: chunks.map((chunk) => chunk.data), dtsMs: groupDtsMs }),
    clear,
  };
}
