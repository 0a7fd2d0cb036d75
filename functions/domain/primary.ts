import type { Destination, OperationKind } from './destination.ts';
import { PRIMARY_DESTINATION_ID } from './destination.ts';
import { nextOperation } from './lifecycle.ts';
import { newDestination } from './new-destination.ts';
import type { PrimaryMode } from './primary-mode.ts';

/**
 * The primary: the channel behind the HLS preview. It is a destination whose desired state follows its mode, the flow
 * and the encoder. While it should run it is restarted whatever stopped it, after growing pauses, because each start of
 * a channel costs at least ten minutes.
 */

/** Pause after a failed start that cost nothing, because the flow was off or AWS did not answer. */
const FREE_PAUSE_SECONDS = 30;
const COSTLY_PAUSE_SECONDS = 600;
/** Six starts a day cost one hour of a channel. */
const PAUSE_SECONDS_MAX = 4 * 3600;

/** Creates the primary's record. @param preset encoding ids, comma separated: one rendition each */
export function newPrimary(preset: string, now: Date): Destination {
  const chosen = {
    destinationId: PRIMARY_DESTINATION_ID,
    name: 'HLS preview',
    platform: 'hls',
    rtmpUrl: '',
    preset,
    // At rest the primary must cost nothing and use no quota.
    standby: 'cold',
    desired: 'idle',
  } as const;
  return newDestination(chosen, now);
}

/** What the mode requires now: run, stop at once, stop if the reason lasts, or no change. */
export type PrimaryNeed = 'run' | 'stop' | 'stop-soon' | 'as-is';

/** Observations of the source older than this are ignored. */
const SOURCE_FRESH_SECONDS = 300;
/** How long the flow or the encoder must be gone: shorter interruptions are restarts. */
const UNNEEDED_SECONDS = { always: 300, 'with-source': 900, off: 0 } as const satisfies Record<PrimaryMode, number>;

/**
 * Decides what the primary's mode requires. Requires no change when that is unknown. Pure.
 * @param flowStatus MediaConnect's status; null without a flow
 * @param source the monitor's last observation; needed for `with-source` only
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

/** Applies the need to the desired state. Returns the same record when nothing changes. Pure. */
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

/** Sets the preset, and requests a restart if a run uses the old one or may. Returns the same record for no change. */
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

/** Returns what `nextOperation` returns, except for a primary in error whose pause is not over. Pure. */
export function dueOperation(record: Destination, now: Date): OperationKind | null {
  const kind = nextOperation(record);
  return record.status === 'error' && kind === 'start' && !isRetryDue(record, now) ? null : kind;
}

/**
 * Returns true when a primary in error may start again. The pause is short after its first failed start, then grows.
 */
export function isRetryDue({ failedStarts = 0, lastError }: Destination, now: Date): boolean {
  if (!lastError) return true;
  const pauseSeconds =
    failedStarts < 2 ? FREE_PAUSE_SECONDS : Math.min(COSTLY_PAUSE_SECONDS * 2 ** (failedStarts - 2), PAUSE_SECONDS_MAX);
  const waitedMs = now.getTime() - Date.parse(lastError.at);
  // After a clock was set back, it must not wait until the old time is reached again.
  return waitedMs < 0 || waitedMs >= pauseSeconds * 1000;
}
