/**
 * DynamoDB on dynalite's own validations and actions, in process, kept in LevelDB. Its HTTP server is left out: it
 * throws out of event handlers on a client that disconnects or on an internal error, which would end our process, and
 * it closes its database only when it has been listening.
 *
 * Not served, as dynalite lacks them: transactions, TTL, streams, PartiQL. Adding an index is ours (add-index.ts).
 */
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as dynaliteDb from 'dynalite/db/index.js';
import type { DynaliteStore } from 'dynalite/db/index.js';
import * as validations from 'dynalite/validations/index.js';
import { AwsFault, jsonResponse, readJsonBody } from '../aws-json.ts';
import type { JsonBody } from '../aws-json.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../service.ts';
import type { LocalService } from '../service.ts';
import { addIndex, readIndexWish } from './add-index.ts';

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

const KEYS_AT_ONCE = 1_000;

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

/** A database that is held by another process, or damaged. The message is ready for the terminal. */
export class LocalDatabaseError extends Error {
  override readonly name = 'LocalDatabaseError';

  constructor(directory: string | null, cause: unknown) {
    const { code, message } = rootOf(cause);
    super(
      code === 'LEVEL_LOCKED'
        ? `the local database in ${directory} cannot be opened; is another process using it?`
        : `the local database in ${directory} cannot be used: ${message}; if the disk is full or may not be written, ` +
            'correct that; else restore the data directory from a backup, or move the whole of it away to start empty',
      { cause },
    );
  }
}

/** What LevelDB itself has said, below the wrappings. */
function rootOf(error: unknown): { code?: unknown; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  return error.cause === undefined ? error : rootOf(error.cause);
}

/** The local DynamoDB endpoint. `close` waits for what is being written. */
export interface LocalDynamodb extends LocalService {
  close(): Promise<void>;
}

/**
 * Opens the database.
 * @param options.directory where it is kept; null keeps it in memory
 * @throws {LocalDatabaseError} when another process has the directory open, or something in it is damaged
 */
export async function createDynamodb(options: { directory: string | null }): Promise<LocalDynamodb> {
  const { directory } = options;
  if (directory !== null) mkdirSync(directory, { recursive: true, mode: 0o700 });
  const store = dynaliteDb.create({
    ...(directory === null ? {} : { path: directory }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  store.tableDb.awsAccountId = LOCAL_ACCOUNT_ID;
  store.tableDb.awsRegion = LOCAL_REGION;
  try {
    await store.db.open();
    // Found damaged now rather than by whoever needs what is missing.
    const keys = store.db.keys();
    while ((await keys.nextv(KEYS_AT_ONCE)).length > 0);
    await keys.close();
  } catch (error) {
    throw new LocalDatabaseError(directory, error);
  }
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
      const indexWish = name === 'UpdateTable' ? readIndexWish(input) : null;
      const output = indexWish ? await index(input, indexWish) : await run(store, operation, input);
      if (name === 'CreateTable') await untilTableSettles(store, operations.get('DescribeTable')!, input);
      return jsonResponse('1.0', 200, output);
    } catch (error) {
      if (isRefusal(error)) return jsonResponse('1.0', error.statusCode, error.body);
      if (error instanceof AwsFault) {
        const body = { __type: `com.amazonaws.dynamodb.v20120810#${error.name}`, message: error.message };
        return jsonResponse('1.0', error.status, body);
      }
      console.error('local dynamodb endpoint failed:', error);
      const body = {
        __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
        message: 'the local database failed',
      };
      return jsonResponse('1.0', 500, body);
    }
  }

  /** Adds an index and fills it: an item gets into it by being written once more as it is. */
  async function index(input: JsonBody, wish: NonNullable<ReturnType<typeof readIndexWish>>): Promise<unknown> {
    const TableName = String(input['TableName']);
    if (!(await addIndex(store, TableName, wish))) {
      throw new AwsFault('ValidationException', `the table has an index ${wish.Create.IndexName} already`);
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

  return { signingName: 'dynamodb', handle, close: () => store.lifecycleManager.gracefulClose() };
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

/** dynalite makes a table active a moment after it has answered; nobody on this machine shall have to wait for that. */
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
  // dynalite lets a null inside a set through, then throws where no one can catch it, with the item locked for good.
  if (Object.values(input as JsonBody).some(hasNullInside)) throw malformed();
  try {
    const data = validations.checkTypes(input, operation.types);
    validations.checkValidations(data, operation.types, operation.custom, store);
    return data;
  } catch (error) {
    if (isRefusal(error)) throw error;
    // dynalite's validations stumble over shapes no AWS client sends, such as a null where an attribute value belongs.
    throw malformed();
  }
}

function hasNullInside(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((inner) => inner === null || hasNullInside(inner));
}

function malformed(): AwsFault {
  return new AwsFault('SerializationException', 'the request is not of the shape this operation takes');
}

function isRefusal(error: unknown): error is Refusal {
  return typeof error === 'object' && error !== null && 'statusCode' in error && 'body' in error;
}
