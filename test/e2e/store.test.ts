import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as dynaliteDb from 'dynalite/db/index.js';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemDisk } from '../../infra/local/host/store/disk.ts';
import { openTableJournal } from '../../infra/local/host/store/table-journal.ts';
import { findFreePorts, runToEnd, startProduct, type Product, type ProductPorts } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

/** Verifies that confirmed changes survive every disk failure, or that the product refuses to start with a reason. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-kept-'));
let dataDirectory: string;
let ports: ProductPorts;
let counter = 0;
const cleanUps: (() => unknown)[] = [];

afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeEach(async () => {
  dataDirectory = join(directory, `data-${(counter += 1)}`);
  ports = await findFreePorts();
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function start(): Promise<Product> {
  const product = await startProduct(ports, dataDirectory);
  cleanUps.push(() => product.stop());
  return product;
}

const add = (product: Product, name: string) =>
  product.call('POST', '/api/destinations', {
    name,
    platform: 'custom',
    rtmpUrl: 'rtmp://127.0.0.1:19990/live',
    streamKey: `key-of-${name}`,
    preset: 'source',
  });

async function addAll(product: Product, names: string[]): Promise<void> {
  for (const { status } of await Promise.all(names.map((name) => add(product, name)))) expect(status).toBe(201);
}

async function list(product: Product): Promise<string[]> {
  const { body } = await product.call('GET', '/api/destinations?limit=200');
  return body.data
    .map(({ name }: { name: string }) => name)
    .filter((name: string) => name !== 'HLS preview')
    .toSorted();
}

async function storeCheck(product: Product): Promise<{ ok: boolean; detail: string }> {
  const { body } = await product.call('GET', '/api/health');
  return body.checks.find(({ name }: { name: string }) => name === 'store');
}

const untilRefused = (product: Product) =>
  waitFor('the store to be refused', async () => ((await storeCheck(product)).ok ? null : storeCheck(product)));
const untilWhole = (product: Product) =>
  waitFor('the store to be complete again', async () => (await storeCheck(product)).ok);

/** Returns the path of the table's current journal. */
function journalFile(): string {
  const table = join(dataDirectory, 'table');
  return join(
    table,
    readdirSync(table).find((name) => name.startsWith('journal'))!,
  );
}

const restore = (...given: string[]) =>
  spawnSync(process.execPath, ['infra/local/host/restore-backup.ts', ...given], {
    cwd: join(import.meta.dirname, '..', '..'),
    env: { ...process.env, SLUICE_DATA_DIR: dataDirectory },
    encoding: 'utf8',
  });

describe('the product on a disk that fills up', () => {
  it('refuses changes while the disk is full, reports it, and loses nothing confirmed before or after', async (context) => {
    mkdirSync(dataDirectory);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', dataDirectory], { encoding: 'utf8' });
    if (mounted.status !== 0) return context.skip(`mounting a small disk is not permitted here: ${mounted.stderr}`);
    cleanUps.push(() => spawnSync('umount', ['-l', dataDirectory]));
    const product = await start();
    await addAll(product, ['before-1', 'before-2']);
    const filler = join(dataDirectory, 'filler');
    const full = spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k'], { encoding: 'utf8' });
    expect(full.stderr).toContain('No space left');

    expect((await untilRefused(product))?.detail).toContain('the disk is full');
    const refused = await add(product, 'lost');
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ code: 'store_unavailable' });
    expect(refused.body.detail).toContain('the disk is full');
    expect((await product.call('GET', '/api/health')).status).toBe(503);
    expect(product.output()).toMatch(/the store cannot be written, and changes are refused: the disk is full/);
    expect(await list(product)).toEqual(['before-1', 'before-2']);

    rmSync(filler);
    await untilWhole(product);
    expect(product.output()).toContain('the store is complete again');
    await addAll(product, ['after-1', 'after-2', 'after-3']);
    const expected = ['after-1', 'after-2', 'after-3', 'before-1', 'before-2'];
    await product.stop('SIGKILL');
    expect(await list(await start())).toEqual(expected);
  });
});

describe('a killed product', () => {
  it('has kept every destination that it confirmed just before', async () => {
    const names: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const product = await start();
      const added = Array.from({ length: 6 }, (_, index) => `round-${round}-${index}`);
      await addAll(product, added);
      await product.stop('SIGKILL');
      names.push(...added);
    }
    expect(await list(await start())).toEqual(names.toSorted());
  });
});

