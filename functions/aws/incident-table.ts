import { isDeepStrictEqual } from 'node:util';
import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { incidentKeyOf } from '../domain/incident-observe.ts';
import { isRuleId } from '../domain/incident-rules.ts';
import { timeOfIncidentId, type Incident } from '../domain/incident.ts';
import { DAY_MS } from '../domain/utc-day.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/**
 * Incidents. Those that are not resolved are one small partition, keyed by rule and subject, so that each pair has at
 * most one however many monitors run. Resolved ones are kept by month and sort by the time at which they began, so a page
 * costs the same wherever it is and however many there are.
 *
 * An incident resolves by a write in its place. Moving it to the history is two more writes, and an evaluation that
 * meets a resolved incident in the first partition finishes the move.
 */

const STANDING = 'INCIDENTS';
const HISTORY = 'INCIDENT-HISTORY#';
/** How long resolved incidents are kept: a whole year can be compared with the one before its last month. */
const KEPT_DAYS = 400;
/** Months that a list of resolved incidents looks back. */
const MONTHS_KEPT = 14;

function fromItem(item: Record<string, unknown>): Incident {
  const { pk: _pk, sk: _sk, expiresAt: _expiresAt, ...incident } = item;
  return incident as unknown as Incident;
}

/** Lists incidents that are pending, open or acknowledged, and those whose move to the history is not finished. */
export async function listStandingIncidents(deps: TableDeps): Promise<Incident[]> {
  const found = await queryPartition(deps, STANDING);
  // A rule of another version is nothing that this version can judge.
  return found.map(({ item }) => fromItem(item)).filter(({ rule }) => isRuleId(rule));
}

/** Lists one page of them in the order of their keys. @param after the last key of the previous page */
export async function listStandingPage(
  { clients, deployment }: TableDeps,
  { limit, after }: { limit: number; after: string | null },
): Promise<{ incidents: Incident[]; last: string | null }> {
  const { Items: items = [], LastEvaluatedKey: last } = await clients.table.send(
    new QueryCommand({
      TableName: deployment.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': STANDING },
      ConsistentRead: true,
      Limit: limit,
      ExclusiveStartKey: after === null ? undefined : { pk: STANDING, sk: after },
    }),
  );
  return { incidents: items.map(fromItem), last: (last?.['sk'] as string | undefined) ?? null };
}

/** Stores a new incident. @returns false when its rule and subject have one already */
export function insertIncident(deps: TableDeps, incident: Incident): Promise<boolean> {
  return put(deps, incident, { ConditionExpression: 'attribute_not_exists(pk)' });
}

/**
 * Stores a changed incident.
 * @returns the incident as stored; null when another process has changed it since it was read
 */
export async function writeIncident(deps: TableDeps, before: Incident, after: Incident): Promise<Incident | null> {
  const next = { ...after, writeCount: before.writeCount + 1 };
  const isWritten = await put(deps, next, {
    ConditionExpression: 'incidentId = :id AND writeCount = :count',
    ExpressionAttributeValues: { ':id': before.incidentId, ':count': before.writeCount },
  });
  return isWritten ? next : null;
}

async function put(
  deps: TableDeps,
  incident: Incident,
  condition: { ConditionExpression: string; ExpressionAttributeValues?: Record<string, unknown> },
): Promise<boolean> {
  const { clients, deployment } = deps;
  const key = { pk: STANDING, sk: incidentKeyOf(incident) };
  try {
    await clients.table.send(
      new PutCommand({ TableName: deployment.tableName, Item: { ...incident, ...key }, ...condition }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
  // When the SDK repeats a write whose answer was lost, its own first write makes the condition fail.
  const { Item: stored } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: key, ConsistentRead: true }),
  );
  return stored !== undefined && isDeepStrictEqual(fromItem(stored), incident);
}

/** Removes an incident that was read from the partition of those that stand, unless another process has changed it. */
export async function removeStanding({ clients, deployment }: TableDeps, incident: Incident): Promise<boolean> {
  try {
    await clients.table.send(
      new DeleteCommand({
        TableName: deployment.tableName,
        Key: { pk: STANDING, sk: incidentKeyOf(incident) },
        ConditionExpression: 'attribute_not_exists(pk) OR (incidentId = :id AND writeCount = :count)',
        ExpressionAttributeValues: { ':id': incident.incidentId, ':count': incident.writeCount },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}

/** Moves a resolved incident to the history. Repeating it is harmless. */
export async function archiveIncident(deps: TableDeps, incident: Incident): Promise<void> {
  const { clients, deployment } = deps;
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: { ...incident, ...historyKey(incident.incidentId), expiresAt: expiryOf(incident) },
    }),
  );
  await removeStanding(deps, incident);
}

function expiryOf({ resolvedAt, since }: Incident): number {
  return Math.floor((Date.parse(resolvedAt ?? since) + KEPT_DAYS * DAY_MS) / 1000);
}

function historyKey(incidentId: string): { pk: string; sk: string } {
  const month = timeOfIncidentId(incidentId)?.toISOString().slice(0, 7) ?? '';
  return { pk: `${HISTORY}${month}`, sk: incidentId };
}

/** Reads an incident by its id, wherever it is. Null when there is none. */
export async function getIncident(deps: TableDeps, incidentId: string): Promise<Incident | null> {
  if (timeOfIncidentId(incidentId) === null) return null;
  const standing = (await listStandingIncidents(deps)).find((each) => each.incidentId === incidentId);
  if (standing) return standing;
  const { clients, deployment } = deps;
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: historyKey(incidentId), ConsistentRead: true }),
  );
  return item ? fromItem(item) : null;
}

/**
 * Lists one page of resolved incidents, the one that began last first.
 * @param after the last id of the previous page
 */
export async function listResolvedIncidents(
  { clients, deployment }: TableDeps,
  { limit, after, now }: { limit: number; after: string | null; now: Date },
): Promise<{ incidents: Incident[]; last: string | null }> {
  const from = (after === null ? null : timeOfIncidentId(after)) ?? now;
  const oldest = monthsBefore(now, MONTHS_KEPT);
  const incidents: Incident[] = [];
  for (let month = from, start = after; month >= oldest; month = monthsBefore(month, 1), start = null) {
    const pk = `${HISTORY}${month.toISOString().slice(0, 7)}`;
    const { Items: items = [], LastEvaluatedKey: last } = await clients.table.send(
      new QueryCommand({
        TableName: deployment.tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ScanIndexForward: false,
        Limit: limit - incidents.length,
        ExclusiveStartKey: start === null ? undefined : { pk, sk: start },
      }),
    );
    incidents.push(...items.map(fromItem));
    if (last || incidents.length === limit) return { incidents, last: incidents.at(-1)?.incidentId ?? null };
  }
  return { incidents, last: null };
}

/** Returns the first day of the month that lies so many months before. */
function monthsBefore(date: Date, months: number): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1));
}
