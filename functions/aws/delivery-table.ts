import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { targetOfDelivery, type Delivery } from '../domain/delivery.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { insertItem } from './insert-item.ts';
import { queryNewest, queryPartition } from './query-partition.ts';

/**
 * Deliveries with their attempts, one partition per target and newest last:
 *
 *   DELIVERIES#<target>    <deliveryId>    kept 30 days
 *   DELIVERIES-PENDING     <deliveryId>    a mark while it is not ended, by which the sweep finds it
 *
 * The mark is written after the delivery and removed after its end, so a mark may be left over, but none is missing once
 * the event counts as published.
 */

const PENDING = 'DELIVERIES-PENDING';
const KEPT_SECONDS = 30 * 86_400;

const partitionOf = (targetId: string) => `DELIVERIES#${targetId}`;

function toItem(delivery: Delivery): { pk: string; sk: string } & Record<string, unknown> {
  return {
    pk: partitionOf(delivery.targetId),
    sk: delivery.deliveryId,
    ...delivery,
    expiresAt: Math.floor(Date.parse(delivery.createdAt) / 1000) + KEPT_SECONDS,
  };
}

function fromItem(item: Record<string, unknown>): Delivery {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...delivery } = item;
  return delivery as unknown as Delivery;
}

/** Reads one delivery, strongly consistent. Returns null when it does not exist. */
export async function getDelivery({ clients, deployment }: TableDeps, deliveryId: string): Promise<Delivery | null> {
  const targetId = targetOfDelivery(deliveryId);
  if (targetId === null) return null;
  const { Item: item } = await clients.table.send(
    new GetCommand({
      TableName: deployment.tableName,
      Key: { pk: partitionOf(targetId), sk: deliveryId },
      ConsistentRead: true,
    }),
  );
  return item ? fromItem(item) : null;
}

/** Lists the deliveries of a target, newest first. */
export async function listDeliveries(deps: TableDeps, targetId: string, limit: number): Promise<Delivery[]> {
  return (await queryNewest(deps, partitionOf(targetId), { limit })).items.map(fromItem);
}

/**
 * Stores a new delivery and its mark. The first call counts.
 * @returns the delivery as stored, which may be an earlier one that has ended
 */
export async function insertDelivery(deps: TableDeps, delivery: Delivery): Promise<Delivery> {
  const { clients, deployment } = deps;
  const isNew = await insertItem(deps, toItem(delivery));
  const stored = isNew ? delivery : ((await getDelivery(deps, delivery.deliveryId)) ?? delivery);
  if (stored.state === 'pending') {
    await clients.table.send(
      new PutCommand({ TableName: deployment.tableName, Item: { pk: PENDING, sk: delivery.deliveryId } }),
    );
  }
  return stored;
}

/** Writes a changed delivery, and removes its mark once it ended. @returns null when another writer came first */
export async function writeDelivery(deps: TableDeps, before: Delivery, changed: Delivery): Promise<Delivery | null> {
  const { clients, deployment } = deps;
  const after = { ...changed, writeCount: before.writeCount + 1 };
  try {
    await clients.table.send(
      new PutCommand({
        TableName: deployment.tableName,
        Item: toItem(after),
        ConditionExpression: 'writeCount = :before',
        ExpressionAttributeValues: { ':before': before.writeCount },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
    if (!isDeepStrictEqual(await getDelivery(deps, before.deliveryId), after)) return null;
  }
  if (after.state !== 'pending') await removePendingMark(deps, after.deliveryId);
  return after;
}

/** Removes the mark of a delivery that ended or does not exist. */
export async function removePendingMark({ clients, deployment }: TableDeps, deliveryId: string): Promise<void> {
  await clients.table.send(
    new DeleteCommand({ TableName: deployment.tableName, Key: { pk: PENDING, sk: deliveryId } }),
  );
}

/** Lists the ids of the deliveries that are marked as not ended. */
export async function listPendingDeliveries(deps: TableDeps): Promise<string[]> {
  return (await queryPartition(deps, PENDING)).map(({ sk }) => sk);
}
