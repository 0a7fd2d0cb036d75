/** Where an endpoint keeps its resources between runs. `save` is atomic, and complete when it returns unless it is deferred. */
export interface StateStore {
  /** The last saved value, or null on a first run. */
  load(): unknown;
  save(state: unknown): void;
  /**
   * Present where saving is deferred: waits until everything given to `save` is kept. Await it before a caller is told
   * that something was done. Rejects when it could not be kept.
   */
  saved?(): Promise<void>;
}

/** Keeps nothing: for tests. Starts from what is given. */
export function makeMemoryStore(initial: unknown = null): StateStore {
  let state: unknown = initial;
  return {
    load: () => state,
    save(next) {
      state = structuredClone(next);
    },
  };
}
