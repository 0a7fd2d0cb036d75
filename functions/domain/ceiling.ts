import type { Span } from './billed-time.ts';
import { PRIMARY_DESTINATION_ID, type Destination } from './destination.ts';
import { towardsDesired, type Decision } from './lifecycle.ts';
import type { Money } from './money.ts';
import type { PrimaryNeed } from './primary.ts';
import type { Spending } from './spending.ts';
import { DAY_MS, startOfDay } from './utc-day.ts';

/**
 * Ceilings: amounts that the spending of a UTC day, a month or a show should not exceed, and what happens before it
 * would. A ceiling compares the ledger with its amount; it never estimates how long something will run.
 *
 * A stop is decided while it still helps: when waiting until the next evaluation would lead above the amount. Counted
 * are what is spent, and what stopping then would still cost (spending.ts).
 */

export const CEILING_PERIODS = ['day', 'month'] as const;
/** What a ceiling of the deployment is about, and its id. */
export type CeilingPeriod = (typeof CEILING_PERIODS)[number];

export const CEILING_ANSWERS = ['keep', 'stop'] as const;
export type CeilingAnswer = (typeof CEILING_ANSWERS)[number];

export const CEILING_ACTIONS = ['warn', 'ask', 'stop'] as const;

/** What happens when the amount is reached. A question that is not answered in time gets its default answer. */
export type AtLimit =
  | { action: 'warn' | 'stop' }
  | { action: 'ask'; countdownMinutes: number; defaultAnswer: CeilingAnswer };

/** What a ceiling has done in a period. Another period begins without it. */
export interface CeilingCourse {
  /** Begin of the period that it belongs to. */
  periodStart: string;
  /** asked: waits for an answer. kept: stops nothing. stopped: everything was stopped, and starts are refused. */
  state: 'asked' | 'kept' | 'stopped';
  since: string;
  /** Who decided: a person, or `ceiling`. */
  by: string;
  /** When the default answer counts; null unless asked. */
  answerDueAt: string | null;
  /** Kept only up to this amount, in micro-dollars; null: until the period ends. */
  keptUntilMicroUsd: number | null;
}

/** What every ceiling has. */
interface CeilingOf<Period extends CeilingPeriod | 'show'> {
  period: Period;
  /** In micro-dollars; whole cents. */
  microUsd: number;
  atLimit: AtLimit;
  /** Destinations that it never stops. */
  spared: readonly string[];
  course: CeilingCourse | null;
}

/** The ceiling of one show, which its record holds. */
export type ShowCeiling = CeilingOf<'show'>;

/** A ceiling of the deployment. */
export interface Ceiling extends CeilingOf<CeilingPeriod> {
  /** Counts writes. Each write is conditional on it, and it is the ETag. */
  revision: number;
  changedBy: string;
  changedAt: string;
}

/** Any ceiling. */
export type AnyCeiling = CeilingOf<CeilingPeriod | 'show'>;

/** The actor of what a ceiling does by itself. */
const CEILING_ACTOR = 'ceiling';

/** Returns a ceiling's name in requests, records and the timeline. */
export function ceilingActor({ period }: Pick<Ceiling, 'period'>): string {
  return `${period} ceiling`;
}

/** Returns the UTC day or month around an instant. */
export function periodSpan(period: CeilingPeriod, now: Date): Span {
  if (period === 'day') {
    const startMs = startOfDay(now).getTime();
    return { startMs, endMs: startMs + DAY_MS };
  }
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { startMs: Date.UTC(year, month, 1), endMs: Date.UTC(year, month + 1, 1) };
}

/** Stands for the begin of a show, which has one course from its first start to its end. */
const WHOLE_SHOW = 'show';

function periodStart(period: AnyCeiling['period'], now: Date): string {
  return period === 'show' ? WHOLE_SHOW : new Date(periodSpan(period, now).startMs).toISOString();
}

/** Returns what the ceiling has done in the present period; null when nothing. */
export function courseOf({ period, course }: AnyCeiling, now: Date): CeilingCourse | null {
  return course?.periodStart === periodStart(period, now) ? course : null;
}

/** Returns the amount that counts now, in micro-dollars; null while a person keeps everything running. */
export function limitOf(ceiling: AnyCeiling, now: Date): number | null {
  const course = courseOf(ceiling, now);
  if (course?.state === 'kept') return course.keptUntilMicroUsd;
  return course?.keptUntilMicroUsd ?? ceiling.microUsd;
}

/** Returns the known part of an amount. What is unknown is named beside every amount that is shown. */
export const knownMicroUsd = ({ microUsd }: Money): number => microUsd ?? 0;

/** Returns how long a ceiling waits for an answer; 0 for one that does not ask. */
export function countdownMinutesOf(atLimit: AtLimit): number {
  return atLimit.action === 'ask' ? atLimit.countdownMinutes : 0;
}

