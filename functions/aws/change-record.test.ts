import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { changeRecord, replaceItem } from './change-record.ts';

interface Counter {
  value: number;
  writeCount: number;
}

/** A stored counter that others change before each of the first writes. */
function store(overtakenTimes: number) {
  let stored: Counter | null = { value: 0, writeCount: 1 };
  let writes = 0;
  return {
    stored: () => stored,
    writes: () => writes,
    add: (change: (before: Counter) => Counter | null) =>
      changeRecord<Counter, Counter | null>('counter 1', {
        read: async () => stored,
        change,
        async write(before, after) {
          writes += 1;
          if (writes <= overtakenTimes) stored = { value: stored!.value + 10, writeCount: stored!.writeCount + 1 };
          if (stored!.writeCount !== before.writeCount) return false;
          stored = after;
          return true;
        },
      }),
  };
}

const plusOne = (before: Counter): Counter => ({ ...before, value: before.value + 1 });

describe('a change of a record', () => {
  it('is computed again from what another writer stored', async () => {
    const counter = store(2);
    expect(await counter.add(plusOne)).toEqual({ value: 21, writeCount: 4 });
    expect(counter.stored()).toEqual({ value: 21, writeCount: 4 });
  });

  it('writes nothing when nothing changes', async () => {
    const counter = store(0);
    expect(await counter.add((before) => before)).toEqual({ value: 0, writeCount: 1 });
    expect(counter.writes()).toBe(0);
  });

  it('can be the deletion, after which there is nothing to change', async () => {
    const counter = store(0);
    expect(await counter.add(() => null)).toBeNull();
    expect(counter.stored()).toBeNull();
    expect(await counter.add(plusOne)).toBeNull();
  });

  it('gives up when others come first eight times, and names the record', async () => {
    const counter = store(8);
    await expect(counter.add(plusOne)).rejects.toMatchObject({
      code: 'concurrent_change',
      message: expect.stringContaining('counter 1 was changed by others 8 times'),
    });
    expect([counter.writes(), counter.stored()?.value]).toEqual([8, 80]);
  });
});

describe('the replacement of an item', () => {
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
  const deps = { clients: { table }, deployment: { tableName: 'table' } };
  const replace = () => replaceItem(deps, { writeCount: 3 }, { pk: 'P', sk: 'S', writeCount: 4 });

  it('has the count of what was read as its condition', async () => {
    const mock = mockClient(table);
    mock.on(PutCommand).resolves({});
    expect(await replace()).toBe(true);
    expect(mock.commandCalls(PutCommand)[0]!.args[0].input).toMatchObject({
      ConditionExpression: 'writeCount = :before',
      ExpressionAttributeValues: { ':before': 3 },
    });
  });

  it('reports that another writer came first, and throws every other error', async () => {
    const mock = mockClient(table);
    mock.on(PutCommand).rejects(new ConditionalCheckFailedException({ message: 'no', $metadata: {} }));
    expect(await replace()).toBe(false);
    mock.on(PutCommand).rejects(new Error('no answer'));
    await expect(replace()).rejects.toThrow('no answer');
  });
});
