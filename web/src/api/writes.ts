let count = 0;
let underWay = 0;
let newestAtMs = Number.NEGATIVE_INFINITY;

/**
 * Counts a request that may change something, at its begin and at its end, so that a read can be checked for a change
 * since it was sent.
 */
export async function countWrite<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  count += 1;
  underWay += 1;
  newestAtMs = Date.now();
  try {
    return await send();
  } finally {
    count += 1;
    underWay -= 1;
  }
}

/** Returns a number that changes with every write; null while one is under way. */
export function settledWrites(): number | null {
  return underWay === 0 ? count : null;
}

/** Returns the time of the newest write of this page. */
export function lastWriteAtMs(): number {
  return newestAtMs;
}
