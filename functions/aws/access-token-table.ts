import { GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { AccessToken } from '../domain/access-token.ts';
import { isConditionFailed } from './aws-errors.ts';
import type { TableDeps } from './clients.ts';
import { queryPartition } from './query-partition.ts';

/**
 * Access tokens: one item for each, by the digest of its secret, in one partition. An expired or revoked token is kept
 * for a while, so that its holder learns why it no longer works.
 */

const PARTITION = 'ACCESS-TOKENS';
/** How long a token is kept after its end. */
const KEPT_SECONDS = 30 * 86_400;

const keyOf = (digest: string) => ({ pk: PARTITION, sk: digest });
/** The table deletes an item at `expiresAt`, so the token's own expiry has another name. */
const deletedAt = (endsAt: string) => Math.floor(Date.parse(endsAt) / 1000) + KEPT_SECONDS;

function toToken({ pk: _pk, sk: _sk, expiresAt: _expiresAt, validUntil, ...item }: Record<string, unknown>) {
  return { ...item, expiresAt: validUntil } as AccessToken;
}

/** Stores a new token. */
export async function insertAccessToken(
  { clients, deployment }: TableDeps,
  digest: string,
  { expiresAt, ...token }: AccessToken,
): Promise<void> {
  await clients.table.send(
    new PutCommand({
      TableName: deployment.tableName,
      Item: {
        ...token,
        ...keyOf(digest),
        validUntil: expiresAt,
        ...(expiresAt === null ? {} : { expiresAt: deletedAt(expiresAt) }),
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    }),
  );
}

/** Reads a token, strongly consistent, so that a revocation holds at once. Null when there is none. */
export async function getAccessToken({ clients, deployment }: TableDeps, digest: string): Promise<AccessToken | null> {
  const { Item: item } = await clients.table.send(
    new GetCommand({ TableName: deployment.tableName, Key: keyOf(digest), ConsistentRead: true }),
  );
  return item ? toToken(item) : null;
}

/** Lists all tokens, oldest first. */
export async function listAccessTokens(deps: TableDeps): Promise<AccessToken[]> {
  const tokens = (await queryPartition(deps, PARTITION)).map(({ item }) => toToken(item));
  return tokens.toSorted((one, other) => (one.tokenId < other.tokenId ? -1 : 1));
}

/** Revokes a token. The first revocation stays as it is. @returns false when there is no such token */
export async function revokeAccessToken(
  deps: TableDeps,
  tokenId: string,
  { by, now }: { by: string; now: Date },
): Promise<boolean> {
  const found = (await queryPartition(deps, PARTITION)).find(({ item }) => item['tokenId'] === tokenId);
  if (!found) return false;
  const at = now.toISOString();
  await change(deps, found.sk, {
    UpdateExpression: 'SET revokedAt = :at, revokedBy = :by, expiresAt = :deletedAt',
    ConditionExpression: 'attribute_exists(pk) AND attribute_type(revokedAt, :null)',
    ExpressionAttributeValues: { ':at': at, ':by': by, ':deletedAt': deletedAt(at), ':null': 'NULL' },
  });
  return true;
}

/** Notes when a token was used, if it still exists. */
export async function noteAccessTokenUse(deps: TableDeps, digest: string, at: string): Promise<void> {
  await change(deps, digest, {
    UpdateExpression: 'SET lastUsedAt = :at',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':at': at },
  });
}

async function change(
  { clients, deployment }: TableDeps,
  digest: string,
  update: {
    UpdateExpression: string;
    ConditionExpression: string;
    ExpressionAttributeValues: Record<string, unknown>;
  },
): Promise<void> {
  try {
    await clients.table.send(new UpdateCommand({ TableName: deployment.tableName, Key: keyOf(digest), ...update }));
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
  }
}
