import type { Disk } from './disk.ts';
import type { Write } from './journal-lines.ts';
import type { StorageHealth } from './storage-health.ts';
import { StorageRefusedError } from './storage-health.ts';
import { openTableJournal, type TableJournal } from './table-journal.ts';

/**
 * Makes dynalite's in-memory table durable: a write is confirmed, and visible to readers, once it is on disk. Writes
 * that arrive during another write become durable together.
 */

/** The part of dynalite's in-memory database that the table uses. */
export interface MemoryTable {
  batch(operations: ({ type: 'put'; key: string; value: unknown } | { type: 'del'; key: string })[]): Promise<void>;
  iterator(): AsyncIterable<Write>;
}

export interface DurableTable {
  /** @throws {StorageRefusedError} or the system's error; readers do not see the write then */
  commit(writes: readonly Write[]): Promise<void>;
  /** Runs an action while nothing is written, so that the files are consistent. */
  pause<Result>(action: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const PART = 'table';
const REWRITE_AFTER_BYTES = 8 * 1024 * 1024;

interface Waiting {
  writes: readonly Write[];
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Loads the table from disk into memory.
 * @throws {DamagedTableError}
 */
export async function openDurableTable(options: {
  directory: string;
  disk: Disk;
  memory: MemoryTable;
  health: Pick<StorageHealth, 'fail' | 'add'>;
  /** Rows of an earlier format, if there is no table yet. */
  imported?: Iterable<Write>;
  /** Rewrite the journal once this much was appended, if that exceeds the size of the last rewrite. */
  rewriteAfterBytes?: number;
}): Promise<DurableTable> {
  const { directory, disk, memory, health, rewriteAfterBytes = REWRITE_AFTER_BYTES } = options;
  const { rows, journal } = await openTableJournal({ directory, disk });
  for (const [key, value] of options.imported ?? []) rows.set(key, value);
  // Rewrite everything that was read and verified before anything is appended.
  await journal.rewrite({ count: rows.size, all: () => rows });
  await memory.batch([...rows].map(([key, value]) => ({ type: 'put' as const, key, value })));
  const keys = new Set(rows.keys());
  return makeDurableTable({ journal, memory, keys, health, rewriteAfterBytes });
}

function makeDurableTable(deps: {
  journal: TableJournal;
  memory: MemoryTable;
  keys: Set<string>;
  health: Pick<StorageHealth, 'fail' | 'add'>;
  rewriteAfterBytes: number;
}): DurableTable {
  const { journal, memory, keys, health, rewriteAfterBytes } = deps;
  const waiting: Waiting[] = [];
  let isSound = true;
  let closed = false;
  /** The only writer; it runs one action at a time. */
  let writer: Promise<void> = Promise.resolve();

  function enqueue<Result>(action: () => Promise<Result>): Promise<Result> {
    const done = writer.then(action);
    writer = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  const rewrite = () => journal.rewrite({ count: keys.size, all: () => memory.iterator() });

  async function writeWaiting(): Promise<void> {
    const taken = waiting.splice(0);
    if (taken.length === 0) return;
    const writes = taken.flatMap((each) => each.writes);
    try {
      if (!isSound) throw new StorageRefusedError('the store cannot be written now');
      await journal.append(writes, countAfter(keys, writes));
    } catch (error) {
      isSound = false;
      health.fail(PART, error);
      for (const { reject } of taken) reject(error);
      return;
    }
    for (const [key, value] of writes) {
      if (value === null) keys.delete(key);
      else keys.add(key);
    }
    await memory.batch(writes.map(toOperation));
    for (const { resolve } of taken) resolve();
    const { appended, rewritten } = journal.size;
    if (appended > Math.max(rewriteAfterBytes, rewritten)) await rewriteDue();
  }

  /**
   * Rewrites the journal. If that fails, confirmed rows are still on disk, but the journal accepts nothing until a
   * rewrite succeeds.
   */
  async function rewriteDue(): Promise<void> {
    try {
      await rewrite();
    } catch (error) {
      isSound = false;
      health.fail(PART, error);
    }
  }

  health.add(PART, {
    check: () => enqueue(() => journal.check()),
    repair: () =>
      enqueue(async () => {
        // The memory holds exactly the confirmed rows.
        await rewrite();
        isSound = true;
      }),
  });

  return {
    commit(writes) {
      if (closed) return Promise.reject(new StorageRefusedError('the store is closed'));
      return new Promise((resolve, reject) => {
        waiting.push({ writes, resolve, reject });
        void enqueue(writeWaiting);
      });
    },
    pause: enqueue,
    async close() {
      closed = true;
      await enqueue(() => journal.close());
    },
  };
}

function countAfter(keys: ReadonlySet<string>, writes: readonly Write[]): number {
  const last = new Map(writes.map(([key, value]) => [key, value !== null]));
  return [...last].reduce((count, [key, stays]) => count + Number(stays) - Number(keys.has(key)), keys.size);
}

function toOperation([key, value]: Write): Parameters<MemoryTable['batch']>[0][number] {
  return value === null ? { type: 'del', key } : { type: 'put', key, value };
}
