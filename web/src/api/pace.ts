import type { SessionResource } from '../../../functions/api/schemas/answers.ts';
import { POLL_BUSY_MS, POLL_COSTS_MS, POLL_QUIET_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

/**
 * Poll intervals. On AWS every request is billed and metrics are a minute old anyway; on one machine they are a second
 * old and free.
 */
const AWS_MS = { busy: 5_000, quiet: 10_000, costs: 30_000 } as const;

function isOnAws(): boolean {
  return queryClient.getQueryData<SessionResource | null>(queryKeys.session)?.embedded === false;
}

/** Interval while a destination runs or changes. */
export const busyPollMs = (): number => (isOnAws() ? AWS_MS.busy : POLL_BUSY_MS);

/** Interval otherwise. */
export const quietPollMs = (): number => (isOnAws() ? AWS_MS.quiet : POLL_QUIET_MS);

/** Interval of costs, which change by the minute. */
export const costsPollMs = (): number => (isOnAws() ? AWS_MS.costs : POLL_COSTS_MS);
