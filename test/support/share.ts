import { execFileSync } from 'node:child_process';

/**
 * A run of the tests takes a share of the simulated cells, seeds and planted bugs, and of the slow files, because all of
 * them take hours. Which share follows from the commit: one commit always takes the same, and several commits take all.
 * `TEST_SHARES=1` takes everything.
 */
export const SHARES = readShares(process.env['TEST_SHARES']);

/** The share of this commit, from 0 to `SHARES` - 1. */
export const SHARE = Number.parseInt(readCommit().slice(0, 8), 16) % SHARES;

/** Returns the members of this commit's share; all of them when there are too few to share. */
export function takeShare<Member>(all: readonly Member[]): Member[] {
  if (all.length < SHARES) return [...all];
  return all.filter((_, index) => scatter(index) === SHARE);
}

/**
 * Gives one of each `SHARES` neighbours to each share, in an order that changes by Knuth's multiplicative hash. Cells have
 * a pattern, such as the same faults for each call, so a plain remainder would take the same kinds everywhere.
 */
function scatter(index: number): number {
  const block = Math.floor(index / SHARES);
  return (index + (Math.imul(block + 1, 2_654_435_761) >>> 16)) % SHARES;
}

/** Sources without history, such as an archive, always take the first share. */
function readCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return '00000000';
  }
}

function readShares(given: string | undefined): number {
  const shares = Number(given ?? 4);
  if (Number.isInteger(shares) && shares >= 1 && shares <= 20) return shares;
  throw new Error(`TEST_SHARES must be a whole number from 1 to 20, not ${given}`);
}
