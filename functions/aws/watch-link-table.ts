import type { WatchLink } from '../domain/watch-link.ts';
import type { TableDeps } from './clients.ts';
import { createSecretItems } from './secret-items.ts';

/** Watch links, by the digests of their secrets: one partition for each show. */

const itemsOf = (showId: string) => createSecretItems<WatchLink>(`WATCH-LINKS#${showId}`);

/** Stores a new link. */
export function insertWatchLink(deps: TableDeps, digest: string, link: WatchLink): Promise<void> {
  return itemsOf(link.showId).insert(deps, digest, link);
}

/** Reads the link of a show by the digest of its secret; null for an unknown one. */
export function getWatchLink(deps: TableDeps, showId: string, digest: string): Promise<WatchLink | null> {
  return itemsOf(showId).get(deps, digest);
}

/** Lists all links of a show, oldest first. */
export async function listWatchLinks(deps: TableDeps, showId: string): Promise<WatchLink[]> {
  const found = (await itemsOf(showId).list(deps)).map(({ item }) => item);
  return found.toSorted((one, other) => (one.linkId < other.linkId ? -1 : 1));
}

/**
 * Revokes a link. The first revocation stays.
 * @returns false when the show has no such link
 */
export async function revokeWatchLink(
  deps: TableDeps,
  { showId, linkId }: Pick<WatchLink, 'showId' | 'linkId'>,
  { by, now }: { by: string; now: Date },
): Promise<boolean> {
  const items = itemsOf(showId);
  const found = (await items.list(deps)).find(({ item }) => item.linkId === linkId);
  if (!found) return false;
  await items.update(deps, found.digest, {
    UpdateExpression: 'SET revokedAt = :at, revokedBy = :by',
    ConditionExpression: 'attribute_type(revokedAt, :null)',
    ExpressionAttributeValues: { ':at': now.toISOString(), ':by': by, ':null': 'NULL' },
  });
  return true;
}
