/** Runs at most so many actions at once; the others wait in their order. */
export type Slots = <Result>(action: () => Promise<Result>) => Promise<Result>;

/** Creates slots that are free. */
export function createSlots(max: number): Slots {
  let taken = 0;
  const waiting: (() => void)[] = [];

  async function take(): Promise<void> {
    if (taken < max) taken += 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
  }

  function free(): void {
    const next = waiting.shift();
    // The slot passes on to the next in line.
    if (next) next();
    else taken -= 1;
  }

  return async (action) => {
    await take();
    try {
      return await action();
    } finally {
      free();
    }
  };
}
