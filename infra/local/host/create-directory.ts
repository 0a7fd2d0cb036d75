import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Creates one private directory unless it exists. Its parent must exist: a data directory that was removed or unmounted
 * must not come back empty, in the way of the one that returns.
 * @throws when the parent does not exist
 */
export function createDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * Creates the private directories of a path below a root unless they exist.
 * @param path relative; `.` for the root itself
 * @throws when the root does not exist
 */
export function createDirectoriesBelow(root: string, path: string): void {
  if (path === '.') return;
  createDirectoriesBelow(root, dirname(path));
  createDirectory(join(root, path));
}
