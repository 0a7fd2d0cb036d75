import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Invitation } from '../domain/invitation.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/**
 * Invitations: one item for each, by the digest of its secret. One that has ended is kept for a while, so that the page
 * can say why its link no longer works.
 */

const PARTITION = 'INVITATIONS';
const KEPT_SECONDS = 30 * 86_400;

const keyOf = (digest: string) => ({ pk: PARTITION, sk: digest });

/** The table deletes an item at `expiresAt`, so the invitation's own expiry has another name. */
function toInvitation({ pk: _pk, sk: _sk, expiresAt: _expiresAt, validUntil, ...item }: Record<string, unknown>) {
  return { ...item, expiresAt: validUntil } as Invitation;
}

/** Stores a new invitation. */
export async function insertInvitation(
  { clients, deployment }: TableDeps,
  digest: string,
  { expiresAt, ...invitation }: Invitation,
): Promise<void> {
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: {
        ...invitation,
        ...keyOf(digest),
        validUntil: expiresAt,
        expiresAt: Math.floor(Date.parse(expiresAt) / 1000) + KEPT_SECONDS,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
}

/** Reads an invitation, strongly consistent. Null when there is none. */
export async function getInvitation({ clients, deployment }: TableDeps, digest: string): Promise<Invitation | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: keyOf(digest), ConsistentRead: true }),
  );
  return item ? toInvitation(item) : null;
}

/** Lists all invitations, oldest first. */
export async function listInvitations(deps: TableDeps): Promise<Invitation[]> {
  const found = (await queryPartition(deps, PARTITION)).map(({ item }) => toInvitation(item));
  return found.toSorted((one, other) => (one.invitationId < other.invitationId ? -1 : 1));
}

/**
 * Notes that an invitation is being used, unless it was revoked before. The first time stays.
 * @returns false when it was revoked
 */
export function noteInvitationUse(deps: TableDeps, digest: string, now: Date): Promise<boolean> {
  return update(deps, digest, {
    UpdateExpression: 'SET usedAt = :at',
    ConditionExpression: 'attribute_type(revokedAt, :null) AND attribute_type(usedAt, :null)',
    ExpressionAttributeValues: { ':at': now.toISOString(), ':null': 'NULL' },
  });
}

/**
 * Revokes an invitation that was not used. The first revocation stays.
 * @returns the invitation as it was before; null when there is none
 */
export async function revokeInvitation(
  deps: TableDeps,
  invitationId: string,
  { by, now }: { by: string; now: Date },
): Promise<{ before: Invitation; isRevoked: boolean } | null> {
  const found = (await queryPartition(deps, PARTITION)).find(({ item }) => item['invitationId'] === invitationId);
  if (!found) return null;
  const isRevoked = await update(deps, found.sk, {
    UpdateExpression: 'SET revokedAt = :at, revokedBy = :by',
    ConditionExpression: 'attribute_type(revokedAt, :null) AND attribute_type(usedAt, :null)',
    ExpressionAttributeValues: { ':at': now.toISOString(), ':by': by, ':null': 'NULL' },
  });
  return { before: toInvitation(found.item), isRevoked };
}

/** @returns false when the condition does not hold */
async function update(
  { clients, deployment }: TableDeps,
  digest: string,
  change: {
    UpdateExpression: string;
    ConditionExpression: string;
    ExpressionAttributeValues: Record<string, unknown>;
  },
): Promise<boolean> {
  try {
    await clients.table.send(new UpdateCommand({ TableName: deployment.tableName, Key: keyOf(digest), ...change }));
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    return false;
  }
}
