/**
 * DynamoDB on dynalite's own validations and actions, in process. dynalite keeps the rows in memory, and
 * `durable-table.ts` keeps them on disk. dynalite's HTTP server is not used: it throws from event handlers when a
 * client disconnects or an internal error occurs, which would end this process, and it closes its database only if it
 * listened.
 *
 * dynalite lacks transactions, streams and PartiQL, so they are not served. It also lacks indexes added later and TTL:
 * `add-index.ts` adds indexes, and `delete-expired.ts` deletes what has expired.
 */
import { createRequire } from 'node:module';
import * as dynaliteDb from 'dynalite/db/index.js';
import type { DynaliteStore } from 'dynalite/db/index.js';
import * as validations from 'dynalite/validations/index.js';
import { AwsFault, jsonResponse, readJsonBody } from '../wire/aws-json.ts';
import type { JsonBody } from '../wire/aws-json.ts';
import { systemClock } from '../../host/clock.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../wire/local-service.ts';
import type { LocalService } from '../wire/local-service.ts';
import { systemDisk, type Disk } from '../../host/store/disk.ts';
import { openDurableTable, type DurableTable, type MemoryTable } from '../../host/store/durable-table.ts';
import type { Write } from '../../host/store/journal-lines.ts';
import { DamagedTableError } from '../../host/store/damaged-table.ts';
import { createStorageHealth, StorageRefusedError, type StorageHealth } from '../../host/store/storage-health.ts';
import { addIndex, readNewIndex } from './add-index.ts';
import { reorderMaps } from './reorder-maps.ts';

const OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'ListTagsOfResource',
  'UpdateItem',
  'UpdateTable',
];

interface Refusal {
  statusCode: number;
  body: unknown;
}
type Action = (store: DynaliteStore, data: unknown, done: (error: unknown, result?: unknown) => void) => void;
interface Operation {
  types: unknown;
  custom: unknown;
  action: Action;
}

