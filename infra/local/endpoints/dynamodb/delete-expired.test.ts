import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { claimIdempotencyKey, releaseIdempotencyKey } from '../../../../functions/aws/idempotency-table.ts';
import { makeRecord, NOW, useTestApi } from '../../../../test/support/api.ts';
import { deleteExpired } from './delete-expired.ts';

const api = useTestApi();
const NOW_SECONDS = NOW.getTime() / 1000;

const claim = (key: string, expiresAt: number) =>
  claimIdempotencyKey(api.deps, key, { requestHash: 'hash', response: null, expiresAt }, NOW_SECONDS);

async function listKeys(): Promise<unknown[]> {
  const { clients, deployment } = api.deps;
  const { Items: items = [] } = await clients.table.send(new ScanCommand({ TableName: deployment.tableName }));
  return items.map(({ sk }) => sk).toSorted();
}

describe('deleteExpired', () => {
  beforeEach(async () => {
    for (const [key, expiresAt] of [
      ['a-second-ago', NOW_SECONDS - 1],
      ['now', NOW_SECONDS],
    ] as const)
      await claim(key, expiresAt);
  });

  it('deletes what has expired and keeps what has not, and items that never do', async () => {
    const { destinationId } = await api.put(makeRecord());
    const before = await listKeys();
    expect(await deleteExpired(api.deps, NOW)).toBe(1);
    expect(await listKeys()).toEqual(before.filter((key) => key !== 'a-second-ago'));
    expect(await api.read(destinationId)).not.toBeNull();
  });

  it('keeps an item that was written again after the scan had found it', async () => {
    const { table } = api.deps.clients;
    const send = async (command: object) => {
      if (command.constructor.name === 'DeleteCommand') {
        await releaseIdempotencyKey(api.deps, 'a-second-ago');
        await claim('a-second-ago', NOW_SECONDS + 60);
      }
      return table.send(command as never);
    };
    const deps = { ...api.deps, clients: { table: { send } as never } };
    expect(await deleteExpired(deps, NOW)).toBe(0);
    expect(await listKeys()).toContain('a-second-ago');
  });

  it('reads a table of several pages', async () => {
    const padding = 'x'.repeat(300_000);
    for (let index = 0; index < 8; index += 1) {
      const response = { status: 200, headers: {}, body: padding };
      const record = { requestHash: 'hash', response, expiresAt: NOW_SECONDS - 1 };
      await claimIdempotencyKey(api.deps, `large-${index}`, record, NOW_SECONDS);
    }
    expect(await deleteExpired(api.deps, NOW)).toBe(9);
  });
});
