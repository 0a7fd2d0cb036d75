import { getPlatform, isSrtPlatform } from '../../presets/index.ts';
import { observationOfThisRun } from './health.ts';
import type { Destination } from './destination.ts';
import { isPrimary } from './lifecycle.ts';

/**
 * What a destination does while no source delivers: `hold` sends the slate, `wait` sends nothing, `stop` sends nothing and
 * stops it after some minutes. A destination that holds is stopped after some minutes too, because it costs.
 */

export const SOURCE_LOSS_ACTIONS = ['hold', 'wait', 'stop'] as const;
export type SourceLossAction = (typeof SOURCE_LOSS_ACTIONS)[number];

/** Minutes after which a destination without a source is stopped, unless it says otherwise. */
export const HOLD_MINUTES_DEFAULT = 10;
export const HOLD_MINUTES_MAX = 24 * 60;

type Setting = Pick<Destination, 'destinationId' | 'platform' | 'onSourceLoss' | 'holdMinutes'>;

/**
 * Returns what happens at the loss of the source. A record without the setting follows its platform: where losing the
 * connection ends the broadcast, it holds.
 */
export function onSourceLossOf(record: Omit<Setting, 'holdMinutes'>): SourceLossAction {
  if (isPrimary(record)) return 'wait';
  return record.onSourceLoss ?? defaultSourceLossOf(record.platform);
}

/** Returns what a new destination of the platform does. */
export function defaultSourceLossOf(platform: string): SourceLossAction {
  return !isSrtPlatform(platform) && getPlatform(platform)?.endsOnDisconnect ? 'hold' : 'wait';
}

/** Returns the minutes without a source after which it is stopped; null for never. */
export function holdMinutesOf(record: Setting): number | null {
  const minutes = record.holdMinutes ?? HOLD_MINUTES_DEFAULT;
  return onSourceLossOf(record) === 'wait' || minutes === 0 ? null : minutes;
}

/**
 * Returns when the destination is to be stopped for want of a source; null for never. Only a source that delivered in
 * this run can be lost: a destination that is started before the encoder waits.
 */
export function stopDueAt(
  record: Setting & Pick<Destination, 'status' | 'desired' | 'observation' | 'runningSince'>,
): Date | null {
  const minutes = holdMinutesOf(record);
  const lostSince = observationOfThisRun(record)?.sourceLostSince;
  if (minutes === null || lostSince === undefined || record.desired !== 'running') return null;
  return new Date(Date.parse(lostSince) + minutes * 60_000);
}
