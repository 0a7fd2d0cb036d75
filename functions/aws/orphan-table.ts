import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { OrphanCandidate } from '../domain/orphans.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';
import { setFields } from './set-fields.ts';

/** A resource that belongs to no destination, as the sweeps have seen it. */
export interface Orphan extends OrphanCandidate {
  orphanId: string;
  firstSeenAt: string;
  lastSeenAt: string;
  /** Number of sweeps that have seen it. */
  sightings: number;
  /** Who requested its early release; null without such a request. */
  releaseRequestedBy: string | null;
}

const PARTITION = 'ORPHANS';

/** Returns the id of an orphan: no slash, no colon, and the same at every sighting. */
export function orphanIdOf({ resource, resourceId }: Pick<OrphanCandidate, 'resource' | 'resourceId'>): string {
  return `${resource}-${Buffer.from(resourceId).toString('base64url')}`;
}

/** Lists all known orphans, oldest first. */
export async function listOrphans(deps: TableDeps): Promise<Orphan[]> {
  const found = await queryPartition(deps, PARTITION);
  return found
    .map(({ item }) => item as unknown as Orphan)
    .toSorted((one, other) => one.firstSeenAt.localeCompare(other.firstSeenAt));
}

/** Records a sighting. Keeps a release that an operator requested since the orphan was read. */
export async function putOrphan(
  { clients, deployment }: TableDeps,
  { releaseRequestedBy, ...sighting }: Orphan,
): Promise<void> {
  const { set, names, values } = setFields(sighting);
  await clients.table.send(
    new UpdateCommand({
      TableName: deployment.tableName,
      Key: { pk: PARTITION, sk: sighting.orphanId },
      UpdateExpression: `SET ${set}, releaseRequestedBy = if_not_exists(releaseRequestedBy, :by)`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: { ...values, ':by': releaseRequestedBy },
    }),
  );
}

/** Deletes an orphan that is gone or turned out to belong to a destination. */
export async function deleteOrphan({ clients, deployment }: TableDeps, orphanId: string): Promise<void> {
  await clients.table.send(
    new DeleteCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: orphanId } }),
  );
}

/** Requests the release of an orphan at the next sweep. @returns false when it does not exist */
export async function requestOrphanRelease(
  { clients, deployment }: TableDeps,
  orphanId: string,
  requestedBy: string,
): Promise<boolean> {
  try {
    await clients.table.send(
      new UpdateCommand({
        TableName: deployment.tableName,
        Key: { pk: PARTITION, sk: orphanId },
        UpdateExpression: 'SET releaseRequestedBy = :by',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':by': requestedBy },
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
