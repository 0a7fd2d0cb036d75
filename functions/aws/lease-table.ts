import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';

/**
 * A lease with a fencing number. Only one of two overlapping sweeps gets it, and a sweep that slept past its expiry
 * notices before it changes anything.
 */
export interface Lease {
  name: string;
  fence: number;
  expiresAtMs: number;
}

const PARTITION = 'LEASES';

/**
 * Acquires a lease. @returns null when another process holds it
 * @param takeOver takes the lease from its holder: correct only when that holder is known to be dead
 */
export async function acquireLease(
  { clients, deployment }: TableDeps,
  { name, now, seconds, takeOver }: { name: string; now: Date; seconds: number; takeOver: boolean },
): Promise<Lease | null> {
  const expiresAtMs = now.getTime() + seconds * 1000;
  try {
    const { Attributes: attributes } = await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: PARTITION, sk: name },
        UpdateExpression: 'SET expiresAtMs = :until ADD fence :one',
        ...(takeOver ? {} : { ConditionExpression: 'attribute_not_exists(pk) OR expiresAtMs <= :now' }),
        ExpressionAttributeValues: {
          ':until': expiresAtMs,
          ':one': 1,
          ...(takeOver ? {} : { ':now': now.getTime() }),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    return { name, fence: Number(attributes?.['fence']), expiresAtMs };
  } catch (error) {
    if (isConditionFailed(error)) return null;
    throw error;
  }
}

/**
 * Runs an action under a lease, which is released whatever comes of it.
 * @returns what the action returned; null when another process holds the lease
 */
export async function underLease<Result>(
  deps: TableDeps,
  wanted: Parameters<typeof acquireLease>[1],
  action: (lease: Lease) => Promise<Result>,
): Promise<{ result: Result } | null> {
  const lease = await acquireLease(deps, wanted);
  if (lease === null) return null;
  try {
    return { result: await action(lease) };
  } finally {
    await releaseLease(deps, lease);
  }
}

/** Returns true while this process holds the lease and it has not expired. */
export async function holdsLease({ clients, deployment }: TableDeps, lease: Lease, now: Date): Promise<boolean> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: lease.name }, ConsistentRead: true }),
  );
  return item?.['fence'] === lease.fence && Number(item['expiresAtMs']) > now.getTime();
}

/** Releases the lease, unless another process has acquired it meanwhile. */
async function releaseLease({ clients, deployment }: TableDeps, lease: Lease): Promise<void> {
  try {
    await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: PARTITION, sk: lease.name },
        UpdateExpression: 'SET expiresAtMs = :zero',
        ConditionExpression: 'fence = :fence',
        ExpressionAttributeValues: { ':zero': 0, ':fence': lease.fence },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}
