import { dirname } from 'node:path';
import type { Disk, DiskFile } from '../../infra/local/host/store/disk.ts';

/**
 * A disk in memory that fails on request and loses unsynced data in a power cut: any part of a write, and all changes
 * of names in a directory after some point.
 */
export interface FaultyDisk extends Disk {
  /** Returns the number of operations that changed something or tried to. */
  operations(): number;
  /** Makes all operations from this one on fail; half of a failing write's bytes arrive. */
  failFrom(operation: number, code: string): void;
  heal(): void;
  /** Returns the disk after a power cut. @param random returns 0 to 1 */
  afterPowerCut(random: () => number): FaultyDisk;
  /** Returns the files by path. */
  files(): Map<string, Buffer>;
  set(path: string, bytes: Buffer | null): void;
}

interface Inode {
  bytes: Buffer;
  synced: Buffer;
  unsynced: { bytes: Buffer; position: number }[];
}

type Names = Map<string, Inode>;

export function makeFaultyDisk(names: Names = new Map()): FaultyDisk {
  let synced: Names = new Map(names);
  /** Unsynced changes of names, oldest first. */
  let changes: { directory: string; apply: (to: Names) => void }[] = [];
  let operations = 0;
  let failing: { from: number; code: string } | null = null;

  const isFailing = () => failing !== null && operations >= failing.from;
  function begin(path: string): void {
    operations += 1;
    if (isFailing()) throw failure();
    void path;
  }
  const failure = () => Object.assign(new Error(`${failing!.code}: injected`), { code: failing!.code, errno: -1 });

  function changeNames(directory: string, apply: (to: Names) => void): void {
    apply(names);
    changes.push({ directory, apply });
  }

  function openFile(path: string, inode: Inode): DiskFile {
    return {
      async write(bytes, position) {
        operations += 1;
        const written = isFailing() ? bytes.subarray(0, bytes.length >> 1) : bytes;
        inode.bytes = place(inode.bytes, written, position);
        inode.unsynced.push({ bytes: Buffer.from(written), position });
        if (isFailing()) throw failure();
      },
      async sync() {
        begin(path);
        inode.synced = inode.bytes;
        inode.unsynced = [];
      },
      isAt: async (at, size) => names.get(at) === inode && inode.bytes.length === size,
      close: async () => {},
    };
  }

  return {
    operations: () => operations,
    failFrom: (from, code) => void (failing = { from, code }),
    heal: () => void (failing = null),
    files: () => new Map([...names].map(([path, { bytes }]) => [path, bytes])),
    set(path, bytes) {
      if (bytes === null) names.delete(path);
      else names.set(path, { bytes, synced: bytes, unsynced: [] });
      synced = new Map(names);
      changes = [];
    },
    afterPowerCut(random) {
      const kept = new Map(synced);
      const lastChange = Math.floor(random() * (changes.length + 1));
      for (const change of changes.slice(0, lastChange)) change.apply(kept);
      return makeFaultyDisk(new Map([...kept].map(([path, inode]) => [path, survive(inode, random)])));
    },

    makeDirectory: async (path) => begin(path),
    list: async (path) =>
      [...names.keys()].filter((name) => dirname(name) === path).map((name) => name.slice(path.length + 1)),
    read: async (path) => names.get(path)?.bytes ?? null,
    async create(path) {
      begin(path);
      const inode: Inode = { bytes: Buffer.alloc(0), synced: Buffer.alloc(0), unsynced: [] };
      changeNames(dirname(path), (to) => to.set(path, inode));
      return openFile(path, inode);
    },
    async rename(from, to) {
      begin(from);
      const inode = names.get(from);
      if (!inode) throw Object.assign(new Error(`ENOENT: ${from}`), { code: 'ENOENT', errno: -2 });
      changeNames(dirname(to), (into) => {
        into.delete(from);
        into.set(to, inode);
      });
    },
    async remove(path) {
      begin(path);
      changeNames(dirname(path), (to) => to.delete(path));
    },
    async syncDirectory(path) {
      begin(path);
      for (const change of changes) if (change.directory === path) change.apply(synced);
      changes = changes.filter((change) => change.directory !== path);
    },
  };
}

/** Keeps all, nothing or the first part of each unsynced write. */
function survive(inode: Inode, random: () => number): Inode {
  let bytes = inode.synced;
  for (const write of inode.unsynced) {
    const chance = random();
    const length = chance < 1 / 3 ? 0 : chance < 2 / 3 ? write.bytes.length : Math.floor(random() * write.bytes.length);
    if (length > 0) bytes = place(bytes, write.bytes.subarray(0, length), write.position);
  }
  return { bytes, synced: bytes, unsynced: [] };
}

/** Applies a write. Beyond the end it leaves zeros in between, as a file system does. */
function place(into: Buffer, bytes: Buffer, position: number): Buffer {
  const whole = Buffer.alloc(Math.max(into.length, position + bytes.length));
  into.copy(whole);
  bytes.copy(whole, position);
  return whole;
}
