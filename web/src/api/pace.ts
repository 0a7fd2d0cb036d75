import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import type { SessionResource } from '../../../functions/api/schemas/session.ts';
import type { GroupStartResource } from '../../../functions/api/schemas/group-starts.ts';
import { POLL_BESIDE_IDLE_MS, POLL_BESIDE_MS, POLL_BUSY_MS, POLL_IDLE_MS, POLL_QUIET_MS } from './freshness.ts';
import { isMoving } from './is-moving.ts';
import { queryClient, queryKeys } from './query-client.ts';
import { lastWriteAtMs } from './writes.ts';

/** How much happens: something is on air or changing; something happened in the last minute; nothing. */
export type Pace = 'busy' | 'quiet' | 'idle';

/**
 * Poll intervals. On AWS every request is billed and metrics are a minute old anyway; on one machine they are a second
 * old and free.
 */
const LOCAL_MS: Record<Pace, number> = { busy: POLL_BUSY_MS, quiet: POLL_QUIET_MS, idle: POLL_IDLE_MS };
const AWS_MS: Record<Pace, number> = { busy: 5_000, quiet: 10_000, idle: 15_000 };

/** How long the pace stays quiet, because the operator who did something watches for what follows. */
const QUIET_FOR_MS = 60_000;

/** What of the newest snapshot decides the pace; undefined before the first. */
interface Shown {
  destinations: readonly DestinationResource[] | undefined;
  flow: FlowStatusResource | undefined;
  groupStarts: readonly GroupStartResource[] | undefined;
}

/** Returns true while the flow is changing its state. */
export function isFlowMoving(flow: FlowStatusResource): boolean {
  // UPDATING is a running flow whose outputs are changing.
  return ['STARTING', 'STOPPING', 'DELETING'].includes(flow.status);
}

/** Returns true while something is on air or changing. The primary runs whenever the preview does, so it does not count. */
function isBusy({ destinations, flow, groupStarts }: Shown): boolean {
  return (
    destinations === undefined ||
    destinations.some(
      (each) => !each.primary && (each.desired === 'running' || each.status === 'running' || isMoving(each)),
    ) ||
    (flow !== undefined && isFlowMoving(flow)) ||
    (groupStarts ?? []).some(({ state }) => state !== 'ended')
  );
}

/** Returns the pace of a page on which something last happened at a time. */
export function paceOf(shown: Shown, { nowMs, activeAtMs }: { nowMs: number; activeAtMs: number }): Pace {
  if (isBusy(shown)) return 'busy';
  return nowMs - activeAtMs < QUIET_FOR_MS ? 'quiet' : 'idle';
}

let activeAtMs = Date.now();
let sourceState: string | undefined;

function shownNow(): Shown {
  return {
    destinations: queryClient.getQueryData<DestinationResource[]>(queryKeys.destinations),
    flow: queryClient.getQueryData<FlowStatusResource>(queryKeys.flow),
    groupStarts: queryClient.getQueryData<GroupStartResource[]>(queryKeys.groupStarts),
  };
}

/** Notes whether something happens, by the newest snapshot. */
export function noteActivity(): void {
  const shown = shownNow();
  if (isBusy(shown) || shown.flow?.source.state !== sourceState) activeAtMs = Date.now();
  sourceState = shown.flow?.source.state;
}

function paceNow(): Pace {
  return paceOf(shownNow(), { nowMs: Date.now(), activeAtMs: Math.max(activeAtMs, lastWriteAtMs()) });
}

function isOnAws(): boolean {
  return queryClient.getQueryData<SessionResource | null>(queryKeys.session)?.embedded === false;
}

/** Returns the present poll interval of the snapshot. */
export const snapshotPollMs = (): number => (isOnAws() ? AWS_MS : LOCAL_MS)[paceNow()];

/** Returns the present poll interval of what lies beside the snapshot. */
export const besidePollMs = (): number => (paceNow() === 'idle' ? POLL_BESIDE_IDLE_MS : POLL_BESIDE_MS);

/** Interval while what is polled by itself changes. */
export const busyPollMs = (): number => (isOnAws() ? AWS_MS : LOCAL_MS).busy;
