/** The few statistics the benchmark needs, and how it writes them. */

export interface Spread {
  min: number;
  median: number;
  max: number;
}

/**
 * The value that `share` (0 to 1) of all values do not exceed, by the nearest-rank rule: always one that was measured.
 * @throws RangeError when there is nothing to choose from
 */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('there is no percentile of nothing');
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]!;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const upper = values.map((value) => -value);
  return (percentile(values, 0.5) - percentile(upper, 0.5)) / 2;
}

/** Smallest, middle and largest value. */
export function toSpread(values: readonly number[]): Spread {
  return { min: percentile(values, 0), median: median(values), max: percentile(values, 1) };
}

/** Such as `12 (7 to 43)`. */
export function describeSpread({ min, median: middle, max }: Spread, digits: number): string {
  return `${middle.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}
