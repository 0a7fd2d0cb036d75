/** A picture passed a point of the path. Times are from the machine's monotonic clock, which all processes share. */
export interface Passage {
  key: string;
  atMs: number;
}

/** The clip repeats every ten seconds. Equal pictures closer than this are the same picture. */
const SAME_PICTURE_MS = 4_000;

/**
 * Returns how much later each picture passed one point than another, in the order of the first point.
 * @param sinceMs ignores pictures that passed the first point earlier
 */
export function matchPassages(from: readonly Passage[], to: readonly Passage[], sinceMs = -Infinity): number[] {
  const timesByKey = new Map<string, number[]>();
  for (const { key, atMs } of to) timesByKey.set(key, [...(timesByKey.get(key) ?? []), atMs]);
  return from
    .filter(({ atMs }) => atMs >= sinceMs)
    .flatMap(({ key, atMs }) => {
      const nearest = (timesByKey.get(key) ?? []).find((each) => Math.abs(each - atMs) < SAME_PICTURE_MS);
      return nearest === undefined ? [] : [nearest - atMs];
    });
}
