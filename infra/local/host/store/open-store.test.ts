import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as dynaliteDb from 'dynalite/db/index.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamodb } from '../../endpoints/dynamodb/create-dynamodb.ts';
import { openSealedFile } from '../sealed-file.ts';
import { createBackup, listBackups } from './backup.ts';
import { createDailyBackup } from './daily-backup.ts';
import { IncompleteStoreError, markStoreComplete } from './kept-files.ts';
import { openStore, remedyFor } from './open-store.ts';
import { findBrokenRecord } from './read-level-table.ts';
import { findBackup, restoreBackup } from './restore.ts';
import { systemDisk } from './disk.ts';
import { openTableJournal } from './table-journal.ts';

const NOW = new Date('2026-12-01T10:00:00Z');
const SEALED = ['kms', 'media', 'step-functions'];

let root: string;
let data: string;
let printed: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-store-'));
  data = join(root, 'data');
  mkdirSync(data);
  printed = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (now = NOW) => openStore({ dataDirectory: data, now, print: (line) => void printed.push(line) });
const rowsOf = async (directory: string) => (await openTableJournal({ directory, disk: systemDisk })).rows;

function makeSealed(): void {
  for (const name of SEALED) openSealedFile(join(data, `${name}.sealed`), data).save({ name });
}

/** Creates the store that a first start leaves, with two rows. */
async function makeStore(
  rows: [string, unknown][] = [
    ['one', 1],
    ['two', 2],
  ],
): Promise<void> {
  openSealedFile(join(data, 'kms.sealed'), data);
  await (await createDynamodb({ directory: join(data, 'table'), imported: rows })).close();
  makeSealed();
  markStoreComplete(data);
}

/** Creates the store of a version before 2026-12: its table in LevelDB, and no marker. */
async function makeEarlierStore(rows: Record<string, unknown>): Promise<void> {
  const { db, lifecycleManager } = dynaliteDb.create({ path: join(data, 'dynamodb') });
  await db.open();
  for (const [key, value] of Object.entries(rows)) await db.batch([{ type: 'put', key, value }]);
  await lifecycleManager.gracefulClose();
  makeSealed();
}

describe('a data directory', () => {
  it('that is empty, or holds only foreign files, is a new store', async () => {
    expect(await open()).toEqual({ finish: expect.any(Function) });
    writeFileSync(join(data, 'notes.txt'), 'mine');
    expect(await open()).toEqual({ finish: expect.any(Function) });
  });

  it.each(['root.key', 'table', 'kms.sealed', 'media.sealed', 'step-functions.sealed'])(
    'without its %s is refused with that name, and nothing is created in its place',
    async (name) => {
      await makeStore();
      rmSync(join(data, name), { recursive: true });
      const before = readdirSync(data);
      await expect(open()).rejects.toThrow(IncompleteStoreError);
      await expect(open()).rejects.toThrow(join(data, name));
      expect(readdirSync(data)).toEqual(before);
    },
  );

  it.each(['root.key', 'dynamodb', 'kms.sealed', 'media.sealed'])(
    'of an earlier version without its %s is refused too',
    async (name) => {
      await makeEarlierStore({ one: 1 });
      rmSync(join(data, name), { recursive: true });
      await expect(open()).rejects.toThrow(IncompleteStoreError);
    },
  );

  it('with an interrupted first start is accepted', async () => {
    openSealedFile(join(data, 'kms.sealed'), data);
    await (await createDynamodb({ directory: join(data, 'table') })).close();
    await expect(open()).resolves.toBeDefined();
  });

  it('that had a generated passphrase is refused without it; a restored one that had none is accepted', async () => {
    await makeStore();
    const backup = await createBackup({ dataDirectory: data, reason: 'daily', now: NOW });
    openSealedFile(join(data, 'srt-passphrase.sealed'), data).save({ passphrase: 'kept' });
    markStoreComplete(data);
    rmSync(join(data, 'srt-passphrase.sealed'));
    await expect(open()).rejects.toThrow(join(data, 'srt-passphrase.sealed'));
    await restoreBackup({ dataDirectory: data, backup, now: NOW });
    await expect(open()).resolves.toBeDefined();
  });

  it('without its root key never gets a new one', async () => {
    await makeStore();
    rmSync(join(data, 'root.key'));
    expect(() => openSealedFile(join(data, 'kms.sealed'), data)).toThrow(/root\.key is missing/);
    expect(existsSync(join(data, 'root.key'))).toBe(false);
  });

  it('of a newer version is refused with a remedy', async () => {
    await makeStore();
    writeFileSync(join(data, 'store.json'), '{"format":3,"files":[]}');
    await expect(open()).rejects.toThrow(/newer Sluice/);
  });

  it('that others can read is made private', async () => {
    await makeStore();
    chmodSync(data, 0o755);
    await open();
    expect(statSync(data).mode & 0o777).toBe(0o700);
  });
});

