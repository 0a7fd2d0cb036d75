import { isAbsolute, relative, resolve } from 'node:path';

/** The system does not let us keep our data where it should be. The message is ready for the terminal. */
export class UnusableDirectoryError extends Error {
  override readonly name = 'UnusableDirectoryError';

  constructor(directory: string, cause: NodeJS.ErrnoException) {
    super(
      `the data directory ${directory} cannot be used: ${cause.message}. Make it a directory that can be written and ` +
        'has room, or give another one: SLUICE_DATA_DIR=<another directory>',
      { cause },
    );
  }
}

/** Errors of a full disk, which name no file. */
const FULL = ['ENOSPC', 'EDQUOT'];

/** Explains an error of the system about something in the data directory; any other error is given back as it is. */
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
