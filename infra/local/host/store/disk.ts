import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The few things the table's journal asks of a file system. Tests replace it with one that fills up, fails, and loses at
 * a power cut what was not synced.
 */
export interface Disk {
  /** Creates a directory that only its owner can enter, unless it is there. Its parent has to be. */
  makeDirectory(path: string): Promise<void>;
  /** Names in a directory; none when it does not exist. */
  list(path: string): Promise<string[]>;
  /** The whole file, or null when it does not exist. */
  read(path: string): Promise<Buffer | null>;
  /** Creates an empty file that only its owner can read, in place of what has that name. */
  create(path: string): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): Promise<void>;
}

/** An open file. */
export interface DiskFile {
  /** Writes all bytes at `position`. */
  write(bytes: Buffer, position: number): Promise<void>;
  /** Returns when what was written is on the disk. */
  sync(): Promise<void>;
  /** Whether a path leads to this very file, and it has this size. */
  isAt(at: string, size: number): Promise<boolean>;
  close(): Promise<void>;
}

/** The machine's own file system. */
export const systemDisk: Disk = {
  async makeDirectory(path) {
    await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    await systemDisk.syncDirectory(dirname(path));
  },
  list: (path) => readdir(path).catch((error: unknown) => emptyWhenMissing(error, [])),
  read: (path) => readFile(path).catch((error: unknown) => emptyWhenMissing(error, null)),
  async create(path) {
    await rm(path, { force: true });
    const handle = await open(path, 'wx', 0o600);
    return {
      async write(bytes, position) {
        // The system may write less than it was given, above all on a disk that fills up.
        for (let done = 0; done < bytes.length;) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
          done += bytesWritten;
        }
      },
      sync: () => handle.datasync(),
      async isAt(at, size) {
        const [own, found] = await Promise.all([handle.stat({ bigint: true }), statIfThere(at)]);
        return found !== null && found.ino === own.ino && found.dev === own.dev && found.size === BigInt(size);
      },
      close: () => handle.close(),
    };
  },
  rename,
  remove: (path) => rm(path, { force: true, recursive: true }),
  async syncDirectory(path) {
    const handle = await open(path, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

const statIfThere = (path: string) =>
  stat(path, { bigint: true }).catch((error: unknown) => emptyWhenMissing(error, null));

function emptyWhenMissing<Empty>(error: unknown, empty: Empty): Empty {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return empty;
  throw error;
}
