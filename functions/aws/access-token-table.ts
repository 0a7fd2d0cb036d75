import type { AccessToken } from '../domain/access-token.ts';
import type { TableDeps } from './clients.ts';
import { ACCESS_PARTITIONS } from './names.ts';
import { createSecretItems, deletedAt } from './secret-items.ts';

/** Access tokens, by the digests of their secrets. */

const items = createSecretItems<AccessToken>(ACCESS_PARTITIONS.accessTokens);

/** Stores a new token. */
export const insertAccessToken = items.insert;

/** Reads a token by the digest of its secret; null for an unknown one. */
export const getAccessToken = items.get;

/** Lists all tokens, oldest first. */
export async function listAccessTokens(deps: TableDeps): Promise<AccessToken[]> {
  const tokens = (await items.list(deps)).map(({ item }) => item);
  return tokens.toSorted((one, other) => (one.tokenId < other.tokenId ? -1 : 1));
}

/** Revokes a token. The first revocation stays as it is. @returns false when there is no such token */
export async function revokeAccessToken(
  deps: TableDeps,
  tokenId: string,
  { by, now }: { by: string; now: Date },
): Promise<boolean> {
  const found = (await items.list(deps)).find(({ item }) => item.tokenId === tokenId);
  if (!found) return false;
  const at = now.toISOString();
  await items.update(deps, found.digest, {
    UpdateExpression: 'SET revokedAt = :at, revokedBy = :by, expiresAt = :deletedAt',
    ConditionExpression: 'attribute_exists(pk) AND attribute_type(revokedAt, :null)',
    ExpressionAttributeValues: { ':at': at, ':by': by, ':deletedAt': deletedAt(at), ':null': 'NULL' },
  });
  return true;
}

/** Notes when a token was used, if it still exists. */
export async function noteAccessTokenUse(deps: TableDeps, digest: string, at: string): Promise<void> {
  await items.update(deps, digest, {
    UpdateExpression: 'SET lastUsedAt = :at',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':at': at },
  });
}
