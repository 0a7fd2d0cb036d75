import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { OrphanCandidate } from '../domain/inventory.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';
import { setFields } from './set-fields.ts';

/** A resource that belongs to nothing, as the sweeps have seen it. */
export interface Orphan extends OrphanCandidate {
  orphanId: string;
  firstSeenAt: string;
  lastSeenAt: string;
  /** Sweeps that have seen it. */
  sightings: number;
  /** Who asked for its release before its time; null when nobody has. */
  releaseRequestedBy: string | null;
}

const PARTITION = 'ORPHANS';

/** Id of an orphan in paths: no slash, no colon, stable over sightings. */
export function orphanIdOf({ resource, resourceId }: Pick<OrphanCandidate, 'resource' | 'resourceId'>): string {
  return `${resource}-${Buffer.from(resourceId).toString('base64url')}`;
}

/** All that are known, oldest first. */
export async function listOrphans(deps: TableDeps): Promise<Orphan[]> {
  const found = await queryPartition(deps, PARTITION);
  return found
    .map(({ item }) => item as unknown as Orphan)
    .toSorted((one, other) => one.firstSeenAt.localeCompare(other.firstSeenAt));
}

/** Notes a sighting. What a person has asked for since the orphan was read stays asked for. */
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

/** Forgets one that is gone or has turned out to belong to somebody. */
export async function deleteOrphan({ clients, deployment }: TableDeps, orphanId: string): Promise<void> {
  await clients.table.send(
    new DeleteCommand({ TableName: deployment.tableName, Key: { pk: PARTITION, sk: orphanId } }),
  );
}

/** Asks for the release of one at the next sweep. @returns false when there is no such orphan */
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
