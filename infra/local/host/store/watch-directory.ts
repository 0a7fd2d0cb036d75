import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writePrivateFile } from '../root-key.ts';
import type { StorageHealth } from './storage-health.ts';
import { DirectoryGoneError, type WatchedDirectory } from './watched-directory.ts';

/** With less free space no change is accepted, because accepted ones still need room to settle. */
const FREE_BYTES_MIN = 1024 * 1024;
const SMALL_FILES = ['root.key', 'store.json', 'srt-passphrase.sealed', 'access-token', 'aws-credentials'];

/** Remembers the identity of the directory: one that is mounted or created in its place later is a different one. */
export function watchDirectory(dataDirectory: string): WatchedDirectory {
  const identity = identify(dataDirectory);
  function requireInPlace(): void {
    if (identify(dataDirectory) !== identity) throw new DirectoryGoneError(`${dataDirectory} is another directory now`);
  }
  return {
    requireInPlace,
    check() {
      requireInPlace();
      accessSync(dataDirectory, constants.R_OK | constants.W_OK | constants.X_OK);
      const { bavail, bsize } = statfsSync(dataDirectory);
      const free = bavail * bsize;
      if (free >= FREE_BYTES_MIN) return;
      const message = `${free} bytes are free on the disk of ${dataDirectory}, and ${FREE_BYTES_MIN} are needed`;
      throw Object.assign(new Error(message), { code: 'ENOSPC' });
    },
  };
}

/** Restores a small file of the data directory when it is removed or truncated. */
export function keepSmallFiles(health: Pick<StorageHealth, 'add'>, dataDirectory: string): void {
  for (const name of SMALL_FILES) keepFile(health, join(dataDirectory, name));
}

/** Identifies a directory by device and inode, so that Sluice writes nothing to another one at the same path. */
function identify(directory: string): string {
  try {
    const { dev, ino } = statSync(directory, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DirectoryGoneError(`${directory} does not exist any more`);
  }
}

/** Watches one file, unless it does not exist. */
function keepFile(health: Pick<StorageHealth, 'add'>, path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  const bytes = readFileSync(path);
  health.add(basename(path), {
    check: () => requireSize(path, bytes.length),
    repair: () => writePrivateFile(path, bytes),
  });
}

/** @throws an error with code `ENOENT` for a missing file or one of another size */
export function requireSize(path: string, size: number): void {
  const found = statSync(path, { throwIfNoEntry: false })?.size;
  if (found === size) return;
  const what = found === undefined ? 'is gone' : `has ${found} bytes instead of ${size}`;
  throw Object.assign(new Error(`${path} ${what}`), { code: 'ENOENT' });
}
