import type { Destination, HeldResource, HeldResources } from './destination.ts';

/** Compares the resources in AWS with the records, in both directions. Pure: the sweep reads everything first. */

/** Kinds of orphans. A run is a state of its channel, not a resource. */
export type OrphanResource = Exclude<HeldResource, 'channelRun'>;
/** All of them, in the order the sweep releases them. */
export const ORPHAN_RESOURCES = [
  'flowOutput',
  'channel',
  'input',
  'secret',
] as const satisfies readonly OrphanResource[];

/** One resource of the inventory. `destinationId` comes from its tag or name; null when neither has one. */
export interface InventoryItem {
  resource: OrphanResource;
  resourceId: string;
  state: string;
  destinationId: string | null;
  /** True when it carries our tags (or, for a flow output, our name). Without them we must not release it. */
  isTagged: boolean;
}

export type OrphanReason = 'no_destination' | 'duplicate' | 'unrecorded' | 'tags_missing';

export interface OrphanCandidate extends InventoryItem {
  reason: OrphanReason;
}

/** The ids of the resources that a record holds, by kind. */
const HELD_IDS: Record<OrphanResource, (held: HeldResources) => (string | undefined)[]> = {
  flowOutput: ({ flowOutput }) => [flowOutput?.flowOutputArn, flowOutput?.backup?.flowOutputArn],
  channel: ({ channel }) => [channel?.channelId],
  input: ({ input }) => [input?.inputId],
  secret: ({ secret }) => [secret?.secretArn],
};

/** Returns the ids of all resources that a record holds. */
export function heldIds(held: HeldResources): string[] {
  return ORPHAN_RESOURCES.flatMap((resource) => idsOf(resource, held));
}

function idsOf(resource: OrphanResource, held: HeldResources): string[] {
  return HELD_IDS[resource](held).filter((id) => id !== undefined);
}

/**
 * Finds resources that belong to no destination. Skips a destination with an operation in flight, because its record
 * lags behind AWS by design.
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
  const held = idsOf(item.resource, record.held);
  if (held.includes(item.resourceId)) return null;
  return held.length === 0 ? 'unrecorded' : 'duplicate';
}

/** The sweep releases an orphan only after enough sightings and time, unless an operator requests it. */
export const ORPHAN_RULES = {
  sightingsMin: 2,
  /** Longer than any creation takes to be recorded. */
  ageSecondsMin: 600,
  /**
   * A sweep that would release more than this at once halts: a higher bill is better than an accidental mass deletion.
   */
  releasesMax: 3,
  releasesShareMax: 0.05,
} as const;

/** Returns true when this many orphans are more than an accident would leave. */
export function isMassRelease(count: number, total: number): boolean {
  return count > Math.max(ORPHAN_RULES.releasesMax, Math.floor(total * ORPHAN_RULES.releasesShareMax));
}
