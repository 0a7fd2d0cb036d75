/** Stores an endpoint's resources between runs. `save` is atomic, and durable on return unless it is deferred. */
export interface StateStore {
  /** The last saved value, or null on a first run. */
  load(): unknown;
  save(state: unknown): void;
  /**
   * Present where saving is deferred: waits until everything passed to `save` is durable. Await it before confirming a
   * request. Rejects if the state could not be written.
   */
  saved?(): Promise<void>;
}

/** Creates a store in memory, for tests. */
export function createMemoryStore(initial: unknown = null): StateStore {
  let state: unknown = initial;
  return {
    load: () => state,
    save(next) {
      state = structuredClone(next);
    },
  };
}
