/**
 * Keeps an answer for a moment, so that many pollers cost one call. Callers who come while it is being fetched share
 * it; a failure is shared too but not kept.
 */
export interface Memo<Value> {
  get(): Promise<Value>;
  /** Makes the next `get` fetch. */
  forget(): void;
}

/** @param isKept says which answers are worth keeping; by default all */
export function memoize<Value>(
  options: { milliseconds: number; now: () => Date; isKept?: (value: Value) => boolean },
  fetchValue: () => Promise<Value>,
): Memo<Value> {
  let kept: { value: Promise<Value>; fetchedAt: number } | null = null;
  return {
    get() {
      const now = options.now().getTime();
      // From a clock that was set back since, nothing can be told of an answer's age.
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
