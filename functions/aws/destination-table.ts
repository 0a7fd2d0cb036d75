import { DeleteCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Destination, DestinationStatus, Observation } from '../domain/destination.ts';
import { isConditionFailed } from './aws-errors.ts';
import { changeRecord } from './change-record.ts';
import type { TableDeps } from './clients.ts';
import { insertItem } from './insert-item.ts';
import { queryPartition } from './query-partition.ts';
import { setFields } from './set-fields.ts';

/**
 * The single table. Items by partition and sort key:
 *
 *   DESTINATIONS             <destinationId>                    the record, with its newest observation
 *   HISTORY#<destination>    operation#<generation, 9 digits>   see history-table.ts, kept 90 days
 *                            entry#<time>#<order>
 *   ORPHANS                  <orphanId>                         see orphan-table.ts
 *   LEASES                   <name>                             see lease-table.ts
 *   SHOWS, PAST-SHOWS        see show-table.ts
 *   GROUP-STARTS             <groupStartId>                     see group-start-table.ts, the newest few
 *   SOURCES                  main                               see source-table.ts
 *   CEILINGS                 day, month                         see ceiling-table.ts
 *   SPENDING                 <period>#<first day>               see ceiling-table.ts, kept 35 days
 *   ACCESS-TOKENS            <digest of the secret>             see access-token-table.ts
 *   INVITATIONS              <digest of the secret>             see invitation-table.ts
 *   PRESENCE                 <name>#<presenceId>                see presence-table.ts, kept 45 seconds
 *   IDEMPOTENCY              <hash of who, what and key>        see idempotency-table.ts, kept 24 hours
 *
 * A list is one Query, never a scan. Every write of a record is conditional on the write count it was computed from, so
 * two writers never overwrite each other's change. Observations have a separate attribute and never conflict.
 */

const DESTINATIONS = 'DESTINATIONS';
/**
 * Longer than two clocks differ and a request is in flight (AWS rejects signatures older than five minutes). An
 * observation further in the future dates from before a clock was set back.
 */
const AHEAD_MS = 15 * 60_000;

type Item = Destination & { pk: string; sk: string };

/**
 * Reads a record. One that was written before groups existed has no group, and one of version 0.2 has `wishedBy` where
 * `desiredBy` is now.
 */
function fromItem(item: Record<string, unknown>): Destination {
  const { pk: _pk, sk: _sk, wishedBy, ...record } = { group: null, ...item } as unknown as Item & { wishedBy?: string };
  return wishedBy === undefined ? record : { desiredBy: wishedBy, ...record };
}

/** Reads one record, strongly consistent. Returns null when it does not exist. */
export async function getDestination(
  { clients, deployment }: TableDeps,
  destinationId: string,
): Promise<Destination | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({
      TableName: deployment.tableName,
      Key: { pk: DESTINATIONS, sk: destinationId },
      ConsistentRead: true,
    }),
  );
  return item ? fromItem(item) : null;
}

/** Lists one page of records, oldest first. `after` is the last id of the previous page. */
export async function listDestinations(
  { clients, deployment }: TableDeps,
  { limit, after }: { limit?: number; after?: string } = {},
): Promise<{ records: Destination[]; last: string | null }> {
  const { Items: items = [], LastEvaluatedKey: last } = await clients.table.send(
    new QueryCommand({
      TableName: deployment.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': DESTINATIONS },
      ConsistentRead: true,
      Limit: limit,
      ExclusiveStartKey: after === undefined ? undefined : { pk: DESTINATIONS, sk: after },
    }),
  );
  return { records: items.map(fromItem), last: (last?.sk as string | undefined) ?? null };
}

/** Lists all records, page by page. */
export async function listAllDestinations(deps: TableDeps): Promise<Destination[]> {
  const found = await queryPartition(deps, DESTINATIONS);
  return found.map(({ item }) => fromItem(item));
}

/** Stores a new record. @returns false when the id is taken */
export async function insertDestination(deps: TableDeps, record: Destination): Promise<boolean> {
  if (await insertItem(deps, { ...record, pk: DESTINATIONS, sk: record.destinationId })) return true;
  // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
  const stored = await getDestination(deps, record.destinationId);
  return stored?.createdAt === record.createdAt && stored.streamKeyCiphertext === record.streamKeyCiphertext;
}

/**
 * Reads, changes and writes a record, and computes the change again when another writer came first.
 * @param change returns the record to store, the same object to write nothing, or null to delete the record
 * @returns the record as stored; null when it did not exist or was deleted
 * @throws {AppError} `concurrent_change` when other writers came first on every attempt
 */
export function changeDestination(
  deps: TableDeps,
  destinationId: string,
  change: (record: Destination) => Destination | null,
): Promise<Destination | null> {
  return changeRecord(`destination ${destinationId}`, {
    read: () => getDestination(deps, destinationId),
    change,
    write: (before, after) => (after === null ? tryDelete(deps, before) : tryWrite(deps, before, after)),
  });
}

async function tryWrite({ clients, deployment }: TableDeps, before: Destination, after: Destination): Promise<boolean> {
  // Everything but the key and the observation, which only putObservation writes.
  const { destinationId: _id, observation: _observation, ...fields } = after;
  const { set, names, values } = setFields(fields);
  try {
    await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: DESTINATIONS, sk: before.destinationId },
        UpdateExpression: `SET ${set}`,
        ConditionExpression: 'writeCount = :writeCount',
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: { ...values, ':writeCount': before.writeCount },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

async function tryDelete({ clients, deployment }: TableDeps, before: Destination): Promise<boolean> {
  try {
    await clients.table.send(
      new DeleteCommand({
        TableName: deployment.tableName,
        Key: { pk: DESTINATIONS, sk: before.destinationId },
        ConditionExpression: 'writeCount = :writeCount',
        ExpressionAttributeValues: { ':writeCount': before.writeCount },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/**
 * Stores the newest observation of a running destination with its record.
 * @param now when it is stored, which may be long after it was made
 * @returns the observation it replaces; null when nothing was written, because the destination no longer runs or has a
 *   newer observation
 */
export async function putObservation(
  { clients, deployment }: TableDeps,
  destinationId: string,
  { observation, now }: { observation: Observation; now: Date },
): Promise<{ replaced: Observation | null } | null> {
  try {
    const { Attributes: before } = await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: DESTINATIONS, sk: destinationId },
        UpdateExpression: 'SET observation = :observation',
        // A delayed observation must not overwrite a newer one.
        ConditionExpression:
          '#status = :running AND (attribute_not_exists(observation.observedAt) ' +
          'OR observation.observedAt <= :at OR observation.observedAt > :future)',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':observation': observation,
          ':at': observation.observedAt,
          ':future': new Date(now.getTime() + AHEAD_MS).toISOString(),
          ':running': 'running' satisfies DestinationStatus,
        },
        ReturnValues: 'UPDATED_OLD',
      }),
    );
    return { replaced: (before?.['observation'] as Observation | null | undefined) ?? null };
  } catch (error) {
    if (isConditionFailed(error)) return null;
    throw error;
  }
}
