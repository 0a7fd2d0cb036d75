import type { Destination } from './destination.ts';

/**
 * Comparing what AWS has with what the records say, in both directions. Pure: the sweep reads everything first, then
 * asks here what it means.
 */

export const ORPHAN_RESOURCES = ['flowOutput', 'channel', 'input'] as const;
/** In the order they are released. */
export type OrphanResource = (typeof ORPHAN_RESOURCES)[number];

/** One resource as the inventory shows it. `destinationId` is what its tag or name says; null when it says nothing. */
export interface InventoryItem {
  resource: OrphanResource;
  resourceId: string;
  state: string;
  destinationId: string | null;
  /** True when it carries our tags (or, for a flow output, our name). Without them it is not ours to release. */
  isTagged: boolean;
}

export type OrphanReason = 'no_destination' | 'duplicate' | 'unrecorded' | 'tags_missing';

export interface OrphanCandidate extends InventoryItem {
  reason: OrphanReason;
}

/** What the record says it holds of this kind. */
function heldId(record: Destination, resource: OrphanResource): string | undefined {
  if (resource === 'channel') return record.held.channel?.channelId;
  if (resource === 'input') return record.held.input?.inputId;
  return record.held.flowOutput?.flowOutputArn;
}

/**
 * Finds what belongs to nothing. A destination with an operation in flight is left out altogether: its record runs
 * behind AWS on purpose.
 */
export function findOrphans(records: Destination[], items: InventoryItem[]): OrphanCandidate[] {
  const byId = new Map(records.map((record) => [record.destinationId, record]));
  return items.flatMap((item) => {
    const reason = orphanReason(item, item.destinationId === null ? undefined : byId.get(item.destinationId));
    return reason ? [{ ...item, reason }] : [];
  });
}

function orphanReason(item: InventoryItem, record: Destination | undefined): OrphanReason | null {
  if (!item.isTagged) return 'tags_missing';
  if (!record) return 'no_destination';
  if (record.operation) return null;
  const held = heldId(record, item.resource);
  if (held === item.resourceId) return null;
  return held === undefined ? 'unrecorded' : 'duplicate';
}

/** Resources are released only when they were seen often and long enough, unless a person asks. */
export const ORPHAN_RULES = {
  sightingsMin: 2,
  /** Longer than any create takes to be recorded. */
  ageSecondsMin: 600,
  /** A sweep that would release more than this at once halts instead: rather a bill than a mass deletion by mistake. */
  releasesMax: 3,
  releasesShareMax: 0.05,
} as const;

/** True when releasing so many of so many at once is more than an accident would leave. */
export function isMassRelease(count: number, total: number): boolean {
  return count > Math.max(ORPHAN_RULES.releasesMax, Math.floor(total * ORPHAN_RULES.releasesShareMax));
}
