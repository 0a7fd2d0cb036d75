import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStartTime } from './process-start.ts';

/** Another Sluice works in the data directory. The message is ready for the terminal. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';

  constructor(directory: string, path: string, pid: number) {
    super(
      `the data directory ${directory} is in use by another Sluice (process ${pid}). Stop that one, or give this one a ` +
        `directory of its own: SLUICE_DATA_DIR=<another directory>. If no such process exists, remove ${path}`,
    );
  }
}

interface Holder {
  pid: number;
  /** Tells a process from a later one with the same id; null where the system does not say. */
  startTime: string | null;
}

const FILE_NAME = 'in-use.json';
const ATTEMPTS_MAX = 3;

/**
 * Keeps a second Sluice out of a data directory, made when it is missing, until the process ends. What a killed process
 * left behind does not count.
 * @returns gives the directory free
 * @throws {DataDirectoryInUseError}
 */
export function lockDataDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, FILE_NAME);
  const ours = `${path}.${process.pid}`;
  const holder: Holder = { pid: process.pid, startTime: readStartTime(process.pid) };
  writeFileSync(ours, JSON.stringify(holder), { mode: 0o600 });
  try {
    for (let attempt = 1; ; attempt += 1) {
      // Linked in place whole: nobody ever reads a lock that is half written.
      if (tryLink(ours, path)) return () => rmSync(path, { force: true });
      const other = readHolder(path);
      if ((other && isAlive(other)) || attempt === ATTEMPTS_MAX) {
        throw new DataDirectoryInUseError(directory, path, other?.pid ?? 0);
      }
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(ours, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | null {
  try {
    const { pid, startTime } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' ? { pid, startTime: startTime ?? null } : null;
  } catch {
    // Given free in between, or not written by us.
    return null;
  }
}

function isAlive({ pid, startTime }: Holder): boolean {
  if (startTime !== null) return readStartTime(pid) === startTime;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
