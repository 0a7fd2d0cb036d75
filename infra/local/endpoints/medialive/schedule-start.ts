import type { ScheduleActionStartSettings } from '@aws-sdk/client-medialive';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord } from '../media/media-state.ts';
import { membersOf, type Refuse } from './schedule-findings.ts';

/** When a schedule action starts. [medialive/latest/ug/sched-timing-types] */

/** A fixed start is at least 15 seconds and at most 14 days ahead. [medialive/latest/ug/submitting-batch-command] */
export const FIXED_AHEAD_MS_MIN = 15_000;
const FIXED_AHEAD_MS_MAX = 14 * 24 * 3_600_000;

/** `yyyy-mm-ddThh:mm:ss.nnnZ`, the fraction optional. [medialive API reference, FixedModeScheduleActionStartSettings] */
const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/** Returns when an action with a fixed start is due, in milliseconds; null for another start. */
export function dueMsOf(start: ScheduleActionStartSettings | undefined): number | null {
  const time = start?.FixedModeScheduleActionStartSettings?.Time;
  return time === undefined ? null : Date.parse(time);
}

/**
 * Checks the start of an action.
 * @param isPause true for a pause. Of an idle channel's schedule it takes effect with the next start; what AWS does with
 * another immediate action there is not documented, so it is refused
 */
export function checkStart(
  { clock }: MediaContext,
  { state }: ChannelRecord,
  { start, at, isPause }: { start: ScheduleActionStartSettings; at: string; isPause: boolean },
  refuse: Refuse,
): void {
  if (membersOf(start).length !== 1) return refuse(at, 'exactly one start is required');
  if (start.FollowModeScheduleActionStartSettings) {
    return refuse(at, 'an action can follow input switches only, and this local endpoint has none');
  }
  const { FixedModeScheduleActionStartSettings: fixed } = start;
  if (fixed && !isPause) return refuse(at, 'only a pause can have a fixed start at this local endpoint');
  const allowed = isPause ? ['IDLE', 'RUNNING'] : ['RUNNING'];
  if (!allowed.includes(state)) {
    return refuse(at, `the action needs a channel that is ${allowed.join(' or ')}; it is ${state}`);
  }
  if (fixed) checkFixed(clock.now(), fixed.Time ?? '', `${at}/fixedModeScheduleActionStartSettings/time`, refuse);
}

function checkFixed(nowMs: number, time: string, at: string, refuse: Refuse): void {
  if (!UTC_TIME.test(time) || Number.isNaN(Date.parse(time))) {
    return refuse(at, 'must be a UTC time such as 2026-12-06T10:00:00.000Z');
  }
  const aheadMs = Date.parse(time) - nowMs;
  if (aheadMs < FIXED_AHEAD_MS_MIN) refuse(at, 'must be at least 15 seconds in the future');
  if (aheadMs > FIXED_AHEAD_MS_MAX) refuse(at, 'must be at most 14 days in the future');
}
