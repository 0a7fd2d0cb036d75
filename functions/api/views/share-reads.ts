/**
 * Lets concurrent callers share a read that is not older than their requests: a caller joins a read that has not begun
 * yet, never a running one. So a caller always sees its own writes.
 * @returns a function that reads the value of `key`; all sharing callers get a failure
 */
export function shareReads<Value>(): (key: string, read: () => Promise<Value>) => Promise<Value> {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, Promise<Value>>();

  function begin(key: string, read: () => Promise<Value>): Promise<Value> {
    waiting.delete(key);
    const value = read();
    const done = value.then(
      () => {},
      () => {},
    );
    running.set(key, done);
    void done.then(() => {
      if (running.get(key) === done) running.delete(key);
    });
    return value;
  }

  return (key, read) => {
    const before = running.get(key);
    if (!before) return begin(key, read);
    const joined = waiting.get(key);
    if (joined) return joined;
    const next = before.then(() => begin(key, read));
    waiting.set(key, next);
    return next;
  };
}
