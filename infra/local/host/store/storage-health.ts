import type { StorageFailure } from '../../../../functions/api/api-deps.ts';
import type { Logger } from '../../../../functions/workflow/workflow-deps.ts';
import type { Clock } from '../clock.ts';
import { DamagedTableError } from './table-journal.ts';
import { DirectoryGoneError, type WatchedDirectory } from './watch-directory.ts';

/**
 * Whether what is confirmed to a caller is also kept. Every part that writes reports its failures here; from the first
 * one on the API refuses changes, until each part has proven that it holds everything again.
 */

/** One thing that is kept on disk. */
export interface StoredPart {
  /** Throws when what is on disk is not what was written last. */
  check(): void | Promise<void>;
  /** Writes everything again that the part has to hold; throws when it cannot. */
  repair(): Promise<void> | void;
}

export interface StorageHealth {
  /** Null while everything is kept. */
  failure(): StorageFailure | null;
  /** Reports a write that has failed. */
  fail(part: string, error: unknown): void;
  add(name: string, part: StoredPart): void;
  /** @throws {DirectoryGoneError} when a path into the data directory leads elsewhere now */
  requireInPlace(): void;
  /** Checks every part, and repairs what has failed. */
  look(): Promise<void>;
  /** Looks every two seconds until `close`. */
  watch(): void;
  close(): Promise<void>;
}

/** A change that was refused, because it could be lost. */
export class StorageRefusedError extends Error {
  override readonly name = 'StorageRefusedError';
}

const LOOK_EVERY_MS = 2_000;

const CAUSES: Record<string, Omit<StorageFailure, 'since'>> = {
  ENOSPC: { reason: 'the disk is full', remedy: 'free some space on the disk of the data directory' },
  EDQUOT: { reason: 'the disk quota is used up', remedy: 'free some space, or raise the quota' },
  EROFS: {
    reason: 'the disk is read-only',
    remedy: 'mount it writable again, and look for disk errors in the system log',
  },
  EIO: { reason: 'the disk reports an error', remedy: 'look for disk errors in the system log, and replace the disk' },
  EACCES: { reason: 'the data directory may not be written', remedy: 'give its permissions back' },
  EPERM: { reason: 'the data directory may not be written', remedy: 'give its permissions back' },
  EMFILE: { reason: 'too many files are open', remedy: 'raise the limit of open files (ulimit -n)' },
  ENOENT: { reason: 'a file of the data directory is gone', remedy: 'look who removed it; Sluice writes it again' },
};
const UNKNOWN = { reason: 'the data directory cannot be written', remedy: 'read the message on the console' };

const GONE = {
  reason: 'the data directory is gone',
  remedy: 'put it back, or mount its disk again; if that is impossible, stop Sluice and restore a backup',
};

/** Says what a failure to write means, in words for everyone. */
function explainStorageError(error: unknown): Omit<StorageFailure, 'since'> {
  if (error instanceof DirectoryGoneError) return GONE;
  if (error instanceof DamagedTableError) return CAUSES['ENOENT']!;
  return CAUSES[(error as NodeJS.ErrnoException)?.code ?? ''] ?? UNKNOWN;
}

const DIRECTORY_PART = 'data directory';

/** @param deps.logger gets one line when writing fails, and once when everything is kept again */
export function createStorageHealth(deps: {
  clock: Clock;
  logger: Pick<Logger, 'info' | 'error'>;
  directory?: WatchedDirectory;
}): StorageHealth {
  const { clock, logger, directory } = deps;
  const parts = new Map<string, StoredPart>(
    directory ? [[DIRECTORY_PART, { check: directory.check, repair() {} }]] : [],
  );
  const failed = new Map<string, unknown>();
  let failure: StorageFailure | null = null;
  let looking: Promise<void> = Promise.resolve();
  let cancel = () => {};
  let closed = false;

  function fail(part: string, error: unknown): void {
    if (closed || error instanceof StorageRefusedError) return;
    failed.set(part, error);
    // What was written meanwhile may be anywhere: once the directory is back, everything is written again.
    if (error instanceof DirectoryGoneError) for (const name of parts.keys()) failed.set(name, error);
    const explained = explainStorageError(error);
    if (failure?.reason === explained.reason) return;
    failure = { since: failure?.since ?? new Date(clock.now()), ...explained };
    const message = error instanceof Error ? error.message : String(error);
    logger.error(
      `the store cannot be written, and changes are refused: ${explained.reason} (${part}: ${message}). To do: ${explained.remedy}`,
    );
  }

  async function lookOnce(): Promise<void> {
    for (const [name, part] of parts) {
      try {
        if (failed.has(name)) await part.repair();
        await part.check();
        failed.delete(name);
      } catch (error) {
        fail(name, error);
        // What is below it cannot be trusted: the directory is the first part.
        return;
      }
    }
    if (failure === null || failed.size > 0) return;
    logger.info('the store is whole again: everything that was confirmed is kept, and changes are accepted');
    failure = null;
  }

  function look(): Promise<void> {
    looking = looking.then(lookOnce);
    return looking;
  }

  function watch(): void {
    if (closed) return;
    cancel = clock.after(LOOK_EVERY_MS, () => void look().then(watch));
  }

  return {
    failure: () => failure,
    fail,
    add: (name, part) => void parts.set(name, part),
    requireInPlace: () => directory?.requireInPlace(),
    look,
    watch,
    async close() {
      closed = true;
      cancel();
      await looking;
    },
  };
}
