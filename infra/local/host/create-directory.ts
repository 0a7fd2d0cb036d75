import { mkdirSync } from 'node:fs';

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
