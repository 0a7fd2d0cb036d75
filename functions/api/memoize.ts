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
  let kept: { value: Promise<Value>; until: number } | null = null;
  return {
    get() {
      const now = options.now().getTime();
      if (kept && now < kept.until) return kept.value;
      const fetched = { value: fetchValue(), until: now + options.milliseconds };
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
