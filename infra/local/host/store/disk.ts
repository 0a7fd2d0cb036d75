import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The file system operations that the table's journal needs. Tests replace them with a disk that fills up, fails, and
 * loses unsynced data in a power cut.
 */
export interface Disk {
  /** Creates a directory for its owner only, unless it exists. Its parent must exist. */
  makeDirectory(path: string): Promise<void>;
  /** Lists the names in a directory; empty if it does not exist. */
  list(path: string): Promise<string[]>;
  /** Reads a whole file; null if it does not exist. */
  read(path: string): Promise<Buffer | null>;
  /** Creates an empty file for its owner only, and replaces one of that name. */
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
  /** Returns once the written bytes are on disk. */
  sync(): Promise<void>;
  /** Returns whether the path leads to this same file, with this size. */
  isAt(at: string, size: number): Promise<boolean>;
  close(): Promise<void>;
}

/** The file system of the machine. */
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
        // The system may write fewer bytes than requested, above all on a disk that is filling up.
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
