import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { presentDestination } from './destination-presentation.ts';
import type { Tone } from '../ui/tone.ts';
import { sortByPosition } from './manual-order.ts';

/** Columns that sort destinations. */
export const SORT_COLUMNS = ['name', 'platform', 'status', 'price'] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

/** A sort order; in a query a minus before the column means descending. */
export interface SortOrder {
  column: SortColumn;
  isDescending: boolean;
}

/** Destinations that need attention come first, then those that recover, then those on air. */
const URGENCY: Record<Tone, number> = { attention: 0, slate: 1, air: 2, waiting: 3, motion: 4, stale: 5, off: 6 };
const RECOVERING = 1;

const names = new Intl.Collator(undefined, { numeric: true });

/** Compares names in natural order: "Stage 2" before "Stage 10". */
export function compareNames(a: string, b: string): number {
  return names.compare(a, b);
}

/** Parses an order from a query; null means the manual order. */
export function toSortOrder(text: string): SortOrder | null {
  const isDescending = text.startsWith('-');
  const column = SORT_COLUMNS.find((each) => each === (isDescending ? text.slice(1) : text));
  return column ? { column, isDescending } : null;
}

/** Returns the order after a click on a column title, for the query: ascending, descending, then none. */
export function nextSort(current: SortOrder | null, column: SortColumn): string {
  if (current?.column !== column) return column;
  return current.isDescending ? '' : `-${column}`;
}

/**
 * Sorts destinations, equal ones in manual order. The price is that of an hour on air; an unknown price comes last in
 * both directions.
 * @param platformName display name of a platform id
 */
export function sortDestinations(
  destinations: readonly DestinationResource[],
  order: SortOrder | null,
  platformName: (platformId: string) => string,
): readonly DestinationResource[] {
  const placed = sortByPosition(destinations);
  if (order === null) return placed;
  const sign = order.isDescending ? -1 : 1;
  return placed.toSorted((a, b) => {
    switch (order.column) {
      case 'name':
        return sign * compareNames(a.name, b.name);
      case 'platform':
        return sign * compareNames(platformName(a.platform), platformName(b.platform));
      case 'status':
        return sign * (urgencyOf(a) - urgencyOf(b));
      case 'price':
        return comparePrices(a.cost.perHourRunning, b.cost.perHourRunning, sign);
    }
  });
}

function urgencyOf(destination: DestinationResource): number {
  const { tone, glyph } = presentDestination(destination);
  return glyph === 'healing' ? RECOVERING : URGENCY[tone];
}

function comparePrices(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign * (a - b);
}
