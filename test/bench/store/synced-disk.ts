import type { Disk, DiskFile } from '../../../infra/local/host/store/disk.ts';

/** A disk that remembers what has been synced: what a machine finds after a power cut now. */
export interface SyncedDisk extends Disk {
  survivors(): Map<string, Buffer>;
  /** Syncs of files so far. */
  readonly syncs: number;
}

interface Tracked {
  written: Buffer;
  writtenLength: number;
  /** A copy of a small file, which is written over; the length of a long one, which is only added to. */
  synced: Buffer | number;
}

const SMALL_BYTES = 4_096;

/** Passes everything on to a real disk. */
export function trackSyncs(disk: Disk): SyncedDisk {
  const files = new Map<string, Tracked>();
  let syncs = 0;

  function track(path: string, file: DiskFile): DiskFile {
    const tracked: Tracked = { written: Buffer.alloc(64 * 1024), writtenLength: 0, synced: Buffer.alloc(0) };
    files.set(path, tracked);
    return {
      ...file,
      async write(bytes, position) {
        await file.write(bytes, position);
        const end = position + bytes.length;
        if (end > tracked.written.length) tracked.written = Buffer.concat([tracked.written, Buffer.alloc(end)]);
        bytes.copy(tracked.written, position);
        tracked.writtenLength = Math.max(tracked.writtenLength, end);
      },
      async sync() {
        const { written, writtenLength } = tracked;
        // What is written while the sync is under way may be lost.
        const isSmall = writtenLength <= SMALL_BYTES;
        const covered = isSmall ? Buffer.from(written.subarray(0, writtenLength)) : writtenLength;
        await file.sync();
        syncs += 1;
        tracked.synced = covered;
      },
    };
  }

  return {
    ...disk,
    create: async (path) => track(path, await disk.create(path)),
    async rename(from, to) {
      await disk.rename(from, to);
      const tracked = files.get(from);
      files.delete(from);
      if (tracked) files.set(to, tracked);
    },
    async remove(path) {
      await disk.remove(path);
      files.delete(path);
    },
    get syncs() {
      return syncs;
    },
    survivors: () =>
      new Map(
        [...files].map(([path, { synced, written }]) => [
          path,
          typeof synced === 'number' ? written.subarray(0, synced) : synced,
        ]),
      ),
  };
}
