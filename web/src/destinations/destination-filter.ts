import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { UNGROUPED } from './destination-groups.ts';
import { presentDestination } from './destination-presentation.ts';

/** Status groups of the filter. */
export const STATUS_GROUPS = {
  onair: { label: 'On air', tone: 'air' },
  attention: { label: 'Needs attention', tone: 'attention' },
  degraded: { label: 'Degraded', tone: 'motion' },
  slate: { label: 'Slate on air', tone: 'slate' },
  waiting: { label: 'Waiting for source', tone: 'waiting' },
  moving: { label: 'In progress', tone: 'motion' },
  off: { label: 'Stopped', tone: 'off' },
} as const;

export type StatusGroup = keyof typeof STATUS_GROUPS;

/** Returns the status group of a destination; one not seen lately counts as in progress. */
function statusGroup(destination: DestinationResource): StatusGroup {
  const { tone, glyph } = presentDestination(destination);
  switch (tone) {
    case 'air':
      return 'onair';
    case 'attention':
      return 'attention';
    case 'slate':
    case 'waiting':
      return tone;
    case 'off':
      return 'off';
    case 'motion':
      return glyph === 'healing' ? 'degraded' : 'moving';
    case 'stale':
      return 'moving';
  }
}

/** Counts the destinations per status group. */
export function countStatusGroups(destinations: readonly DestinationResource[]): Record<StatusGroup, number> {
  const counts: Record<StatusGroup, number> = {
    onair: 0,
    attention: 0,
    degraded: 0,
    slate: 0,
    waiting: 0,
    moving: 0,
    off: 0,
  };
  for (const destination of destinations) counts[statusGroup(destination)] += 1;
  return counts;
}

interface DestinationFilter {
  /** Words that must all occur in the visible name, group or platform, or a whole id. */
  q: string;
  /** A status group; empty for all. */
  status: string;
  platform: string;
  /** Label of a group, `UNGROUPED` for destinations without one; empty for all. */
  group: string;
}

/** Returns the destinations that match a filter. @param platformName display name of a platform id */
export function filterDestinations(
  destinations: readonly DestinationResource[],
  { q, status, platform, group }: DestinationFilter,
  platformName: (platformId: string) => string,
): DestinationResource[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return destinations.filter((destination) => {
    if (status && statusGroup(destination) !== status) return false;
    if (platform && destination.platform !== platform) return false;
    if (group && (destination.group ?? UNGROUPED) !== group) return false;
    if (words.length === 0) return true;
    // A match in hidden text looks like a wrong result; ids are only pasted whole.
    const text = [destination.name, destination.group, platformName(destination.platform)].join('\n').toLowerCase();
    return words.every((word) => text.includes(word) || word === destination.destinationId);
  });
}