/** Returns true when a stop at that instant comes too late. */
function isAbove(limit: number | null, spending: Spending, atMs: number, starting?: readonly Destination[]): boolean {
  return limit !== null && knownMicroUsd(spending.ifStoppedAt(new Date(atMs), starting)) > limit;
}

const CENT_MICRO_USD = 10_000;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/**
 * Moves a ceiling by what was spent. Pure.
 * @param everySeconds seconds until the next evaluation
 * @returns the same object when nothing changes
 */
export function evaluateCeiling<One extends AnyCeiling>(
  ceiling: One,
  spending: Spending,
  now: Date,
  everySeconds: number,
): One {
  const { atLimit } = ceiling;
  const course = courseOf(ceiling, now);
  if (atLimit.action === 'warn' || course?.state === 'stopped') return ceiling;
  const next = now.getTime() + everySeconds * SECOND_MS;
  if (course?.state === 'asked') return evaluateQuestion(ceiling, course, spending, { now, everySeconds });
  const limit = limitOf(ceiling, now);
  const countdownMs = countdownMinutesOf(atLimit) * MINUTE_MS;
  if (!isAbove(limit, spending, next + countdownMs)) return ceiling;
  if (atLimit.action !== 'ask') return withCourse(ceiling, now, { state: 'stopped' });
  const answerDueAt = new Date(now.getTime() + countdownMs).toISOString();
  return withCourse(ceiling, now, {
    state: 'asked',
    answerDueAt,
    keptUntilMicroUsd: course?.keptUntilMicroUsd ?? null,
  });
}

function evaluateQuestion<One extends AnyCeiling>(
  ceiling: One,
  course: CeilingCourse,
  spending: Spending,
  { now, everySeconds }: { now: Date; everySeconds: number },
): One {
  const { atLimit } = ceiling;
  const { keptUntilMicroUsd } = course;
  const limit = limitOf(ceiling, now);
  const nextMs = now.getTime() + everySeconds * SECOND_MS;
  const isInTime = (waitMs: number) => !isAbove(limit, spending, nextMs + waitMs);
  const countdownMinutes = countdownMinutesOf(atLimit);
  // Enough was stopped meanwhile that another question would come in time, so this one is void.
  if (isInTime(countdownMinutes * MINUTE_MS)) {
    return keptUntilMicroUsd === null
      ? { ...ceiling, course: null }
      : withCourse(ceiling, now, { state: 'kept', keptUntilMicroUsd });
  }
  if (now.getTime() < Date.parse(course.answerDueAt!)) return ceiling;
  // What was stopped meanwhile leaves more time for the answer, but less than a new countdown.
  for (let minutes = countdownMinutes - 1; minutes > 0; minutes -= 1) {
    if (!isInTime(minutes * MINUTE_MS)) continue;
    return {
      ...ceiling,
      course: { ...course, answerDueAt: new Date(now.getTime() + minutes * MINUTE_MS).toISOString() },
    };
  }
  const isKept = atLimit.action === 'ask' && atLimit.defaultAnswer === 'keep';
  return withCourse(ceiling, now, { state: isKept ? 'kept' : 'stopped' });
}

function withCourse<One extends AnyCeiling>(
  ceiling: One,
  now: Date,
  {
    state,
    by = CEILING_ACTOR,
    answerDueAt = null,
    keptUntilMicroUsd = null,
  }: Partial<CeilingCourse> & Pick<CeilingCourse, 'state'>,
): One {
  const since = now.toISOString();
  const course = { periodStart: periodStart(ceiling.period, now), state, since, by, answerDueAt, keptUntilMicroUsd };
  return { ...ceiling, course };
}

/**
 * Applies a person's answer. Pure.
 * @param answer.keptUntilMicroUsd keeps everything running only up to this amount; null: until the period ends
 * @returns the same object when that was the answer already
 */
export function answerCeiling<One extends AnyCeiling>(
  ceiling: One,
  answer: { answer: CeilingAnswer; keptUntilMicroUsd: number | null; by: string },
  now: Date,
): One {
  const course = courseOf(ceiling, now);
  const state = answer.answer === 'keep' ? 'kept' : 'stopped';
  if (course?.state === state && course.keptUntilMicroUsd === answer.keptUntilMicroUsd) return ceiling;
  return withCourse(ceiling, now, { state, by: answer.by, keptUntilMicroUsd: answer.keptUntilMicroUsd });
}

/** Returns true when the ceiling may stop this destination. */
export function isConcerned(
  { spared, atLimit }: Pick<AnyCeiling, 'spared' | 'atLimit'>,
  destinationId: string,
): boolean {
  return atLimit.action !== 'warn' && !spared.includes(destinationId);
}

