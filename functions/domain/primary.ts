import type { Destination, OperationKind } from './destination.ts';
import { PRIMARY_DESTINATION_ID } from './destination.ts';
import { nextOperation } from './lifecycle.ts';
import { newDestination } from './new-destination.ts';
import type { PrimaryMode } from './primary-mode.ts';

/**
 * The primary: the channel behind the HLS preview. It is a destination like the others whose desired state follows its
 * mode, the flow and the encoder. While it should run it is brought back whatever has happened to it, with growing
 * pauses, because each start of a channel costs at least ten minutes.
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
    // At rest it must cost nothing and occupy no quota.
    standby: 'cold',
    desired: 'idle',
  } as const;
  return newDestination(chosen, now);
}

/** What its mode asks of the primary now: to run, to stop at once, to stop if that lasts, or nothing new. */
export type PrimaryNeed = 'run' | 'stop' | 'stop-soon' | 'as-is';

/** An observation of the source older than this says nothing about it now. */
const SOURCE_FRESH_SECONDS = 300;
/** A flow or an encoder that is back within this time has only been restarted. */
const UNNEEDED_SECONDS = { always: 300, 'with-source': 900, off: 0 } as const satisfies Record<PrimaryMode, number>;

/**
 * Says what the primary is needed for. When that is not known, nothing changes. Pure.
 * @param flowStatus as MediaConnect names it; null when there is no flow
 * @param source what the monitor last saw; needed for `with-source` only
 */
export function primaryNeed({
  mode,
  flowStatus,
  source,
  now,
}: {
  mode: PrimaryMode;
  flowStatus: string | null;
  source: { observedAt: string; connected: boolean | null; lostSince: string | null } | null;
  now: Date;
}): PrimaryNeed {
  if (mode === 'off') return 'stop';
  if (flowStatus === 'STARTING' || flowStatus === 'STOPPING') return 'as-is';
  if (flowStatus !== 'ACTIVE' && flowStatus !== 'UPDATING') return 'stop-soon';
  if (mode === 'always') return 'run';
  const isFresh = source !== null && secondsSince(source.observedAt, now) <= SOURCE_FRESH_SECONDS;
  if (!isFresh || source.connected === null) return 'as-is';
  return source.connected ? 'run' : 'stop-soon';
}

/** Turns the need into the desired state. The same record when nothing changes. Pure. */
export function withPrimaryNeed(record: Destination, need: PrimaryNeed, now: Date, mode: PrimaryMode): Destination {
  const { unneededSince = null } = record;
  if (need === 'as-is') return record;
  const wanted = need === 'run' ? 'running' : 'idle';
  if (record.desired === wanted) return unneededSince === null ? record : { ...record, unneededSince: null };
  const turned = { ...record, desired: wanted, unneededSince: null, lastModified: now.toISOString() } as const;
  if (need === 'run') return turned;
  const pauseSeconds = need === 'stop' ? 0 : UNNEEDED_SECONDS[mode];
  const since = unneededSince ?? now.toISOString();
  if (secondsSince(since, now) >= pauseSeconds) return turned;
  return unneededSince === null ? { ...record, unneededSince: since } : record;
}

function secondsSince(at: string, now: Date): number {
  return (now.getTime() - Date.parse(at)) / 1000;
}

/** A changed ladder restarts it when a run has the old one, or may have. The same record when nothing changes. */
export function withPrimaryPreset(record: Destination, preset: string, now: Date): Destination {
  if (record.preset === preset && record.standby === 'cold') return record;
  if (record.preset === preset) return { ...record, standby: 'cold', lastModified: now.toISOString() };
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
