/** Longest part with low latency, unless a single picture lasts longer. */
const PART_MS_MAX = 350;
/** Times are rounded to milliseconds. */
const ROUNDING_MS = 2;

/** The target duration of parts, fixed with the first segment, because players may rely on it. */
export interface PartTarget {
  ms(): number;
  /** Notes the duration of a part. */
  note(durationMs: number): void;
  /** Fixes the target with the end of the first segment. No effect afterwards. */
  settle(frameMs: number): void;
}

/** Creates a target that is not fixed. */
export function createPartTarget(): PartTarget {
  let fixedMs: number | null = null;
  let longestMs = 0;
  return {
    ms: () => fixedMs ?? PART_MS_MAX,
    note(durationMs) {
      longestMs = Math.max(longestMs, durationMs);
    },
    settle(frameMs) {
      fixedMs ??= longestMs > 0 ? longestMs + ROUNDING_MS : Math.max(PART_MS_MAX, frameMs);
    },
  };
}
