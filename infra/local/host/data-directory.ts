import { isAbsolute, relative, resolve } from 'node:path';

/** Reports that the data directory cannot be used. The message is ready for the terminal. */
export class UnusableDirectoryError extends Error {
  override readonly name = 'UnusableDirectoryError';

  constructor(directory: string, cause: NodeJS.ErrnoException) {
    super(
      `the data directory ${directory} cannot be used: ${cause.message}. Make it writable, with free space, or choose another one: ` +
        'SLUICE_DATA_DIR=<another directory>',
      { cause },
    );
  }
}

/** Errors of a full disk. They name no file. */
const FULL = ['ENOSPC', 'EDQUOT'];

/** Explains a system error about a path in the data directory; returns any other error unchanged. */
export function explainDirectoryError(directory: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, errno, path } = error as NodeJS.ErrnoException;
  if (errno === undefined || code === undefined) return error;
  const isOurs = path === undefined ? FULL.includes(code) : isWithin(directory, path);
  return isOurs ? new UnusableDirectoryError(directory, error) : error;
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(resolve(directory), resolve(path));
  return !isAbsolute(way) && way.split(/[\\/]/)[0] !== '..';
}
