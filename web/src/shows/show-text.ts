import type { ShowResource, ShowSummary } from '../../../functions/api/schemas/shows.ts';
import type { ShowAction } from '../api/shows.ts';
import { formatClock } from '../ui/format.ts';
import type { Glyph, Tone } from '../ui/tone.ts';

/** Words of shows. Pure. */

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

/** Actions in the order of their buttons. */
export const ACTION_WORDS: Record<Exclude<ShowAction, 'edit'>, { label: string; confirm: string }> = {
  schedule: { label: 'Schedule', confirm: 'Schedule it' },
  'go-live': { label: 'Go live', confirm: 'Go live now' },
  resume: { label: 'Resume', confirm: 'Resume now' },
  hold: { label: 'Hold', confirm: 'Hold the run sheet' },
  'take-over': { label: 'Take over', confirm: 'Take over' },
  end: { label: 'End show', confirm: 'Stop its destinations' },
  cancel: { label: 'Cancel show', confirm: 'Cancel this show' },
  unschedule: { label: 'Make a draft', confirm: 'Make it a draft' },
  delete: { label: 'Delete', confirm: 'Delete this draft' },
};

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

/** Returns what a show counts down to, or what it has counted up to. */
export function countdownWords(
  {
    state,
    startsAt,
    endsAt,
    endRule,
    goLiveAt,
  }: Pick<ShowResource, 'state' | 'startsAt' | 'endsAt' | 'endRule' | 'goLiveAt'>,
  nowMs: number,
): string {
  const startMs = Date.parse(goLiveAt ?? startsAt);
  if (state === 'draft') return 'Not scheduled';
  if (state === 'scheduled' || state === 'starting') {
    return startMs > nowMs ? `Live in ${formatClock(startMs - nowMs)}` : 'Start has passed';
  }
  if (state !== 'live') return STATE_WORDS[state];
  if (endsAt === null || endRule === 'hand') return `Live for ${formatClock(nowMs - startMs)}, ends by hand`;
  const endMs = Date.parse(endsAt);
  return endMs > nowMs ? `Ends in ${formatClock(endMs - nowMs)}` : 'End has passed';
}
