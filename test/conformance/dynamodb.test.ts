import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  TransactWriteItemsCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import type { AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createDynamodb } from '../../infra/local/endpoints/dynamodb/create-dynamodb.ts';
import type { LocalDynamodb } from '../../infra/local/endpoints/dynamodb/create-dynamodb.ts';

const TableName = 'records';
let directory: string;
let dynamodb: LocalDynamodb;
let front: AwsFront;
let client: DynamoDBClient;
let table: DynamoDBDocumentClient;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-dynamodb-'));
  await start();
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
});
afterEach(async () => {
  await stop();
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  dynamodb = await createDynamodb({ directory });
  front = await startAwsFront({ port: 0, services: [dynamodb] });
  client = new DynamoDBClient({
    endpoint: front.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  table = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

async function stop(): Promise<void> {
  client.destroy();
  await front.close();
  await dynamodb.close();
}

describe('the local DynamoDB endpoint', () => {
  it('adds an index over existing items and refuses to add it twice', async () => {
    const add = new UpdateTableCommand({
      TableName,
      AttributeDefinitions: [
        { AttributeName: 'day', AttributeType: 'S' },
        { AttributeName: 'at', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'ByDay',
            KeySchema: [
              { AttributeName: 'day', KeyType: 'HASH' },
              { AttributeName: 'at', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    });
    const readIndex = async () => {
      const { Items } = await table.send(
        new QueryCommand({
          TableName,
          IndexName: 'ByDay',
          KeyConditionExpression: '#day = :day AND #at BETWEEN :from AND :to',
          ExpressionAttributeNames: { '#day': 'day', '#at': 'at' },
          ExpressionAttributeValues: { ':day': '2026-11-21', ':from': 'a', ':to': 'c' },
          ScanIndexForward: false,
        }),
      );
      return Items!.map(({ sk }) => sk);
    };
    const putRow = (sk: string, more: object) =>
      table.send(new PutCommand({ TableName, Item: { pk: 'p', sk, ...more } }));
    await putRow('1', { day: '2026-11-21', at: 'a' });
    await putRow('2', {});
    await client.send(add);
    await putRow('3', { day: '2026-11-21', at: 'b' });
    await putRow('4', { day: '2026-11-22', at: 'b' });
    await putRow('5', { day: '2026-11-21', at: 'b' });
    expect(await readIndex()).toEqual(['5', '3', '1']);
    await expect(client.send(add)).rejects.toMatchObject({ name: 'ValidationException' });
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table!.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'ByDay', IndexStatus: 'ACTIVE' }]);
    await stop();
    await start();
    await table.send(new DeleteCommand({ TableName, Key: { pk: 'p', sk: '3' } }));
    expect(await readIndex()).toEqual(['5', '1']);
  });

  it('creates an on-demand table as active with an ARN of the local account', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/records',
    });
  });

  it('puts an item only if the condition holds and otherwise keeps the old one', async () => {
    await put('first');
    await expect(put('second')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect((await read('1'))?.['name']).toBe('first');
  });

  it('lets exactly one of many racing conditional updates succeed', async () => {
    await table.send(new PutCommand({ TableName, Item: { pk: 'a', sk: '1', generation: 0 } }));
    const race = () =>
      table.send(
        new UpdateCommand({
          TableName,
          Key: { pk: 'a', sk: '1' },
          UpdateExpression: 'SET generation = generation + :one',
          ConditionExpression: 'generation = :seen',
          ExpressionAttributeValues: { ':one': 1, ':seen': 0 },
          ReturnValues: 'ALL_NEW',
        }),
      );
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, race));
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect((await read('1'))?.['generation']).toBe(1);
  });

  it('updates nested maps, lists and sets, removes attributes and deletes conditionally', async () => {
    const Key = { pk: 'a', sk: '1' };
    await table.send(
      new PutCommand({ TableName, Item: { ...Key, held: {}, old: 1, key: new Uint8Array([1, 2, 250]) } }),
    );
    await table.send(
      new UpdateCommand({
        TableName,
        Key,
        UpdateExpression:
          'SET held.#input = :input, notes = list_append(if_not_exists(notes, :none), :note) REMOVE #old',
        ExpressionAttributeNames: { '#input': 'input', '#old': 'old' },
        ExpressionAttributeValues: { ':input': { id: '7' }, ':none': [], ':note': ['made'] },
      }),
    );
    expect(await read('1')).toEqual({
      ...Key,
      held: { input: { id: '7' } },
      notes: ['made'],
      key: new Uint8Array([1, 2, 250]),
    });
    const remove = (id: string) =>
      table.send(
        new DeleteCommand({
          TableName,
          Key,
          ConditionExpression: 'held.#input.id = :id',
          ExpressionAttributeNames: { '#input': 'input' },
          ExpressionAttributeValues: { ':id': id },
        }),
      );
    await expect(remove('8')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    await remove('7');
    expect(await read('1')).toBeUndefined();
  });

  it('pages a query by prefix in both directions without gaps or repetition', async () => {
    for (let index = 0; index < 25; index += 1) {
      const sk = `destination#${String(index).padStart(2, '0')}`;
      await table.send(new PutCommand({ TableName, Item: { pk: 'a', sk, index } }));
    }
    await table.send(new PutCommand({ TableName, Item: { pk: 'a', sk: 'flow' } }));
    await table.send(new PutCommand({ TableName, Item: { pk: 'b', sk: 'destination#00' } }));
    for (const ScanIndexForward of [true, false]) {
      const seen: number[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await table.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
            ExpressionAttributeValues: { ':pk': 'a', ':prefix': 'destination#' },
            ConsistentRead: true,
            Limit: 10,
            ScanIndexForward,
            ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
          }),
        );
        seen.push(...(page.Items ?? []).map((item) => item['index'] as number));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      const expected = Array.from({ length: 25 }, (_, index) => index);
      expect(seen).toEqual(ScanIndexForward ? expected : expected.toReversed());
    }
  });

  it('returns only existing items of a batch get', async () => {
    await table.send(new PutCommand({ TableName, Item: { pk: 'a', sk: '1' } }));
    const got = await table.send(
      new BatchGetCommand({
        RequestItems: {
          [TableName]: {
            Keys: [
              { pk: 'a', sk: '1' },
              { pk: 'a', sk: '2' },
            ],
            ConsistentRead: true,
          },
        },
      }),
    );
    expect(got.Responses?.[TableName]).toEqual([{ pk: 'a', sk: '1' }]);
  });

  it('keeps every item across a restart', async () => {
    await table.send(new PutCommand({ TableName, Item: { pk: 'a', sk: '1', name: 'kept' } }));
    await stop();
    await start();
    expect((await read('1'))?.['name']).toBe('kept');
  });

  it('refuses unknown tables, wrong key types, large items and unimplemented operations by AWS’s errors', async () => {
    const get = (name: string, pk: unknown) => table.send(new GetCommand({ TableName: name, Key: { pk, sk: '1' } }));
    expect(await refusal(get('nowhere', 'a'))).toBe('ResourceNotFoundException');
    expect(await refusal(get(TableName, 5))).toBe('ValidationException');
    const large = { pk: 'a', sk: '1', text: 'x'.repeat(410_000) };
    expect(await refusal(table.send(new PutCommand({ TableName, Item: large })))).toBe('ValidationException');
    expect(await refusal(client.send(new TransactWriteItemsCommand({ TransactItems: [] })))).toBe(
      'UnknownOperationException',
    );
  });

  it('answers malformed bodies with 400', async () => {
    const headers = {
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
      'x-amz-target': 'DynamoDB_20120810.PutItem',
      'content-type': 'application/x-amz-json-1.0',
    };
    const bodies = [
      'null',
      '[]',
      '7',
      '{',
      '',
      '{"TableName":null}',
      '{"TableName":"records","Item":7}',
      '{"TableName":"records","Item":{"pk":{"S":5}}}',
      '{"TableName":"records","Item":{"pk":{"S":"a"},"sk":{"S":"b"},"set":{"SS":[null]}}}',
      '{"TableName":"records","Item":{"pk":null}}',
      '{"TableName":"records","Item":{"pk":{"S":"a"},"sk":{"S":"b"}},"ConditionExpression":"((((("}',
    ];
    for (const body of bodies) {
      const response = await fetch(front.endpoint, { method: 'POST', headers, body });
      expect(response.status).toBe(400);
    }
  });
});

async function read(sk: string): Promise<Record<string, unknown> | undefined> {
  return (await table.send(new GetCommand({ TableName, Key: { pk: 'a', sk }, ConsistentRead: true }))).Item;
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return ((await work.catch((error: unknown) => error)) as Error).name;
}

function put(name: string): Promise<unknown> {
  const Item = { pk: 'a', sk: '1', name };
  return table.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' }));
}
