/** A group of pictures larger than this is not kept. */
const CACHE_BYTES_MAX = 16 * 1024 * 1024;

/** The keyframe that starts a group. */
export interface GroupStart {
  /** Program time. */
  dtsMs: number;
  ptsMs: number;
  /** Transport packets a decoder needs in front of the group. */
  headers: Buffer;
}

export interface Group extends GroupStart {
  chunks: Buffer[];
}

export interface RawCache {
  add(packets: Buffer, offset: number): void;
  /**
   * Starts a new group: a keyframe begins at this offset, and earlier packets are dropped.
   * @param describe receives the keyframe's first packet
   */
  startGroup(offset: number, describe: (first: Buffer) => GroupStart): void;
  /** Drops the group: the next packets do not belong to it. */
  endGroup(): void;
  /** Returns all packets since the newest keyframe; null without one. */
  group(): Group | null;
  clear(): void;
}

/**
 * Keeps the transport packets since the newest keyframe. A keyframe is recognised only after its bytes went by, hence
 * the offsets.
 */
export function createRawCache(): RawCache {
  let chunks: { offset: number; data: Buffer }[] = [];
  let bytes = 0;
  let start: GroupStart | null = null;

  function clear(): void {
    chunks = [];
    bytes = 0;
    start = null;
  }

  return {
    add(data, offset) {
      chunks.push({ offset, data });
      bytes += data.length;
      if (bytes > CACHE_BYTES_MAX) clear();
    },
    startGroup(offset, describe) {
      chunks = chunks.filter((chunk) => chunk.offset + chunk.data.length > offset);
      const first = chunks[0];
      if (!first || first.offset > offset) {
        start = null;
        return;
      }
      const data = first.data.subarray(offset - first.offset);
      chunks[0] = { offset, data };
      bytes = chunks.reduce((sum, chunk) => sum + chunk.data.length, 0);
      start = describe(data);
    },
    endGroup() {
      start = null;
    },
    group: () => start && { ...start, chunks: chunks.map((chunk) => chunk.data) },
    clear,
  };
}
