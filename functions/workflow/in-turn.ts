import type { TableDeps } from '../aws/clients.ts';
import { underLease } from '../aws/lease-table.ts';
import { AppError } from '../domain/errors.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** A crash in the middle of an action delays the next caller for so long. */
const LEASE_SECONDS = 10;
const PAUSE_MS = 200;
const ATTEMPTS_MAX = 25;

/** What callers do one after the other, because each has to see what those before it wrote. */
export interface Turn {
  /** Name of the lease. */
  name: string;
  /** What the others do, for the caller who waited in vain: "others are …". */
  doing: string;
}

/**
 * Runs an action while no other process runs one of the same turn.
 * @throws {AppError} `concurrent_change` when others take all turns for five seconds
 */
export async function inTurn<Result>(
  deps: TableDeps & Pick<WorkflowDeps, 'now' | 'sleep'>,
  { name, doing }: Turn,
  action: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const wanted = { name, now: deps.now(), seconds: LEASE_SECONDS, takeOver: false };
    const done = await underLease(deps, wanted, action);
    if (done) return done.result;
    await deps.sleep(PAUSE_MS);
  }
  throw new AppError('concurrent_change', {
    detail: `others are ${doing} at the same time`,
    remedy: 'try again',
    retryAfterSeconds: 1,
  });
}
