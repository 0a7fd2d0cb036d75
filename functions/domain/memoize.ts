/**
 * Caches an answer for a moment, so that many pollers cost one call. Concurrent callers share a fetch and its failure;
 * a failure is not cached.
 */
export interface Memo<Value> {
  get(): Promise<Value>;
  /** Drops the cached answer. */
  forget(): void;
}

/** @param isKept returns true for answers to cache; by default all */
export function memoize<Value>(
  options: { milliseconds: number; now: () => Date; isKept?: (value: Value) => boolean },
  fetchValue: () => Promise<Value>,
): Memo<Value> {
  let kept: { value: Promise<Value>; fetchedAt: number } | null = null;
  return {
    get() {
      const now = options.now().getTime();
      // After the clock was set back, the age of an answer is unknown.
      if (kept && now >= kept.fetchedAt && now - kept.fetchedAt < options.milliseconds) return kept.value;
      const fetched = { value: fetchValue(), fetchedAt: now };
      kept = fetched;
      const drop = () => {
        if (kept === fetched) kept = null;
      };
      fetched.value.then((value) => {
        if (options.isKept && !options.isKept(value)) drop();
      }, drop);
      return fetched.value;
    },
    forget() {
      kept = null;
    },
  };
}
