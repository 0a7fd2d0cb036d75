import type { FieldError } from './errors.ts';
import { isPlanned, type EndRule, type Show, type ShowDestination, type ShowPlan } from './show.ts';
import { DAY_MS } from './utc-day.ts';
import { isZone, toInstant, toWallClock } from './wall-clock.ts';

/** Checks plans of shows: their times, their destinations, and that no two shows want one destination at once. */

/** How far ahead a show can be planned: rules for daylight saving change, and those of a later year are not known. */
const AHEAD_DAYS_MAX = 366;
const SHOW_HOURS_MAX = 24;
/** What a show without an end counts as, when it is compared with others. */
const OPEN_END_HOURS = 12;
/** How long before the start a destination may go live. */
const EARLY_SECONDS_MAX = 3600;
export const SHOW_DESTINATIONS_MAX = 100;

/** The planned times, as given. */
export interface TimesInput {
  zone: string;
  localStart: string;
  localEnd: string | null;
  endRule: EndRule;
}

/** The planned destinations, as given, in their order. */
export type DestinationInput = Pick<ShowDestination, 'destinationId' | 'offsetSeconds' | 'isRequired'>;

export type PlannedTimes = Pick<ShowPlan, 'zone' | 'localStart' | 'localEnd' | 'endRule' | 'startsAt' | 'endsAt'>;

type Checked<Value> = { ok: true; value: Value } | { ok: false; errors: FieldError[] };

/**
 * Checks the times of a plan.
 * @param running true while the show runs, when its start lies in the past
 */
export function checkTimes(input: TimesInput, now: Date, { running }: { running: boolean }): Checked<PlannedTimes> {
  const { zone, localStart, localEnd, endRule } = input;
  if (!isZone(zone)) {
    const message = `${JSON.stringify(zone)} is not a zone of the IANA database: send one such as Europe/Berlin or UTC`;
    return refuse('zone', message);
  }
  const start = checkInstant('localStart', localStart, zone);
  if (!start.ok) return start;
  const end = localEnd === null ? null : checkInstant('localEnd', localEnd, zone);
  if (end !== null && !end.ok) return end;
  const given = JSON.stringify(localStart);
  const here = toWallClock(now, zone);
  if (!running && start.value <= now) {
    return refuse('localStart', `${given} has passed: it is ${here} in ${zone}; choose a later time`);
  }
  const latest = new Date(now.getTime() + AHEAD_DAYS_MAX * DAY_MS);
  if (start.value > latest) {
    return refuse(
      'localStart',
      `${given} is too far ahead: plan at most ${AHEAD_DAYS_MAX} days, until ${toWallClock(latest, zone)}`,
    );
  }
  const fault = checkEnd({ start: start.value, end: end?.value ?? null, endRule, localEnd, now });
  if (fault) return { ok: false, errors: [fault] };
  return {
    ok: true,
    value: {
      zone,
      localStart: toWallClock(start.value, zone),
      localEnd: end === null ? null : toWallClock(end.value, zone),
      endRule,
      startsAt: start.value.toISOString(),
      endsAt: end === null ? null : end.value.toISOString(),
    },
  };
}

function checkEnd(times: {
  start: Date;
  end: Date | null;
  endRule: EndRule;
  localEnd: string | null;
  now: Date;
}): FieldError | null {
  const { start, end, endRule, localEnd, now } = times;
  if (end === null) {
    const message = 'required when the show ends by the clock: send it, or send endRule hand';
    return endRule === 'clock' ? { field: 'localEnd', message } : null;
  }
  const given = JSON.stringify(localEnd);
  if (end <= start) return { field: 'localEnd', message: `${given} is not after the start: send a later end, or null` };
  if (end <= now) return { field: 'localEnd', message: `${given} has passed: send a later end, or end the show` };
  if (end.getTime() - start.getTime() > SHOW_HOURS_MAX * 3_600_000) {
    return {
      field: 'localEnd',
      message: `${given} makes the show longer than ${SHOW_HOURS_MAX} hours: send an earlier end`,
    };
  }
  return null;
}

function checkInstant(field: string, local: string, zone: string): Checked<Date> {
  const instant = toInstant(local, zone);
  if (instant.ok) return { ok: true, value: instant.at };
  const given = JSON.stringify(local);
  return instant.reason === 'format'
    ? refuse(field, `${given} is not a wall-clock time: send one such as 2026-12-06T10:00, without a zone`)
    : refuse(
        field,
        `${given} does not exist in ${zone}, where the clocks go forward: the next valid time is ${instant.next}`,
      );
}

function refuse(field: string, message: string): { ok: false; errors: FieldError[] } {
  return { ok: false, errors: [{ field, message }] };
}

/**
 * Checks the destinations of a plan and keeps what has happened to those that stay.
 * @param names of the destinations that exist, by id
 */
