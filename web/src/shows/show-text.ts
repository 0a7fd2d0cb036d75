import type { ShowResource, ShowSummary } from '../../../functions/api/schemas/shows.ts';
import type { ShowAction } from '../api/shows.ts';
import { formatClock } from '../ui/format.ts';
import type { Glyph, Tone } from '../ui/tone.ts';

/** Words of shows. */

export const STATE_WORDS: Record<ShowSummary['state'], string> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  starting: 'Starting',
  live: 'Live',
  ending: 'Ending',
  ended: 'Ended',
  cancelled: 'Cancelled',
};

export const STATE_LOOKS: Record<ShowSummary['state'], { tone: Tone; glyph: Glyph }> = {
  draft: { tone: 'off', glyph: 'off' },
  scheduled: { tone: 'waiting', glyph: 'waiting' },
  starting: { tone: 'motion', glyph: 'motion' },
  live: { tone: 'air', glyph: 'air' },
  ending: { tone: 'motion', glyph: 'motion' },
  ended: { tone: 'off', glyph: 'off' },
  cancelled: { tone: 'off', glyph: 'off' },
};

export type RequestedAction = Exclude<ShowAction, 'edit'>;

interface ActionWords {
  label: string;
  confirm: string;
  /** What it does, in one or two sentences. */
  effect: string;
}

/** Actions that run the show, in the order of their buttons. */
export const RUN_ACTIONS = ['schedule', 'go-live', 'resume', 'hold', 'take-over', 'end'] as const;

/** Actions that change the plan. */
export const PLAN_ACTIONS = ['unschedule', 'cancel', 'delete'] as const;

export const ACTION_WORDS: Record<RequestedAction, ActionWords> = {
  schedule: { label: 'Schedule', confirm: 'Schedule it', effect: 'From now on it goes live by itself.' },
  'go-live': {
    label: 'Go live',
    confirm: 'Go live now',
    effect: 'Starts the destinations at once. Those that are ready go live immediately.',
  },
  resume: { label: 'Resume', confirm: 'Resume now', effect: 'The run sheet acts again.' },
  hold: {
    label: 'Hold',
    confirm: 'Hold now',
    effect: 'Nothing starts or ends by itself until you resume. What is on air stays on air, what is ready stays held.',
  },
  'take-over': {
    label: 'Take over',
    confirm: 'Take over now',
    effect: 'Nothing starts or ends by itself any more. What is on air stays on air, what is ready stays held.',
  },
  end: {
    label: 'End show',
    confirm: 'End it now',
    effect: 'Stops its destinations, and the source if this show started it.',
  },
  cancel: { label: 'Cancel show', confirm: 'Cancel this show', effect: 'Stops what it has started.' },
  unschedule: { label: 'Make a draft', confirm: 'Make it a draft', effect: 'It does not start until you schedule it.' },
  delete: { label: 'Delete', confirm: 'Delete this draft', effect: 'Its plan is lost.' },
};

/** Returns the zone of this browser. */
export function hereZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Formats the time of day in the zone of the show, with seconds. */
export function showTime(at: string, zone: string): string {
  return new Date(at).toLocaleTimeString([], { timeZone: zone });
}

/** Formats a time of the log in the zone of the show, with its date unless it is the day of the start. */
export function logTime(at: string, { startsAt, zone }: Pick<ShowResource, 'startsAt' | 'zone'>): string {
  const day = (moment: string) => new Date(moment).toLocaleDateString([], { timeZone: zone });
  return day(at) === day(startsAt) ? showTime(at, zone) : `${day(at)} ${showTime(at, zone)}`;
}

/** Returns which zone the times are in, and the planned start here where that differs; null where it is the same. */
export function zoneWords(
  { startsAt, zone }: Pick<ShowResource, 'startsAt' | 'zone'>,
  zoneHere: string,
): string | null {
  const format = (timeZone: string) =>
    new Date(startsAt).toLocaleString([], { timeZone, weekday: 'long', hour: '2-digit', minute: '2-digit' });
  if (format(zone) === format(zoneHere)) return null;
  return `All times are in ${zone}. It starts on ${format(zoneHere)} your time.`;
}

/** Formats the planned time in the zone of the show. */
export function plannedWords({
  localStart,
  localEnd,
  zone,
}: Pick<ShowSummary, 'localStart' | 'localEnd' | 'zone'>): string {
  const [day, start] = localStart.split('T');
  const [endDay, end] = localEnd?.split('T') ?? [];
  const clock = (time: string | undefined) => time?.replace(/:00$/, '') ?? '';
  const until = end === undefined ? '' : ` – ${endDay === day ? '' : `${endDay} `}${clock(end)}`;
  return `${day} ${clock(start)}${until} ${zone}`;
}

type Counted = Pick<
  ShowResource,
  'state' | 'automation' | 'startsAt' | 'endsAt' | 'endRule' | 'goLiveAt' | 'liveAt' | 'endingAt'
>;

/** Returns what a show counts down to, or how long it has been live; null when its state says it all. */
export function countdownWords(show: Counted, nowMs: number): string | null {
  const { state, automation, startsAt, goLiveAt, liveAt, endingAt } = show;
  const startMs = Date.parse(goLiveAt ?? startsAt);
  switch (state) {
    case 'draft':
      return 'Not scheduled';
    case 'scheduled':
    case 'starting':
      if (startMs <= nowMs) return 'Start has passed';
      return `${automation === 'on' ? 'Live in' : 'Planned start in'} ${formatClock(startMs - nowMs)}`;
    case 'live':
      return liveWords(show, Date.parse(liveAt ?? goLiveAt ?? startsAt), nowMs);
    case 'ended':
      return liveAt && endingAt ? `Was live for ${formatClock(Date.parse(endingAt) - Date.parse(liveAt))}` : null;
    case 'ending':
    case 'cancelled':
      return null;
  }
}

function liveWords({ automation, endsAt, endRule }: Counted, liveMs: number, nowMs: number): string {
  if (automation !== 'on' || endsAt === null || endRule === 'hand') {
    return `Live for ${formatClock(nowMs - liveMs)}, ends by hand`;
  }
  const endMs = Date.parse(endsAt);
  return endMs > nowMs ? `Ends in ${formatClock(endMs - nowMs)}` : 'End has passed';
}