describe('a table of an earlier version', () => {
  it('is migrated with every row, after a full backup', async () => {
    const rows = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [`key-${index}`, { text: `€ ${index}` }]),
    );
    await makeEarlierStore(rows);
    const store = await open();
    const table = await createDynamodb({ directory: join(data, 'table'), imported: store.importedRows! });
    store.finish();
    await table.close();
    expect(Object.fromEntries(await rowsOf(join(data, 'table')))).toEqual(rows);
    expect(existsSync(join(data, 'dynamodb'))).toBe(false);
    expect(listBackups(data)).toMatchObject([{ reason: 'before-upgrade', rows: null }]);
    expect(printed.join()).toContain(listBackups(data)[0]!.name);
    expect(await open()).not.toHaveProperty('importedRows');
  });

  it('is migrated again after an interrupted migration, and only set aside after a complete one', async () => {
    await makeEarlierStore({ one: 1 });
    await open();
    mkdirSync(join(data, 'table'));
    writeFileSync(join(data, 'table', 'journal-000000001'), 'half a line');
    const second = await open();
    const table = await createDynamodb({ directory: join(data, 'table'), imported: second.importedRows! });
    await table.close();
    const third = await open();
    expect(third).not.toHaveProperty('importedRows');
    third.finish();
    expect(existsSync(join(data, 'dynamodb'))).toBe(false);
    expect([...(await rowsOf(join(data, 'table'))).keys()]).toEqual(['one']);
  });

  it('with a damaged log is migrated as far as LevelDB reads it, and the position is reported', async () => {
    await makeEarlierStore({ one: 1, two: 2, three: 3 });
    const log = join(
      data,
      'dynamodb',
      readdirSync(join(data, 'dynamodb')).find((name) => name.endsWith('.log'))!,
    );
    const bytes = readFileSync(log);
    expect(await findBrokenRecord(bytes)).toBeNull();
    const cut = Math.floor(bytes.length / 2);
    bytes[cut]! ^= 1;
    writeFileSync(log, bytes);
    await open();
    expect(printed.join()).toContain(`${log} is damaged at byte`);
    // The backup holds the damaged file unchanged.
    const copy = join(data, 'backups', listBackups(data)[0]!.name, 'dynamodb', log.split('/').at(-1)!);
    expect(readFileSync(copy).equals(bytes)).toBe(true);
  });

  it('without its CURRENT is refused instead of replaced by an empty one', async () => {
    await makeEarlierStore({ one: 1 });
    rmSync(join(data, 'dynamodb', 'CURRENT'));
    await expect(open()).rejects.toThrow(/CURRENT is missing/);
  });
});

