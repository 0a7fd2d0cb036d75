import { isDeepStrictEqual } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDurableTable, type DurableTable, type MemoryTable } from './durable-table.ts';
import { makeFaultyDisk, type FaultyDisk } from '../../../../test/support/faulty-disk.ts';
import type { Write } from './journal-lines.ts';
import { createStorageHealth, type StorageHealth } from './storage-health.ts';
import { DamagedTableError } from './damaged-table.ts';

const DIRECTORY = '/data/table';
const JOURNAL = `${DIRECTORY}/journal-000000001`;
const RECORD = `${DIRECTORY}/record`;

interface Opened {
  table: DurableTable;
  health: StorageHealth;
  /** The rows that readers see. */
  rows: Map<string, unknown>;
}

async function open(disk: FaultyDisk, rewriteAfterBytes = 400): Promise<Opened> {
  const rows = new Map<string, unknown>();
  const memory: MemoryTable = {
    async batch(operations) {
      applyTo(
        rows,
        operations.map((each): Write => [each.key, each.type === 'put' ? each.value : null]),
      );
    },
    async *iterator() {
      yield* [...rows];
    },
  };
  const health = createStorageHealth({
    clock: { now: () => 0, after: () => () => {} },
    logger: { info() {}, error() {} },
  });
  return {
    table: await openDurableTable({ directory: DIRECTORY, disk, memory, health, rewriteAfterBytes }),
    health,
    rows,
  };
}

/** mulberry32: returns the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Played {
  /** Rows whose writes were confirmed. */
  confirmed: Map<string, unknown>;
  /** Failed writes, in the order of the requests. */
  failed: Write[][];
}

/** Makes sixteen commits, some of them concurrent, over few keys, so that rows are replaced and deleted. */
async function play(table: DurableTable, random: () => number, played: Played, count = 16): Promise<void> {
  for (let done = 0; done < count;) {
    const together = Math.min(1 + Math.floor(random() * 3), count - done);
    const commits = Array.from({ length: together }, (_, index): Write[] =>
      Array.from({ length: 1 + Math.floor(random() * 2) }, (): Write => {
        const key = `key-${index}-${Math.floor(random() * 4)}`;
        return [key, random() < 0.2 ? null : { text: `€ ${random()}`, done }];
      }),
    );
    done += together;
    const results = await Promise.allSettled(commits.map((writes) => table.commit(writes)));
    for (const [index, { status }] of results.entries()) {
      if (status === 'rejected') played.failed.push(commits[index]!);
      else applyTo(played.confirmed, commits[index]!);
    }
  }
}

function applyTo(rows: Map<string, unknown>, writes: readonly Write[]): void {
  for (const [key, value] of writes) {
    if (value === null) rows.delete(key);
    else rows.set(key, value);
  }
}

const sorted = (rows: Map<string, unknown>) => [...rows].toSorted(([one], [other]) => (one < other ? -1 : 1));
const newPlayed = (): Played => ({ confirmed: new Map(), failed: [] });

/** Counts the disk operations of a complete play. */
async function operationsOfPlay(): Promise<number> {
  const disk = makeFaultyDisk();
  const { table } = await open(disk);
  await play(table, randomOf(1), newPlayed());
  return disk.operations();
}

describe('the table after a power cut', () => {
  it('at any operation has every confirmed row, and only whole commits', async () => {
    const last = await operationsOfPlay();
    expect(last).toBeGreaterThan(60);
    for (let operation = 1; operation <= last; operation += 1) {
      for (const seed of [1, 2, 3, 4, 5]) {
        const disk = makeFaultyDisk();
        const played = newPlayed();
        disk.failFrom(operation, 'EIO');
        await open(disk)
          .then(({ table }) => play(table, randomOf(1), played))
          .catch(() => {});
        const { rows } = await open(disk.afterPowerCut(randomOf(seed * 1_000 + operation)));
        // The commit in flight may have reached the disk, together with its batch.
        const possible = [played.confirmed, ...played.failed.map((_, index) => withFirst(played, index + 1))];
        expect(possible.map(sorted), `operation ${operation}, seed ${seed}`).toContainEqual(sorted(rows));
      }
    }
  });
});

describe('the table after a power cut during a repair', () => {
  it('at any operation has every confirmed row', async () => {
    const last = await operationsOfPlay();
    for (let operation = 5; operation <= last; operation += 3) {
      for (let later = 1; later <= 14; later += 1) {
        const disk = makeFaultyDisk();
        const played = newPlayed();
        const opened = await open(disk);
        disk.failFrom(operation, 'ENOSPC');
        await play(opened.table, randomOf(1), played);
        disk.heal();
        disk.failFrom(disk.operations() + later, 'EIO');
        await opened.health.poll();
        const { rows } = await open(disk.afterPowerCut(randomOf(operation * 100 + later)));
        const possible = [played.confirmed, ...played.failed.map((_, index) => withFirst(played, index + 1))];
        expect(possible.map(sorted), `operation ${operation}, then ${later}`).toContainEqual(sorted(rows));
      }
    }
  });
});

function withFirst({ confirmed, failed }: Played, count: number): Map<string, unknown> {
  const rows = new Map(confirmed);
  for (const writes of failed.slice(0, count)) applyTo(rows, writes);
  return rows;
}

