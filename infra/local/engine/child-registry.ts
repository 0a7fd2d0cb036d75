/**
 * Records the child processes in a file, so that an engine killed with SIGKILL does not leave an SRT listener
 * behind that accepts the next caller. A process is identified by its id and its start time, because ids are reused.
 */
import { readFileSync, rmSync, writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { readStartTime } from '../host/process-start.ts';
import type { EngineLogger } from './engine-logger.ts';

const FILE_NAME = 'media-processes.json';

interface ProcessIdentity {
  pid: number;
  /** Clock ticks since boot, /proc/<pid>/stat field 22. Null where there is no /proc. */
  startTime: string | null;
}

interface RegistryFile {
  engine: ProcessIdentity;
  program: string;
  children: ProcessIdentity[];
}

export interface ChildRegistry {
  add(pid: number): void;
  remove(pid: number): void;
  /** Removes the file, once no child is running. */
  clear(): void;
}

/**
 * Kills the children an earlier engine left in this directory, then starts a new list. Only a process whose start time
 * and program match the list, and whose engine is gone, is killed.
 */
export function openChildRegistry(deps: {
  dataDirectory: string;
  program: string;
  logger: EngineLogger;
}): ChildRegistry {
  const path = join(deps.dataDirectory, FILE_NAME);
  killLeftovers(deps.dataDirectory, deps.logger);
  const children = new Map<number, ProcessIdentity>();

  function save(): void {
    const content: RegistryFile = {
      engine: { pid: process.pid, startTime: readStartTime(process.pid) },
      program: deps.program,
      children: [...children.values()],
    };
    try {
      writeFileSync(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
      renameSync(`${path}.new`, path);
    } catch (error) {
      deps.logger.warn('failed to write the list of media processes', {
        error: error instanceof Error ? error.message : 'unknown',
      });
    }
  }

  return {
    add(pid) {
      children.set(pid, { pid, startTime: readStartTime(pid) });
      save();
    },
    remove(pid) {
      if (children.delete(pid)) save();
    },
    clear: () => rmSync(path, { force: true }),
  };
}

/** Kills the children that a dead engine's list in this directory names. Does nothing while that engine is running. */
export function killLeftovers(dataDirectory: string, logger: EngineLogger): void {
  const file = readRegistry(join(dataDirectory, FILE_NAME));
  if (!file || isAlive(file.engine)) return;
  for (const child of file.children) {
    if (!isAlive(child) || !runs(child.pid, file.program)) continue;
    logger.warn('killing a media process left by an earlier run', { pid: child.pid });
    try {
      process.kill(child.pid, 'SIGKILL');
    } catch {
      // The process has ended by itself.
    }
  }
}

function readRegistry(path: string): RegistryFile | null {
  try {
    const content = JSON.parse(readFileSync(path, 'utf8')) as RegistryFile;
    return Array.isArray(content.children) && typeof content.engine?.pid === 'number' ? content : null;
  } catch {
    return null;
  }
}

function isAlive(identity: ProcessIdentity): boolean {
  return identity.startTime !== null && readStartTime(identity.pid) === identity.startTime;
}

function runs(pid: number, program: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(program);
  } catch {
    return false;
  }
}