/** The local DynamoDB endpoint. `close` waits for writes in progress. */
export interface LocalDynamodb extends LocalService {
  /** Runs an action while nothing is written, so that the files of the table are consistent. */
  pause<Result>(action: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** Where the rows are stored. */
interface TableFiles {
  /** Null keeps them in memory only. */
  directory: string | null;
  /** Receives failed writes; without it they go to the console. */
  health?: Pick<StorageHealth, 'fail' | 'add'>;
  disk?: Disk;
  /** Rows of an earlier format. */
  imported?: Iterable<Write>;
}

/**
 * Opens the database.
 * @throws {DamagedTableError} when confirmed rows are missing
 */
export async function createDynamodb(files: TableFiles): Promise<LocalDynamodb> {
  const store = dynaliteDb.create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  store.tableDb.awsAccountId = LOCAL_ACCOUNT_ID;
  store.tableDb.awsRegion = LOCAL_REGION;
  await store.db.open();
  closeIterators(store.db);
  const { directory } = files;
  const durable = directory === null ? null : await makeDurable(store, { ...files, directory });
  const operations = loadOperations();

  async function handle(request: Request): Promise<Response> {
    try {
      const [prefix, name = ''] = (request.headers.get('x-amz-target') ?? '').split('.');
      const operation = prefix === 'DynamoDB_20120810' ? operations.get(name) : undefined;
      if (request.method !== 'POST' || operation === undefined) {
        throw new AwsFault(
          'UnknownOperationException',
          `this endpoint does not serve the operation ${name || '(none)'}`,
        );
      }
      const input = await readJsonBody(request);
      const newIndex = name === 'UpdateTable' ? readNewIndex(input) : null;
      const output = newIndex ? await index(input, newIndex) : await run(store, operation, input);
      if (name === 'CreateTable') await untilTableSettles(store, operations.get('DescribeTable')!, input);
      return jsonResponse('1.0', 200, reorderMaps(output));
    } catch (error) {
      if (isRefusal(error)) return jsonResponse('1.0', error.statusCode, error.body);
      if (error instanceof AwsFault) {
        const body = { __type: `com.amazonaws.dynamodb.v20120810#${error.name}`, message: error.message };
        return jsonResponse('1.0', error.status, body);
      }
      // StorageHealth reports a failing disk once, so do not log it for every request.
      if (!isStorageError(error)) console.error('local dynamodb endpoint failed:', error);
      const body = {
        __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
        message: 'the local database failed',
      };
      return jsonResponse('1.0', 500, body);
    }
  }

  /** Adds an index and fills it by writing every item once more, unchanged. */
  async function index(input: JsonBody, newIndex: NonNullable<ReturnType<typeof readNewIndex>>): Promise<unknown> {
    const TableName = String(input['TableName']);
    if (!(await addIndex(store, TableName, newIndex))) {
      throw new AwsFault('ValidationException', `the table has an index ${newIndex.Create.IndexName} already`);
    }
    let ExclusiveStartKey: unknown;
    do {
      const page = (await run(store, operations.get('Scan')!, {
        TableName,
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      })) as { Items: unknown[]; LastEvaluatedKey?: unknown };
      for (const Item of page.Items) await run(store, operations.get('PutItem')!, { TableName, Item });
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    const described = (await run(store, operations.get('DescribeTable')!, { TableName })) as { Table: unknown };
    return { TableDescription: described.Table };
  }

  return {
    signingName: 'dynamodb',
    handle,
    pause: (action) => durable?.pause(action) ?? action(),
    async close() {
      await store.lifecycleManager.gracefulClose();
      await durable?.close();
    },
  };
}

/**
 * Closes every iterator when its stream ends. dynalite calls `return`, which memory-level lacks; without this the
 * database kept each iterator and its 64 kB, 600 MB after 12,000 requests.
 */
function closeIterators(db: DynaliteStore['db']): void {
  for (const name of ['keys', 'values'] as const) {
    const open = db[name].bind(db);
    db[name] = (options) => {
      const iterator = open(options);
      iterator.return = () => iterator.close();
      return iterator;
    };
  }
}

/** Puts the disk in front of dynalite's memory, so that every write reaches the disk first. */
async function makeDurable(store: DynaliteStore, files: TableFiles & { directory: string }): Promise<DurableTable> {
  const { db } = store;
  const batch = db.batch.bind(db);
  const memory: MemoryTable = { batch: (operations) => batch(operations), iterator: () => db.iterator() };
  const health = createStorageHealth({ clock: systemClock, logger: console });
  const durable = await openDurableTable({ disk: systemDisk, health, memory, ...files });
  const commit = (writes: Write[], done: (error: unknown) => void) =>
    void durable.commit(writes).then(
      () => setImmediate(done, null),
      (error: unknown) => setImmediate(done, error),
    );
  db.put = (key, value, done) => commit([[key, value]], done);
  db.del = (key, done) => commit([[key, null]], done);
  db.batch = ((operations, done) => {
    const writes = operations.map((each): Write => [each.key, each.type === 'put' ? each.value : null]);
    return done ? commit(writes, done) : durable.commit(writes);
  }) as typeof db.batch;
  return durable;
}

/** Returns whether an error is a disk failure, which StorageHealth has already reported. */
function isStorageError(error: unknown): boolean {
  if (error instanceof StorageRefusedError || error instanceof DamagedTableError) return true;
  return (error as NodeJS.ErrnoException)?.errno !== undefined;
}

function loadOperations(): Map<string, Operation> {
  const require = createRequire(import.meta.url);
  return new Map(
    OPERATIONS.map((name) => {
      const file = validations.toLowerFirst(name);
      const action = require(`dynalite/actions/${file}.js`) as Action;
      const { types, custom } = require(`dynalite/validations/${file}.js`) as Omit<Operation, 'action'>;
      return [name, { types, custom, action }];
    }),
  );
}

/** Waits until dynalite has made a new table active, so that local callers need not poll. */
async function untilTableSettles(store: DynaliteStore, describe: Operation, created: JsonBody): Promise<void> {
  for (;;) {
    const described = await run(store, describe, { TableName: created['TableName'] });
    if ((described as { Table?: { TableStatus?: string } }).Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function run(store: DynaliteStore, operation: Operation, input: unknown): Promise<unknown> {
  const data = validate(store, operation, input);
  return new Promise((resolve, reject) => {
    operation.action(store, data, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

function validate(store: DynaliteStore, operation: Operation, input: unknown): Record<string, unknown> {
  // dynalite accepts a null inside a set, then throws where it cannot be caught and leaves the item locked forever.
  if (Object.values(input as JsonBody).some(hasNullInside)) throw malformed();
  try {
    const data = validations.checkTypes(input, operation.types);
    validations.checkValidations(data, operation.types, operation.custom, store);
    return data;
  } catch (error) {
    if (isRefusal(error)) throw error;
    // dynalite's validations crash on shapes that no AWS client sends, such as a null in place of an attribute value.
    throw malformed();
  }
}

function hasNullInside(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((inner) => inner === null || hasNullInside(inner));
}

function malformed(): AwsFault {
  return new AwsFault('SerializationException', 'the request does not have the shape of this operation');
}

function isRefusal(error: unknown): error is Refusal {
  return typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
}
