import type { Invitation } from '../domain/invitation.ts';
import type { TableDeps } from './clients.ts';
import { ACCESS_PARTITIONS } from './names.ts';
import { createSecretItems } from './secret-items.ts';

/** Invitations, by the digests of their secrets. */

const items = createSecretItems<Invitation>(ACCESS_PARTITIONS.invitations);

/** Stores a new invitation. */
export const insertInvitation = items.insert;

/** Reads an invitation by the digest of its secret; null for an unknown one. */
export const getInvitation = items.get;

/** Lists all invitations, oldest first. */
export async function listInvitations(deps: TableDeps): Promise<Invitation[]> {
  const found = (await items.list(deps)).map(({ item }) => item);
  return found.toSorted((one, other) => (one.invitationId < other.invitationId ? -1 : 1));
}

/**
 * Notes that an invitation is being used, unless it was revoked before. The first time stays.
 * @returns false when it was revoked
 */
export function noteInvitationUse(deps: TableDeps, digest: string, now: Date): Promise<boolean> {
  return items.update(deps, digest, {
    UpdateExpression: 'SET usedAt = :at',
    ConditionExpression: 'attribute_type(revokedAt, :null) AND attribute_type(usedAt, :null)',
    ExpressionAttributeValues: { ':at': now.toISOString(), ':null': 'NULL' },
  });
}

/**
 * Revokes an invitation that was not used. The first revocation stays.
 * @returns the invitation as it was before; null for an unknown id
 */
export async function revokeInvitation(
  deps: TableDeps,
  invitationId: string,
  { by, now }: { by: string; now: Date },
): Promise<{ before: Invitation; isRevoked: boolean } | null> {
  const found = (await items.list(deps)).find(({ item }) => item.invitationId === invitationId);
  if (!found) return null;
  const isRevoked = await items.update(deps, found.digest, {
    UpdateExpression: 'SET revokedAt = :at, revokedBy = :by',
    ConditionExpression: 'attribute_type(revokedAt, :null) AND attribute_type(usedAt, :null)',
    ExpressionAttributeValues: { ':at': now.toISOString(), ':by': by, ':null': 'NULL' },
  });
  return { before: found.item, isRevoked };
}
