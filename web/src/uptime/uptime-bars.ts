import type { UptimeList } from '../../../functions/api/schemas/uptime.ts';
import type { Tone } from '../ui/tone.ts';

/** Rows of bars, one bar per UTC day, from what the API lists. Pure. */

export type UptimeDay = UptimeList['data'][number];
type UptimeState = keyof UptimeDay['seconds'];

/** States from the best to the worst, as they are stacked in a bar, with their words and tones. */
export const UPTIME_STATES: readonly { state: UptimeState; word: string; tone: Tone }[] = [
  { state: 'delivering', word: 'On air', tone: 'air' },
  { state: 'starting', word: 'Starting', tone: 'off' },
  { state: 'waiting', word: 'Waiting for source', tone: 'waiting' },
  { state: 'degraded', word: 'Degraded', tone: 'motion' },
  { state: 'down', word: 'Down', tone: 'attention' },
  { state: 'unknown', word: 'Unknown', tone: 'stale' },
];

export interface UptimeRow {
  destinationId: string;
  name: string;
  /** One per day of the period, oldest first; null when it was not wanted on air. */
  days: (UptimeDay | null)[];
  /** Of the time wanted without starting, in the whole period; null when that is no time at all. */
  share: number | null;
}

/** Returns the UTC days from `from` to `to`, both included. */
export function daysBetween(from: string, to: string): string[] {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
  return Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(from) + index * 86_400_000).toISOString().slice(0, 10),
  );
}

/** Returns one row per destination and for the source, in the order of their names. */
export function toRows({ from, to, data }: Pick<UptimeList, 'from' | 'to' | 'data'>): UptimeRow[] {
  const days = daysBetween(from, to);
  const byDestination = Map.groupBy(data, ({ destinationId }) => destinationId);
  return [...byDestination]
    .map(([destinationId, listed]): UptimeRow => {
      const byDay = new Map(listed.map((each) => [each.day, each]));
      const newest = listed.reduce((last, each) => (each.day > last.day ? each : last));
      const share = shareOf(listed);
      return { destinationId, name: newest.destinationName, days: days.map((day) => byDay.get(day) ?? null), share };
    })
    .toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name));
}

/** The source and the preview come first. */
const FIRST = ['source', 'primary'];
const rank = ({ destinationId }: UptimeRow) => (FIRST.indexOf(destinationId) + FIRST.length + 1) % (FIRST.length + 1);

/** Returns the share delivered of the time it could have been: a start takes its time whatever the far end does. */
function shareOf(days: readonly UptimeDay[]): number | null {
  const sum = (state: UptimeState) => days.reduce((total, { seconds }) => total + seconds[state], 0);
  const wanted = UPTIME_STATES.reduce((total, { state }) => total + sum(state), 0) - sum('starting');
  return wanted > 0 ? sum('delivering') / wanted : null;
}

/** A share as text, cut and not rounded: 100 % is only said of a period without a lost second. */
export function formatShare(share: number | null): string {
  if (share === null) return '–';
  return `${(Math.floor(share * 10_000) / 100).toFixed(share === 1 ? 0 : 2)} %`;
}
