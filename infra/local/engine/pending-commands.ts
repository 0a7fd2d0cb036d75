/** The commands that the engine process has received and not answered yet. */
export interface PendingCommands {
  /** Sends a command under a new id. The promise settles with the answer. */
  add(send: (id: number) => void): Promise<void>;
  /** Handles an answer. `error` is set when the engine refused the command. */
  settle(id: number, error: string | undefined): void;
  /** Resolves all: the engine is gone, and the next one will receive them as part of the desired state. */
  resolveAll(): void;
}

/** Creates an empty list. */
export function createPendingCommands(): PendingCommands {
  const pending = new Map<number, PromiseWithResolvers<void>>();
  let newestId = 0;

  return {
    add(send) {
      newestId += 1;
      const answer = Promise.withResolvers<void>();
      pending.set(newestId, answer);
      send(newestId);
      return answer.promise;
    },
    settle(id, error) {
      const answer = pending.get(id);
      pending.delete(id);
      if (error === undefined) answer?.resolve();
      else answer?.reject(new Error(error));
    },
    resolveAll() {
      for (const { resolve } of pending.values()) resolve();
      pending.clear();
    },
  };
}
