/** The statistics that the benchmark needs, and their format. */

export interface Spread {
  min: number;
  median: number;
  max: number;
}

/**
 * Returns the value that a `share` (0 to 1) of the values do not exceed, by the nearest-rank method: always a measured
 * one.
 * @throws RangeError for an empty list
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('an empty list has no percentile');
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

/** Returns the middle value, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const upper = values.map((value) => -value);
  return (percentile(values, 0.5) - percentile(upper, 0.5)) / 2;
}

/** Returns the smallest, middle and largest value. */
export function toSpread(values: readonly number[]): Spread {
  return { min: percentile(values, 0), median: median(values), max: percentile(values, 1) };
}

/** Formats a spread, such as `12 (7 to 43)`. */
export function describeSpread({ min, median: middle, max }: Spread, digits: number): string {
  return `${middle.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}
