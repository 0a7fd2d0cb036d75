/** A picture passed a place. Times are of the machine's monotonic clock, which all processes share. */
export interface Passage {
  key: string;
  atMs: number;
}

/** The clip repeats itself every ten seconds; the same picture sooner than this is the same picture. */
const SAME_PICTURE_MS = 4_000;

/**
 * How much later each picture passed one place than another, in the order of the first place.
 * @param sinceMs leaves out what passed the first place before
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
