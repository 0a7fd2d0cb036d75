import type { SessionResource } from '../../../functions/api/schemas/answers.ts';
import { POLL_BUSY_MS, POLL_COSTS_MS, POLL_QUIET_MS } from './freshness.ts';
import { queryClient, queryKeys } from './query-client.ts';

/**
 * How often the page polls. On AWS every request is billed and the figures are a minute old anyway; on one machine they
 * are a second old and free.
 */
const AWS_MS = { busy: 5_000, quiet: 10_000, costs: 30_000 } as const;

function isOnAws(): boolean {
  return queryClient.getQueryData<SessionResource | null>(queryKeys.session)?.embedded === false;
}

/** While something runs or moves. */
export const busyPollMs = (): number => (isOnAws() ? AWS_MS.busy : POLL_BUSY_MS);

/** While nothing does. */
export const quietPollMs = (): number => (isOnAws() ? AWS_MS.quiet : POLL_QUIET_MS);

/** What everything costs: it changes with the minutes. */
export const costsPollMs = (): number => (isOnAws() ? AWS_MS.costs : POLL_COSTS_MS);
