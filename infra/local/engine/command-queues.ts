/** Runs commands in their order per flow or channel, so that none waits for another one's slow command. */
export interface CommandQueues {
  /** Runs the action after the earlier ones with this id. Skips it once the queues are closed. */
  run(id: string, action: () => Promise<void>): Promise<void>;
  /** Skips every action that has not begun. Resolves when the others have ended. */
  close(): Promise<void>;
}

/** Creates empty queues. */
export function createCommandQueues(): CommandQueues {
  const queues = new Map<string, Promise<void>>();
  let closed = false;

  return {
    run(id, action) {
      const done = (queues.get(id) ?? Promise.resolve()).then(() => (closed ? undefined : action()));
      const settled = done.catch(() => {});
      queues.set(id, settled);
      void settled.then(() => {
        if (queues.get(id) === settled) queues.delete(id);
      });
      return done;
    },
    async close() {
      closed = true;
      await Promise.all(queues.values());
    },
  };
}
