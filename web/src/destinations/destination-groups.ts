import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';
import { compareNames } from './destination-order.ts';
import { countShow } from './show-counts.ts';

/** What a list of destinations can be cut into parts by. */
export const GROUPINGS = ['group', 'platform'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Destinations that stand together under one heading. */
export interface DestinationSection {
  /** Unlike that of any other section of the list. */
  key: string;
  /** Null: a list that is not cut into parts. */
  title: string | null;
  destinations: readonly DestinationResource[];
}

/** How those in no group are called. */
export const NO_GROUP = 'No group';

/** Stands for them where labels stand, as in an address. No label begins with a space: the API trims them. */
export const UNGROUPED = ' none';

/** Labels of all groups in use, in the order of the alphabet. */
export function groupsOf(destinations: readonly DestinationResource[]): string[] {
  return [...new Set(destinations.flatMap(({ group }) => group ?? []))].toSorted(compareNames);
}

/** Reads a grouping out of an address; null when it is none. */
export function toGrouping(text: string): Grouping | null {
  return GROUPINGS.find((grouping) => grouping === text) ?? null;
}

/**
 * Cuts a list into parts in the order of their titles; what is in no group comes last. Within a part the order stays.
 * @param platformName in words
 */
export function cutIntoSections(
  destinations: readonly DestinationResource[],
  by: Grouping | null,
  platformName: (platformId: string) => string,
): DestinationSection[] {
  if (by === null) return [{ key: 'all', title: null, destinations }];
  const parts = new Map<string | null, DestinationResource[]>();
  for (const destination of destinations) {
    const part = parts.get(destination[by]);
    if (part) part.push(destination);
    else parts.set(destination[by], [destination]);
  }
  const sections = [...parts].map(([value, part]) => ({
    // A group may be called what a heading says.
    key: value === null ? 'none' : `${by}:${value}`,
    title: value === null ? NO_GROUP : by === 'platform' ? platformName(value) : value,
    isRest: value === null,
    destinations: part,
  }));
  return sections
    .toSorted((a, b) => Number(a.isRest) - Number(b.isRest) || compareNames(a.title, b.title))
    .map(({ key, title, destinations: part }) => ({ key, title, destinations: part }));
}

/** How many of several are on air, in words. @param stale what is known is too old to be told as current */
export function describeOnAir(destinations: readonly DestinationResource[], stale: boolean): string {
  const { onAir, total } = countShow(destinations);
  return `${onAir} of ${total} on air${stale ? ' when last seen' : ''}`;
}
