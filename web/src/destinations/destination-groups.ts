import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { compareNames } from './destination-order.ts';
import { countShow } from './show-counts.ts';

/** Groupings of a list of destinations. */
export const GROUPINGS = ['group', 'platform'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Destinations below one heading. */
export interface DestinationSection {
  /** Unique in the list. */
  key: string;
  /** Null: a list without grouping. */
  title: string | null;
  destinations: readonly DestinationResource[];
}

/** Heading of destinations without a group. */
export const NO_GROUP = 'No group';

/** Represents no group in a query. The API trims labels, so no label starts with a space. */
export const UNGROUPED = ' none';

/** Returns the labels of all groups in use, in natural order. */
export function groupsOf(destinations: readonly DestinationResource[]): string[] {
  return [...new Set(destinations.flatMap(({ group }) => group ?? []))].toSorted(compareNames);
}

/** Parses a grouping from a query; null when unknown. */
export function toGrouping(text: string): Grouping | null {
  return GROUPINGS.find((grouping) => grouping === text) ?? null;
}

/**
 * Splits a list into sections ordered by title, with ungrouped destinations last. Keeps the order within a section.
 * A list sorted by urgency is split into sections by their first destination instead, so that no failing or live one is
 * below groups that are stopped.
 * @param platformName display name of a platform id
 */
export function cutIntoSections(
  destinations: readonly DestinationResource[],
  by: Grouping | null,
  platformName: (platformId: string) => string,
  isByUrgency = false,
): DestinationSection[] {
  if (by === null) return [{ key: 'all', title: null, destinations }];
  const parts = new Map<string | null, DestinationResource[]>();
  for (const destination of destinations) {
    const part = parts.get(destination[by]);
    if (part) part.push(destination);
    else parts.set(destination[by], [destination]);
  }
  const sections = [...parts].map(([value, part]) => ({
    // A group may have the same label as a heading.
    key: value === null ? 'none' : `${by}:${value}`,
    title: value === null ? NO_GROUP : by === 'platform' ? platformName(value) : value,
    isRest: value === null,
    destinations: part,
  }));
  const ordered = isByUrgency
    ? sections
    : sections.toSorted((a, b) => Number(a.isRest) - Number(b.isRest) || compareNames(a.title, b.title));
  return ordered.map(({ key, title, destinations: part }) => ({ key, title, destinations: part }));
}

/** Formats how many destinations are on air. @param stale the data is too old to show as current */
export function describeOnAir(destinations: readonly DestinationResource[], stale: boolean): string {
  const { onAir, total } = countShow(destinations);
  return `${onAir} of ${total} on air${stale ? ' when last seen' : ''}`;
}