describe.each(['ENOSPC', 'EROFS', 'EIO'])('the table on a disk that fails with %s', (code) => {
  it('refuses writes until everything confirmed is on disk again, and a refused write never reappears', async () => {
    const last = await operationsOfPlay();
    for (let operation = 5; operation <= last; operation += 1) {
      const disk = makeFaultyDisk();
      const played = newPlayed();
      const opened = await open(disk);
      disk.failFrom(operation, code);
      await play(opened.table, randomOf(1), played);
      expect(played.failed.length === 0 || opened.health.failure() !== null).toBe(true);
      expect(sorted(opened.rows)).toEqual(sorted(played.confirmed));
      await opened.health.poll();
      disk.heal();
      // Free space is not enough: the table accepts nothing until a repair has succeeded.
      const isRefused = opened.health.failure() !== null;
      const early = await opened.table.commit([['early', 1]]).then(
        () => played.confirmed.set('early', 1),
        () => null,
      );
      expect(early === null).toBe(isRefused);
      await opened.health.poll();
      expect(opened.health.failure()).toBeNull();
      const after = { confirmed: played.confirmed, failed: [] };
      await play(opened.table, randomOf(operation), after, 4);
      expect(after.failed).toEqual([]);
      await opened.table.close();
      expect(sorted((await open(disk.afterPowerCut(randomOf(operation)))).rows)).toEqual(sorted(after.confirmed));
    }
  });
});

describe('a damaged table', () => {
  let disk: FaultyDisk;
  let expected: [string, unknown][];
  beforeEach(async () => {
    disk = makeFaultyDisk();
    const played = newPlayed();
    const { table } = await open(disk, 1_000_000);
    await play(table, randomOf(7), played);
    await table.close();
    expected = sorted(played.confirmed);
  });

  /** Opens the damaged table. `lost` must never be the result. */
  async function outcomeOf(): Promise<'refused' | 'whole' | 'lost'> {
    const before = disk.files();
    try {
      const { rows } = await open(disk);
      return isDeepStrictEqual(sorted(rows), expected) ? 'whole' : 'lost';
    } catch (error) {
      // The damaged files stay unchanged for inspection.
      const isRefusal = error instanceof DamagedTableError && error.message.includes(DIRECTORY);
      return isRefusal && isDeepStrictEqual(disk.files(), before) ? 'refused' : 'lost';
    }
  }

  it('with any one byte changed is refused or complete', async () => {
    const outcomes = new Map<string, Set<string>>();
    for (const [path, whole] of original) {
      for (let position = 0; position < whole.length; position += 1) {
        const damaged = Buffer.from(whole);
        damaged[position]! ^= 1 << (position % 8);
        disk.set(path, damaged);
        note(outcomes, path, await outcomeOf());
        restore();
      }
    }
    // One of the record's two slots is enough.
    expect(outcomes).toEqual(
      new Map([
        [JOURNAL, new Set(['refused'])],
        [RECORD, new Set(['whole'])],
      ]),
    );
  });

  it('with a file truncated at any length is refused or complete', async () => {
    const outcomes = new Map<string, Set<string>>();
    for (const [path, whole] of original) {
      for (let length = 0; length < whole.length; length += 1) {
        disk.set(path, whole.subarray(0, length));
        note(outcomes, path, await outcomeOf());
        restore();
      }
    }
    expect(outcomes.get(JOURNAL)).toEqual(new Set(['refused']));
    expect(outcomes.get(RECORD)).toEqual(new Set(['refused', 'whole']));
  });

  it('with a file removed is refused', async () => {
    for (const path of original.keys()) {
      disk.set(path, null);
      expect(await outcomeOf(), `without ${path}`).toBe('refused');
      restore();
    }
  });

  it('with an older journal in place is refused', async () => {
    const older = disk.files();
    const { table } = await open(disk, 1_000_000);
    await table.commit([['later', 1]]);
    await table.close();
    for (const [path, bytes] of older) if (path.includes('journal')) disk.set(path, bytes);
    for (const path of disk.files().keys()) if (!older.has(path)) disk.set(path, null);
    await expect(open(disk)).rejects.toThrow(DamagedTableError);
  });

  it('with another store’s journal of the same length in place is refused', async () => {
    const disks = [makeFaultyDisk(), makeFaultyDisk()];
    for (const [index, each] of disks.entries()) {
      const { table } = await open(each);
      await table.commit([['key', index]]);
      await table.close();
    }
    disks[0]!.set(JOURNAL, disks[1]!.files().get(JOURNAL)!);
    await expect(open(disks[0]!)).rejects.toThrow(DamagedTableError);
  });

  let original: Map<string, Buffer>;
  beforeEach(() => void (original = disk.files()));
  function restore(): void {
    for (const name of disk.files().keys()) if (!original.has(name)) disk.set(name, null);
    for (const [name, bytes] of original) disk.set(name, bytes);
  }
});

function note(outcomes: Map<string, Set<string>>, path: string, outcome: string): void {
  outcomes.set(path, (outcomes.get(path) ?? new Set()).add(outcome));
}

describe('concurrent commits', () => {
  it('share one sync of the journal and one of the record', async () => {
    const disk = makeFaultyDisk();
    const { table } = await open(disk, 1_000_000);
    const before = disk.operations();
    await Promise.all(Array.from({ length: 50 }, (_, index) => table.commit([[`key-${index}`, index]])));
    // The journal and the record are each written and synced once.
    expect(disk.operations() - before).toBe(4);
  });
});
