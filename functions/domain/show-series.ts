import { digitsOf } from './derived-ulid.ts';
import { newShow } from './new-show.ts';
import { AHEAD_DAYS_MAX, checkDestinations, type DestinationInput } from './show-plan.ts';
import type { ShowCover } from './show-cover.ts';
import type { Show, ShowPlan } from './show.ts';
import { DAY_MS } from './utc-day.ts';
import { toInstant } from './wall-clock.ts';

/**
 * A series: a show that is repeated on the dates of a recurrence, which were computed when it was planned. The next two
 * exist as shows. Each has an id that its series and date determine, so none is made twice.
 */

/** How many of the next dates exist as shows. */
const PLANNED_AHEAD = 2;

/** The fields of a plan that every show of a series begins with unchanged. */
const SHARED_FIELDS = [
  'title',
  'description',
  'category',
  'tags',
  'privacy',
  'notes',
  'zone',
  'endRule',
  'sourceLostMinutes',
  'onFailure',
  'record',
  'sendsReport',
  'startsSource',
  'expectedSource',
  'ceiling',
] as const;
type SharedPlan = Pick<ShowPlan, (typeof SHARED_FIELDS)[number]>;

/** Returns these fields only: what a run has recorded in a show is no part of its series. */
export function sharedPlanOf(plan: SharedPlan): SharedPlan {
  const given = SHARED_FIELDS.filter((field) => plan[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, plan[field]])) as unknown as SharedPlan;
}

/** What every show of a series begins with. */
export interface SeriesPlan extends SharedPlan {
  /** Wall-clock time of day at which each starts, as `10:00:00`. */
  timeOfDay: string;
  /** Wall-clock seconds from start to end; null without a planned end. */
  lengthSeconds: number | null;
  destinations: DestinationInput[];
  isDraft: boolean;
}

export interface ShowSeries {
  seriesId: string;
  /** The rule as it was requested. */
  rule: string;
  plan: SeriesPlan;
  /** The cover that its shows begin with. Null or absent: none. */
  cover?: ShowCover | null;
  /** All dates in order, as `2026-12-06`. */
  dates: string[];
  /** The last date for which a show was made; null before the first. */
  plannedThrough: string | null;
  /** Counts writes. Each write is conditional on it. */
  revision: number;
  createdBy: string;
}

/** Where a show stands in its series. */
export interface PlaceInSeries {
  seriesId: string;
  rule: string;
  date: string;
}

/** Returns the id of the show of a date. */
export function showIdOf(seriesId: string, date: string): string {
  return `shw_${digitsOf(`${seriesId} ${date}`, 26)}`;
}

/** Returns the wall-clock time some seconds later, whatever the clocks do meanwhile. */
function wallClockAfter(local: string, seconds: number): string {
  return new Date(Date.parse(`${local}Z`) + seconds * 1000).toISOString().slice(0, 19);
}

/** Returns the wall-clock seconds between two times. */
export function wallClockSeconds(from: string, to: string): number {
  return (Date.parse(`${to}Z`) - Date.parse(`${from}Z`)) / 1000;
}

/** A wall-clock time as it exists: one that daylight saving skips becomes the next valid one. */
interface Existing {
  local: string;
  at: Date;
  isMoved: boolean;
}

function existing(local: string, zone: string): Existing {
  const instant = toInstant(local, zone);
  if (instant.ok) return { local, at: instant.at, isMoved: false };
  if (instant.reason === 'format') throw new Error(`${local} is no wall-clock time`);
  return { ...existing(instant.next, zone), isMoved: true };
}

/** Returns the times of the show of a date. */
export function timesOn(
  { timeOfDay, lengthSeconds, zone }: Pick<SeriesPlan, 'timeOfDay' | 'lengthSeconds' | 'zone'>,
  date: string,
) {
  const wanted = `${date}T${timeOfDay}`;
  const start = existing(wanted, zone);
  const planned = lengthSeconds === null ? null : existing(wallClockAfter(wanted, lengthSeconds), zone);
  // Where the clocks go forward, start and end may be moved to the same time.
  const end = planned && planned.at <= start.at ? existing(wallClockAfter(start.local, lengthSeconds!), zone) : planned;
  return {
    localStart: start.local,
    localEnd: end?.local ?? null,
    startsAt: start.at.toISOString(),
    endsAt: end?.at.toISOString() ?? null,
    skipped: start.isMoved ? wanted : null,
  };
}

/** Returns the dates whose shows are still to be made: those of the next two that are not made yet. */
export function dueDates({ plan, dates, plannedThrough }: ShowSeries, now: Date): string[] {
  const latest = now.getTime() + AHEAD_DAYS_MAX * DAY_MS;
  const ahead = dates.filter((date) => Date.parse(timesOn(plan, date).startsAt) > now.getTime());
  return ahead
    .slice(0, PLANNED_AHEAD)
    .filter((date) => plannedThrough === null || date > plannedThrough)
    .filter((date) => Date.parse(timesOn(plan, date).startsAt) <= latest);
}

/**
 * Returns the show of a date, without destinations that are gone.
 * @param names of the destinations that exist, by id
 * @param refusal why it cannot be scheduled, so that it becomes a draft; null when it can
 */
export function showOn(
  series: ShowSeries,
  date: string,
  { names, now, refusal }: { names: ReadonlyMap<string, string>; now: Date; refusal: string | null },
): Show {
  const { seriesId, rule, plan, cover = null, createdBy } = series;
  const { destinations: wanted, isDraft } = plan;
  const { skipped, ...times } = timesOn(plan, date);
  const left = wanted.filter(({ destinationId }) => names.has(destinationId));
  const checked = checkDestinations(left, times, names);
  const destinations = checked.ok ? checked.value : [];
  const facts = [
    `planned by its series, ${rule}`,
    ...(skipped ? [`${skipped} does not exist in ${plan.zone}, so it starts at ${times.localStart}`] : []),
    ...(left.length < wanted.length || !checked.ok ? ['some destinations of the series are left out'] : []),
    ...(refusal ? [`it is a draft: ${refusal}`] : []),
  ];
  return newShow(
    {
      ...sharedPlanOf(plan),
      ...times,
      cover,
      destinations,
      showId: showIdOf(seriesId, date),
      series: { seriesId, rule, date },
      isDraft: isDraft || refusal !== null,
    },
    { by: createdBy, at: now.toISOString(), detail: facts.join('; ') },
  );
}