describe('a backup', () => {
  const backUp = (now = NOW) => createBackup({ dataDirectory: data, reason: 'daily', now });

  it('restores a lost store, and keeps the files that were there', async () => {
    await makeStore();
    const backup = await backUp();
    expect(backup).toMatchObject({ rows: 2, reason: 'daily' });
    const whole = new Map(backup.files.map(({ path }) => [path, readFileSync(join(data, path))]));
    for (const path of whole.keys()) if (path !== 'store.json') rmSync(join(data, path));
    writeFileSync(join(data, 'kms.sealed'), 'damaged');
    await expect(open()).rejects.toThrow(IncompleteStoreError);
    expect(remedyFor(data)).toContain(`${backup.name}, with: npm run restore -- latest`);
    const aside = await restoreBackup({ dataDirectory: data, backup: findBackup(data, 'latest')!, now: NOW });
    for (const [path, bytes] of whole) expect(readFileSync(join(data, path)).equals(bytes), path).toBe(true);
    expect(readFileSync(join(aside, 'kms.sealed'), 'utf8')).toBe('damaged');
    await open();
    expect(await rowsOf(join(data, 'table'))).toEqual(
      new Map([
        ['one', 1],
        ['two', 2],
      ]),
    );
  });

  it('can be restored again after an interrupted restore', async () => {
    await makeStore();
    const backup = await backUp();
    for (const name of ['root.key', 'table', 'kms.sealed']) rmSync(join(data, name), { recursive: true });
    await expect(open()).rejects.toThrow(IncompleteStoreError);
    await restoreBackup({ dataDirectory: data, backup, now: NOW });
    await open();
  });

  it('is accessible only to its owner', async () => {
    await makeStore();
    const { name, files } = await backUp();
    const folder = join(data, 'backups', name);
    for (const path of [join(data, 'backups'), folder, join(folder, 'table')])
      expect(statSync(path).mode & 0o077, path).toBe(0);
    for (const { path } of files) expect(statSync(join(folder, path)).mode & 0o777, path).toBe(0o600);
  });

  it('that is damaged is refused before any file is moved', async () => {
    await makeStore();
    const backup = await backUp();
    for (const { path } of backup.files) {
      const file = join(data, 'backups', backup.name, path);
      const whole = readFileSync(file);
      const damaged = Buffer.from(whole);
      damaged[damaged.length >> 1]! ^= 1;
      writeFileSync(file, damaged);
      await expect(restoreBackup({ dataDirectory: data, backup, now: NOW })).rejects.toThrow(/is damaged/);
      writeFileSync(file, whole);
    }
    await open();
  });

  it('does not bring back a data directory that has vanished', async () => {
    await makeStore();
    rmSync(data, { recursive: true });
    await expect(createBackup({ dataDirectory: data, reason: 'daily', now: NOW })).rejects.toMatchObject({
      code: 'ENOENT',
    });
    expect(existsSync(data)).toBe(false);
  });

  it('of a damaged store is not created', async () => {
    await makeStore();
    const journal = join(
      data,
      'table',
      readdirSync(join(data, 'table')).find((name) => name.startsWith('journal'))!,
    );
    const bytes = readFileSync(journal);
    bytes[100]! ^= 1;
    writeFileSync(journal, bytes);
    await expect(backUp()).rejects.toThrow(/is damaged/);
    expect(listBackups(data)).toEqual([]);
    expect(readdirSync(join(data, 'backups'))).toEqual([]);
  });

  it('is created at once, after an hour, then every day; fourteen are kept', async () => {
    await makeStore();
    const made: string[] = [];
    const daily = createDailyBackup({
      dataDirectory: data,
      pause: (action) => action(),
      health: { fail: () => {}, failure: () => null },
      logger: {
        info: (_message, details) => void made.push(String(details?.['name'])),
        warn() {},
        error: (message) => expect(message).toBe(''),
      },
    });
    for (let minutes = 0; minutes < 17 * 24 * 60; minutes += 60)
      await daily(new Date(NOW.getTime() + minutes * 60_000));
    expect(made.slice(0, 3)).toEqual([
      '2026-12-01T10-00-00Z-daily',
      '2026-12-01T11-00-00Z-daily',
      '2026-12-02T11-00-00Z-daily',
    ]);
    expect(listBackups(data)).toHaveLength(14);
    expect(listBackups(data)[0]!.name).toBe(made.at(-1));
  });
});
