import type { Destination, OperationKind } from './destination.ts';
import { PRIMARY_DESTINATION_ID } from './destination.ts';
import { nextOperation } from './lifecycle.ts';
import { newDestination } from './new-destination.ts';

/**
 * The always-on HLS channel: a destination like the others, wished to run for ever. It is brought back whatever has
 * happened to it, with growing pauses, because each start of a channel costs at least ten minutes.
 */

/** A failed start that cost nothing (the flow was off, AWS did not answer) is tried again after this long. */
const FREE_PAUSE_SECONDS = 30;
const COSTLY_PAUSE_SECONDS = 600;
/** Six starts a day cost an hour. */
const PAUSE_SECONDS_MAX = 4 * 3600;

/** The record of a deployment that has none yet. @param preset encoding ids, comma separated: one rendition each */
export function newPrimary(preset: string, now: Date): Destination {
  const chosen = {
    destinationId: PRIMARY_DESTINATION_ID,
    name: 'HLS preview',
    platform: 'hls',
    rtmpUrl: '',
    preset,
    standby: 'warm',
    desired: 'running',
  } as const;
  return newDestination(chosen, now);
}

/** A changed ladder restarts it when a run has the old one, or may have. The same record when nothing changes. */
export function withPrimaryPreset(record: Destination, preset: string, now: Date): Destination {
  if (record.preset === preset) return record;
  const isInUse = record.status === 'running' || record.operation?.kind === 'start';
  return {
    ...record,
    preset,
    restartRequested: record.restartRequested || isInUse,
    lastModified: now.toISOString(),
  };
}

/** What `nextOperation` says, but for a primary in error whose pause is not over. Pure. */
export function dueOperation(record: Destination, now: Date): OperationKind | null {
  const kind = nextOperation(record);
  return record.status === 'error' && kind === 'start' && !isRetryDue(record, now) ? null : kind;
}

/** True when a primary in error may be started again. The first start that failed is repeated soon, each later one later. */
export function isRetryDue({ failedStarts = 0, lastError }: Destination, now: Date): boolean {
  if (!lastError) return true;
  const pauseSeconds =
    failedStarts < 2 ? FREE_PAUSE_SECONDS : Math.min(COSTLY_PAUSE_SECONDS * 2 ** (failedStarts - 2), PAUSE_SECONDS_MAX);
  const waitedMs = now.getTime() - Date.parse(lastError.at);
  // A clock that was set back must not make it wait for the old time to come again.
  return waitedMs < 0 || waitedMs >= pauseSeconds * 1000;
}
