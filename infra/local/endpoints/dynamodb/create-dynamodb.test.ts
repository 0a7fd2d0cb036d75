import {
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
import type { DynaliteStore } from 'dynalite/db/index.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createStorageHealth, type StorageHealth } from '../../host/store/storage-health.ts';
import { DamagedTableError } from '../../host/store/damaged-table.ts';
import { createDynamodb, type LocalDynamodb } from './create-dynamodb.ts';

const stores = vi.hoisted((): DynaliteStore[] => []);

/** Records dynalite's stores for the tests. */
vi.mock('dynalite/db/index.js', async (load) => {
  const dynalite = await load<typeof import('dynalite/db/index.js')>();
  const create: typeof dynalite.create = (options) => {
    const store = dynalite.create(options);
    stores.push(store);
    return store;
  };
  return { ...dynalite, create };
});

const TABLE = {
  TableName: 'records',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
};

let root: string;
let directory: string;
let health: StorageHealth;
let printed: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-database-'));
  directory = join(root, 'table');
  printed = [];
  const print = (line: string) => void printed.push(line);
  health = createStorageHealth({
    clock: { now: () => 0, after: () => () => {} },
    logger: { info: print, error: print },
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = () => createDynamodb({ directory, health });

async function send(dynamodb: LocalDynamodb, operation: string, body: unknown): Promise<{ status: number; body: any }> {
  const headers = { 'x-amz-target': `DynamoDB_20120810.${operation}`, 'content-type': 'application/x-amz-json-1.0' };
  const request = new Request('http://127.0.0.1/', { method: 'POST', headers, body: JSON.stringify(body) });
  const response = await dynamodb.handle(request);
  return { status: response.status, body: await response.json() };
}

const put = (dynamodb: LocalDynamodb, pk: string) =>
  send(dynamodb, 'PutItem', { TableName: 'records', Item: { pk: { S: pk } } });

async function list(dynamodb: LocalDynamodb): Promise<string[]> {
  const { body } = await send(dynamodb, 'Scan', { TableName: 'records' });
  return body.Items.map(({ pk }: { pk: { S: string } }) => pk.S).toSorted();
}

/** Creates a table with three items and closes it. */
async function makeThree(): Promise<void> {
  const dynamodb = await open();
  await send(dynamodb, 'CreateTable', TABLE);
  for (const pk of ['one', 'two', 'three']) await put(dynamodb, pk);
  await dynamodb.close();
}

describe('a database on disk', () => {
  it('keeps items, replacements and deletions across restarts, readable only by its owner', async () => {
    await makeThree();
    const dynamodb = await open();
    await send(dynamodb, 'DeleteItem', { TableName: 'records', Key: { pk: { S: 'two' } } });
    await dynamodb.close();
    const again = await open();
    expect(await list(again)).toEqual(['one', 'three']);
    await again.close();
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  });

  it('has an item on disk when it responds: a copy taken then contains it', async () => {
    await makeThree();
    const dynamodb = await open();
    await put(dynamodb, 'four');
    const copy = join(root, 'copy');
    mkdirSync(copy);
    for (const name of readdirSync(directory)) writeFileSync(join(copy, name), readFileSync(join(directory, name)));
    const copied = await createDynamodb({ directory: copy, health });
    expect(await list(copied)).toContain('four');
    await copied.close();
    await dynamodb.close();
  });

  it.each(['journal-', 'record'])('is refused without its %s, with the path, and no file is changed', async (part) => {
    await makeThree();
    const file = join(
      directory,
      readdirSync(directory).find((name) => name.startsWith(part))!,
    );
    rmSync(file);
    const before = readdirSync(directory);
    const failure = await open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DamagedTableError);
    expect((failure as Error).message).toContain(file);
    expect(readdirSync(directory)).toEqual(before);
  });

  it.each([
    ['removed', (file: string) => rmSync(file)],
    ['cut', (file: string) => writeFileSync(file, '')],
    ['replaced', (file: string) => (rmSync(file), writeFileSync(file, 'something else'))],
  ])('refuses the very next write after a file is %s, and then writes everything again', async (_how, damage) => {
    await makeThree();
    const dynamodb = await open();
    for (const part of ['journal-', 'record']) {
      damage(
        join(
          directory,
          readdirSync(directory).find((name) => name.startsWith(part))!,
        ),
      );
      expect((await put(dynamodb, 'lost')).status).toBe(500);
      expect(health.failure()?.reason).toBe('a file of the data directory is gone');
      expect(await list(dynamodb)).toEqual(['one', 'three', 'two']);
      await health.poll();
      expect(health.failure()).toBeNull();
    }
    expect((await put(dynamodb, 'four')).status).toBe(200);
    await dynamodb.close();
    const again = await open();
    expect(await list(again)).toEqual(['four', 'one', 'three', 'two']);
    await again.close();
    expect(printed.join()).toContain('changes are refused');
  });

  it('does not create its folder in a data directory that has vanished', async () => {
    await makeThree();
    const dynamodb = await open();
    rmSync(root, { recursive: true });
    expect((await put(dynamodb, 'lost')).status).toBe(500);
    await health.poll();
    expect(health.failure()).not.toBeNull();
    expect(existsSync(root)).toBe(false);
    await dynamodb.close();
  });
});

describe('a read', () => {
  it('returns the members of items and maps in another order than they were written in, at every depth', async () => {
    await makeThree();
    const dynamodb = await open();
    const map = { M: { one: { N: '1' }, two: { L: [{ M: { three: { N: '3' }, four: { N: '4' } } }, { N: '5' }] } } };
    const Item = { pk: { S: 'ordered' }, map };
    await send(dynamodb, 'PutItem', { TableName: 'records', Item });
    const Key = { pk: { S: 'ordered' } };
    const { body } = await send(dynamodb, 'GetItem', { TableName: 'records', Key });
    expect(body.Item).toEqual(Item);
    const [three] = body.Item.map.M.two.L;
    const orders = [body.Item, body.Item.map.M, three.M].map((members) => Object.keys(members));
    expect(orders).toEqual([
      ['map', 'pk'],
      ['two', 'one'],
      ['four', 'three'],
    ]);
    await dynamodb.close();
  });

  it('closes every iterator of the in-memory table, whether or not the page ends early', async () => {
    await makeThree();
    const dynamodb = await open();
    const { db } = stores.at(-1)!;
    const opened: AsyncIterator<unknown>[] = [];
    const { values } = db;
    db.values = (options) => {
      const iterator = values(options);
      opened.push(iterator as unknown as AsyncIterator<unknown>);
      return iterator;
    };
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'one' } } };
    await send(dynamodb, 'Query', { TableName: 'records', ...query });
    await send(dynamodb, 'Query', { TableName: 'records', ...query, Limit: 1 });
    await send(dynamodb, 'Scan', { TableName: 'records', Limit: 1 });
    expect(await list(dynamodb)).toHaveLength(3);
    expect(opened.length).toBeGreaterThanOrEqual(4);
    const closed = await Promise.allSettled(opened.map((iterator) => iterator.next()));
    expect(closed.map(({ status }) => status)).toEqual(opened.map(() => 'rejected'));
    await dynamodb.close();
  });
});