export function checkDestinations(
  wanted: readonly DestinationInput[],
  { startsAt, endsAt }: Pick<ShowPlan, 'startsAt' | 'endsAt'>,
  names: ReadonlyMap<string, string>,
): Checked<ShowDestination[]> {
  const errors: FieldError[] = [];
  const latest = lengthSeconds({ startsAt, endsAt });
  const seen = new Set<string>();
  wanted.forEach(({ destinationId, offsetSeconds }, index) => {
    const refuseOne = (field: string, message: string) =>
      errors.push({ field: `destinations.${index}.${field}`, message });
    if (!names.has(destinationId)) {
      refuseOne('destinationId', `${destinationId} is no destination: GET /api/destinations lists all`);
    }
    if (seen.has(destinationId)) refuseOne('destinationId', `${destinationId} is listed twice: list it once`);
    seen.add(destinationId);
    if (offsetSeconds < -EARLY_SECONDS_MAX || offsetSeconds >= latest) {
      const allowed = `must be from -${EARLY_SECONDS_MAX} to less than ${latest}, the length of the show in seconds`;
      refuseOne('offsetSeconds', `${allowed}, not ${offsetSeconds}`);
    }
  });
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, value: wanted.map((each) => newShowDestination(each, names.get(each.destinationId) ?? '')) };
}

function newShowDestination(
  { destinationId, offsetSeconds, isRequired }: DestinationInput,
  name: string,
): ShowDestination {
  return {
    destinationId,
    name,
    offsetSeconds,
    isRequired,
    startRequestedAt: null,
    isStartConfirmed: false,
    readyAt: null,
    onAirAt: null,
    stopRequestedAt: null,
    isStopConfirmed: false,
    offAirAt: null,
    problem: null,
  };
}

/** Returns the length of a show in seconds; without an end, what it counts as. */
export function lengthSeconds({ startsAt, endsAt }: Pick<ShowPlan, 'startsAt' | 'endsAt'>): number {
  return endsAt === null ? OPEN_END_HOURS * 3600 : (Date.parse(endsAt) - Date.parse(startsAt)) / 1000;
}

/** Returns the end of a show in milliseconds; without one, what it counts as. */
export function endMsOf(plan: Pick<ShowPlan, 'startsAt' | 'endsAt'>): number {
  return Date.parse(plan.startsAt) + lengthSeconds(plan) * 1000;
}

/** Returns when a show goes live, in milliseconds. */
export function startMsOf({ goLiveAt, startsAt }: Pick<Show, 'goLiveAt' | 'startsAt'>): number {
  return Date.parse(goLiveAt ?? startsAt);
}

/** Returns when a destination is to be on air. By hand, those that were to be early are wanted at once. */
export function plannedMsOf(
  show: Pick<Show, 'goLiveAt' | 'startsAt'>,
  { offsetSeconds }: Pick<ShowDestination, 'offsetSeconds'>,
): number {
  const plannedMs = startMsOf(show) + offsetSeconds * 1000;
  return show.goLiveAt === null ? plannedMs : Math.max(plannedMs, Date.parse(show.goLiveAt));
}

/** One destination that two shows want at the same time. */
interface ShowConflict {
  show: Show;
  destination: ShowDestination;
}

/** Returns the first other show that is planned and wants one of the destinations at the same time. */
export function findConflict(
  candidate: Pick<Show, 'showId' | 'startsAt' | 'endsAt' | 'destinations'>,
  shows: readonly Show[],
  now: Date,
): ShowConflict | null {
  const wanted = new Map(candidate.destinations.map((each) => [each.destinationId, each]));
  for (const show of shows) {
    if (show.showId === candidate.showId || !isPlanned(show)) continue;
    for (const other of show.destinations) {
      const mine = wanted.get(other.destinationId);
      if (mine && overlap(claimOf(candidate, mine), claimOf(show, other, now))) return { show, destination: other };
    }
  }
  return null;
}

/** From when to when a show claims a destination. One that is on air beyond its end claims it until it has ended. */
function claimOf(
  show: Pick<Show, 'startsAt' | 'endsAt'> & Partial<Pick<Show, 'goLiveAt' | 'liveAt' | 'endedAt'>>,
  { offsetSeconds }: ShowDestination,
  now?: Date,
): [number, number] {
  const startMs = Date.parse(show.goLiveAt ?? show.startsAt) + offsetSeconds * 1000;
  const isOnAir = (show.liveAt ?? null) !== null && show.endedAt === null;
  return [startMs, Math.max(endMsOf(show), isOnAir && now ? now.getTime() : 0)];
}

function overlap([startMs, endMs]: [number, number], [otherStartMs, otherEndMs]: [number, number]): boolean {
  return startMs < otherEndMs && otherStartMs < endMs;
}
