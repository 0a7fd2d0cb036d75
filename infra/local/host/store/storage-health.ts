import type { StorageFailure } from '../../../../functions/api/api-deps.ts';
import type { Logger } from '../../../../functions/workflow/workflow-deps.ts';
import type { Clock } from '../clock.ts';
import { DamagedTableError } from './damaged-table.ts';
import { DirectoryGoneError, type WatchedDirectory } from './watched-directory.ts';

/**
 * Tracks whether confirmed changes are also on disk. Every part that writes reports its failures here; from the first
 * failure the API refuses changes, until each part has proven that it holds everything again.
 */

/** A part of the store that is kept on disk. */
export interface StoredPart {
  /** Throws when the disk does not hold what was written last. */
  check(): void | Promise<void>;
  /** Writes the part's whole content again; throws when it cannot. */
  repair(): Promise<void> | void;
}

export interface StorageHealth {
  /** Returns the current failure; null while everything is on disk. */
  failure(): StorageFailure | null;
  /** Records a failed write. */
  fail(part: string, error: unknown): void;
  add(name: string, part: StoredPart): void;
  /** @throws {DirectoryGoneError} when the path of the data directory leads elsewhere now */
  requireInPlace(): void;
  /** Checks every part and repairs the failed ones. */
  poll(): Promise<void>;
  /** Polls every two seconds until `close`. */
  watch(): void;
  close(): Promise<void>;
}

/** Refuses a change that could be lost. */
export class StorageRefusedError extends Error {
  override readonly name = 'StorageRefusedError';
}

const POLL_EVERY_MS = 2_000;

const CAUSES: Record<string, Omit<StorageFailure, 'since'>> = {
  ENOSPC: { reason: 'the disk is full', remedy: 'free some space on the disk of the data directory' },
  EDQUOT: { reason: 'the disk quota is used up', remedy: 'free some space, or raise the quota' },
  EROFS: {
    reason: 'the disk is read-only',
    remedy: 'mount it writable again, and check the system log for disk errors',
  },
  EIO: { reason: 'the disk reports an error', remedy: 'check the system log for disk errors, and replace the disk' },
  EACCES: { reason: 'the data directory is not writable', remedy: 'restore its permissions' },
  EPERM: { reason: 'the data directory is not writable', remedy: 'restore its permissions' },
  EMFILE: { reason: 'too many files are open', remedy: 'raise the limit of open files (ulimit -n)' },
  ENOENT: {
    reason: 'a file of the data directory is gone',
    remedy: 'find out what removed it; Sluice writes it again',
  },
};
const UNKNOWN = { reason: 'the data directory cannot be written', remedy: 'read the message on the console' };

const GONE = {
  reason: 'the data directory is gone',
  remedy: 'put it back, or mount its disk again; if that is impossible, stop Sluice and restore a backup',
};

/** Returns the reason and the remedy for a failed write, in words for operators. */
function explainStorageError(error: unknown): Omit<StorageFailure, 'since'> {
  if (error instanceof DirectoryGoneError) return GONE;
  if (error instanceof DamagedTableError) return CAUSES['ENOENT']!;
  return CAUSES[(error as NodeJS.ErrnoException)?.code ?? ''] ?? UNKNOWN;
}

const DIRECTORY_PART = 'data directory';

/** @param deps.logger gets one line when writing fails and one when everything is on disk again */
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
  let polling: Promise<void> = Promise.resolve();
  let cancel = () => {};
  let closed = false;

  function fail(part: string, error: unknown): void {
    if (closed || error instanceof StorageRefusedError) return;
    failed.set(part, error);
    // Recent writes may have gone elsewhere, so write everything again once the directory is back.
    if (error instanceof DirectoryGoneError) for (const name of parts.keys()) failed.set(name, error);
    const explained = explainStorageError(error);
    if (failure?.reason === explained.reason) return;
    failure = { since: failure?.since ?? new Date(clock.now()), ...explained };
    const message = error instanceof Error ? error.message : String(error);
    logger.error(
      `the store cannot be written, and changes are refused: ${explained.reason} (${part}: ${message}). Remedy: ${explained.remedy}`,
    );
  }

  async function pollOnce(): Promise<void> {
    for (const [name, part] of parts) {
      try {
        if (failed.has(name)) await part.repair();
        await part.check();
        failed.delete(name);
      } catch (error) {
        fail(name, error);
        // The directory is the first part; when it fails, the parts below it cannot be trusted.
        return;
      }
    }
    if (failure === null || failed.size > 0) return;
    logger.info('the store is complete again and accepts changes; nothing confirmed was lost');
    failure = null;
  }

  function poll(): Promise<void> {
    polling = polling.then(pollOnce);
    return polling;
  }

  function watch(): void {
    if (closed) return;
    cancel = clock.after(POLL_EVERY_MS, () => void poll().then(watch));
  }

  return {
    failure: () => failure,
    fail,
    add: (name, part) => void parts.set(name, part),
    requireInPlace: () => directory?.requireInPlace(),
    poll,
    watch,
    async close() {
      closed = true;
      cancel();
      await polling;
    },
  };
}