/** Returns the first ceiling that keeps a destination off air; null when none does. */
export function holdOn(ceilings: readonly Ceiling[], destinationId: string, now: Date): Ceiling | null {
  const isHolding = (ceiling: Ceiling) =>
    isConcerned(ceiling, destinationId) && courseOf(ceiling, now)?.state === 'stopped';
  return ceilings.find(isHolding) ?? null;
}

/** Longest time between two evaluations: the monitor's interval on AWS, and that of a show on air. */
export const EVALUATED_EVERY_SECONDS = 60;

/**
 * Returns the primary's need as the ceilings let it be. One that stopped everything keeps the preview off air, too. The
 * next start of a preview that was stopped is charged as another one, so it waits until an evaluation has counted it,
 * and until an open question is answered.
 */
export function needWithin(
  ceilings: readonly Ceiling[],
  primary: Destination,
  need: PrimaryNeed,
  now: Date,
): PrimaryNeed {
  if (need !== 'run') return need;
  if (holdOn(ceilings, PRIMARY_DESTINATION_ID, now)) return 'stop';
  const counting = ceilings.filter(
    (ceiling) => isConcerned(ceiling, PRIMARY_DESTINATION_ID) && limitOf(ceiling, now) !== null,
  );
  const isAsked = counting.some((ceiling) => courseOf(ceiling, now)?.state === 'asked');
  return isAsked || (counting.length > 0 && isJustStopped(primary, now)) ? 'as-is' : 'run';
}

/** Returns true while no evaluation may have seen yet that the primary was stopped. */
function isJustStopped({ generation, desiredAt = '', lastModified }: Destination, now: Date): boolean {
  if (generation === 0) return false;
  const changedAt = Math.max(Date.parse(lastModified), Date.parse(desiredAt || lastModified));
  const waitedMs = now.getTime() - changedAt;
  // After a clock was set back, it must not wait until the old time is reached again.
  return waitedMs >= 0 && waitedMs <= EVALUATED_EVERY_SECONDS * SECOND_MS;
}

/** Returns the earliest time of a stop that nothing has led to yet: the next evaluation, and a countdown after it. */
function earliestStopMs(atLimit: AtLimit, now: Date): number {
  return now.getTime() + EVALUATED_EVERY_SECONDS * SECOND_MS + countdownMinutesOf(atLimit) * MINUTE_MS;
}

/** Returns true when another start would lead above the amount, even if it were stopped as early as possible. */
export function isStartAbove(ceiling: AnyCeiling, spending: Spending, record: Destination, now: Date): boolean {
  return areStartsAbove(ceiling, spending, [record], now);
}

/** Returns the same for several destinations that start together. */
export function areStartsAbove(
  ceiling: AnyCeiling,
  spending: Spending,
  records: readonly Destination[],
  now: Date,
): boolean {
  const concerned = records.filter(({ destinationId }) => isConcerned(ceiling, destinationId));
  if (concerned.length === 0) return false;
  return isAbove(limitOf(ceiling, now), spending, earliestStopMs(ceiling.atLimit, now), concerned);
}

/** Requests a destination off air because of a ceiling, the preview too. One that is off air already stays as it is. */
export function decideCeilingStop(record: Destination): Decision {
  if (record.desired !== 'running') return { record, begins: null };
  return towardsDesired({ ...record, desired: 'idle', restartRequested: false });
}

/**
 * Returns the least amount of a ceiling, in micro-dollars and whole cents: what cannot be avoided any more.
 * @param starting destinations that are certain to start
 */
export function ceilingMinimum(
  spending: Spending,
  atLimit: AtLimit,
  now: Date,
  starting: readonly Destination[] = [],
): number {
  const unavoidable = knownMicroUsd(spending.ifStoppedAt(new Date(earliestStopMs(atLimit, now)), starting));
  return Math.max(1, Math.ceil(unavoidable / CENT_MICRO_USD)) * CENT_MICRO_USD;
}

/** Returns true when a ceiling is set to this already. */
export function isSameCeiling(
  one: Pick<AnyCeiling, 'microUsd' | 'atLimit' | 'spared'>,
  other: Pick<AnyCeiling, 'microUsd' | 'atLimit' | 'spared'>,
): boolean {
  return one.microUsd === other.microUsd && isSameAtLimit(one, other);
}

/** Returns true when two limits do the same, and spare the same destinations. */
export function isSameAtLimit(
  one: Pick<AnyCeiling, 'atLimit' | 'spared'>,
  other: Pick<AnyCeiling, 'atLimit' | 'spared'>,
): boolean {
  const settings = ({ atLimit, spared }: typeof other) =>
    JSON.stringify([Object.entries(atLimit).toSorted(), spared.toSorted()]);
  return settings(one) === settings(other);
}

/** Formats micro-dollars for messages, rounded to the cent. */
export function formatMicroUsd(microUsd: number): string {
  return `${(microUsd / 1e6).toFixed(2)} USD`;
}
