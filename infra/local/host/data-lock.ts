import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStartTime } from './process-start.ts';

/** Reports that another Sluice uses the data directory. The message is ready for the terminal. */
export class DataDirectoryInUseError extends Error {
  override readonly name = 'DataDirectoryInUseError';

  constructor(directory: string, path: string, pid: number) {
    super(
      `the data directory ${directory} is in use by another Sluice (process ${pid}). Stop it, or give this one ` +
        `another directory: SLUICE_DATA_DIR=<another directory>. If no such process exists, remove ${path}`,
    );
  }
}

interface Holder {
  pid: number;
  /** Distinguishes a process from a later one with the same id; null where the system does not report it. */
  startTime: string | null;
}

const FILE_NAME = 'in-use.json';
const ATTEMPTS_MAX = 3;

/**
 * Locks a data directory against a second Sluice until the process ends, and creates the directory if it is missing.
 * The lock of a killed process does not count.
 * @returns a function that releases the lock
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
      // A hard link appears whole, so no process reads a half-written lock.
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
    // Released meanwhile, or not written by Sluice.
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
