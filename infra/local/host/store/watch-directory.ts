import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writePrivateFile } from '../root-key.ts';
import type { StorageHealth } from './storage-health.ts';

/** Below this nothing is accepted any more: what was accepted must still find room to settle. */
const FREE_BYTES_MIN = 1024 * 1024;
const SMALL_FILES = ['root.key', 'store.json', 'srt-passphrase.sealed', 'access-token', 'aws-credentials'];

/** The data directory itself was removed, unmounted or replaced. */
export class DirectoryGoneError extends Error {
  override readonly name = 'DirectoryGoneError';
}

/** The data directory, as it was when the watch began. */
export interface WatchedDirectory {
  /** Throws when it is gone, may not be written or has no room. */
  check(): void;
  /** Throws when it is gone. */
  requireInPlace(): void;
}

/** Remembers which directory it is: one that is mounted or made in its place later is another. */
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

/** Has the small files of the data directory written again as they are now when one is removed or cut. */
export function keepSmallFiles(health: Pick<StorageHealth, 'add'>, dataDirectory: string): void {
  for (const name of SMALL_FILES) keepFile(health, join(dataDirectory, name));
}

/** A directory that was moved away, unmounted or mounted over is not written to, and nothing is made in its place. */
function identify(directory: string): string {
  try {
    const { dev, ino } = statSync(directory, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DirectoryGoneError(`${directory} does not exist any more`);
  }
}

/** Does nothing for a file that is not there. */
function keepFile(health: Pick<StorageHealth, 'add'>, path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  const bytes = readFileSync(path);
  health.add(basename(path), {
    check: () => requireSize(path, bytes.length),
    repair: () => writePrivateFile(path, bytes),
  });
}

/** @throws an error with code `ENOENT` for a file that is gone or has another size */
export function requireSize(path: string, size: number): void {
  const found = statSync(path, { throwIfNoEntry: false })?.size;
  if (found === size) return;
  const what = found === undefined ? 'is gone' : `has ${found} bytes instead of ${size}`;
  throw Object.assign(new Error(`${path} ${what}`), { code: 'ENOENT' });
}