describe('a data directory that changes while the product runs', () => {
  it('and vanishes is reported, not created again, and accepts changes once it is back', async () => {
    const product = await start();
    await addAll(product, ['kept']);
    const away = `${dataDirectory}-away`;
    renameSync(dataDirectory, away);
    expect((await untilRefused(product))?.detail).toContain('the data directory is gone');
    expect((await add(product, 'lost')).status).toBe(503);
    expect(existsSync(dataDirectory)).toBe(false);
    renameSync(away, dataDirectory);
    await untilWhole(product);
    await addAll(product, ['later']);
    await product.stop('SIGKILL');
    expect(await list(await start())).toEqual(['kept', 'later']);
  });

  it('and loses a file gets it back within seconds', async () => {
    const product = await start();
    await addAll(product, ['kept']);
    for (const name of ['root.key', 'kms.sealed', 'media.sealed', 'step-functions.sealed', 'table', 'store.json']) {
      rmSync(join(dataDirectory, name), { recursive: true });
      await waitFor(`${name} to be back`, () => existsSync(join(dataDirectory, name)));
      await untilWhole(product);
    }
    await product.stop('SIGKILL');
    const again = await start();
    expect(await list(again)).toEqual(['kept']);
    // The keys are the original ones, because the stream key can be decrypted.
    const { body } = await again.call('GET', '/api/destinations?limit=200');
    expect(body.data.map(({ lastError }: { lastError: unknown }) => lastError)).toEqual([null, null]);
  });
});

describe('a store that is damaged while the product is down', () => {
  it('is refused with the file’s name and the remedy, and npm run restore brings everything back', async () => {
    const product = await start();
    await addAll(product, ['one', 'two']);
    await waitFor('the first backup', () => product.output().includes('backup created'));
    await product.stop();
    const kms = join(dataDirectory, 'kms.sealed');
    const damages: [string, (file: string, whole: Buffer) => void][] = [
      [journalFile(), (file, whole) => writeFileSync(file, flip(whole, whole.length >> 1))],
      [join(dataDirectory, 'table', 'record'), (file) => rmSync(file)],
      [kms, (file, whole) => writeFileSync(file, whole.subarray(0, whole.length >> 1))],
    ];
    for (const [file, damage] of damages) {
      const whole = readFileSync(file);
      damage(file, whole);
      const { code, output } = await runToEnd(ports, dataDirectory);
      expect(code, output).toBe(1);
      expect(output).toMatch(/^Sluice did not start: the store is refused: /);
      expect(output).toContain(file);
      expect(output).toContain('npm run restore');
      expect(output).not.toMatch(/\n\s+at /);
      writeFileSync(file, whole);
    }
    rmSync(kms);
    expect(restore().stdout).toMatch(/daily {3}\d+ rows/);
    const restored = restore('latest');
    expect(restored.stdout + restored.stderr).toContain('Restored');
    expect(await list(await start())).toEqual(['one', 'two']);
  });
});

function flip(bytes: Buffer, position: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[position]! ^= 1;
  return damaged;
}

describe('a data directory of a version with its table in LevelDB', () => {
  it('is migrated after a backup, with every destination and its stream key', async () => {
    const product = await start();
    await addAll(product, ['one', 'two', 'three']);
    await product.stop();
    // The state that version leaves: the same rows in LevelDB, and no list of required files.
    const { rows } = await openTableJournal({ directory: join(dataDirectory, 'table'), disk: systemDisk });
    const { db, lifecycleManager } = dynaliteDb.create({ path: join(dataDirectory, 'dynamodb') });
    await db.open();
    await db.batch([...rows].map(([key, value]) => ({ type: 'put' as const, key, value })));
    await lifecycleManager.gracefulClose();
    rmSync(join(dataDirectory, 'table'), { recursive: true });
    rmSync(join(dataDirectory, 'store.json'));

    const upgraded = await start();
    expect(upgraded.output()).toMatch(
      /Migrating the data directory to a new format. The backup \S+-before-upgrade holds the old one/,
    );
    expect(await list(upgraded)).toEqual(['one', 'three', 'two']);
    const { body } = await upgraded.call('GET', '/api/destinations?limit=200');
    expect(body.data.filter(({ lastError }: { lastError: unknown }) => lastError !== null)).toEqual([]);
    await upgraded.stop();
    expect(existsSync(join(dataDirectory, 'dynamodb'))).toBe(false);
    expect(await list(await start())).toEqual(['one', 'three', 'two']);
  });
});

describe('the data directory', () => {
  it('and everything in it is accessible only to its owner', async () => {
    const product = await start();
    await addAll(product, ['one']);
    const open = ['', ...readdirSync(dataDirectory, { recursive: true, encoding: 'utf8' })]
      .map((name) => ({ name, mode: statSync(join(dataDirectory, name)).mode & 0o077 }))
      .filter(({ mode }) => mode !== 0);
    expect(open).toEqual([]);
    await product.stop();
  });
});
