import * as library from 'rrule';
import type { FieldError } from './errors.ts';
import { DAY_MS } from './utc-day.ts';
import { toWallClock } from './wall-clock.ts';

/**
 * Expands the recurrence of a show, an RRULE of RFC 5545, into dates. The library counts in wall-clock time only: zones
 * and daylight saving are ours (`wall-clock.ts`), because a date is turned into an instant when its show is planned.
 * @see https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
 */

/** Bundlers read the library's ES module. Node reads its CommonJS module, of which it knows only the default export. */
// oxlint-disable-next-line import/namespace
const RRule = (library as unknown as { default?: typeof library }).default?.RRule ?? library.RRule;

const PARTS = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYSETPOS', 'COUNT', 'UNTIL', 'WKST'];
const LENGTH_MAX = 200;
/** How far ahead a series may end. */
const SERIES_YEARS_MAX = 2;
const UNTIL = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/;

type Expanded = { ok: true; dates: string[] } | { ok: false; error: FieldError };

/**
 * Returns the dates of a rule, such as `2026-12-06`, from the first on.
 * @param first the wall-clock start of the first show, which has to be one of the rule
 */
export function expandRecurrence(rule: string, first: { localStart: string; zone: string }, now: Date): Expanded {
  const parts = readParts(rule);
  if (typeof parts === 'string') return refuse(`${JSON.stringify(rule.slice(0, LENGTH_MAX))}: ${parts}`);
  const fault = faultOf(parts);
  if (fault !== null) return refuse(fault);
  const start = new Date(`${first.localStart}Z`);
  const until = readUntil(parts.get('UNTIL'), first.zone);
  if (until === 'invalid') return refuse(`UNTIL=${parts.get('UNTIL')} is no date: send one such as UNTIL=20270601`);
  // Bounds the work: the library would follow a rule to the year 9999.
  const latest = new Date(start.getTime() + (SERIES_YEARS_MAX + 1) * 366 * DAY_MS);
  const dates = startsOf(rule, start, until ?? latest);
  if (dates === null) return refuse(`${JSON.stringify(rule)} is no RRULE: send one such as FREQ=WEEKLY;COUNT=10`);
  const [next] = dates;
  if (next === undefined) return refuse('the rule has no date: send a later UNTIL');
  if (next !== first.localStart) return refuse(`the start is no date of the rule: the first one is ${next}`);
  const end = toWallClock(now, first.zone).replace(/^\d{4}/, (year) => String(Number(year) + SERIES_YEARS_MAX));
  if (dates.at(-1)! > end)
    return refuse(`ends later than in ${SERIES_YEARS_MAX} years: the last date is ${dates.at(-1)}`);
  return { ok: true, dates: dates.map((date) => date.slice(0, 10)) };
}

function readParts(rule: string): Map<string, string> | string {
  if (rule.length > LENGTH_MAX) return `must have at most ${LENGTH_MAX} characters`;
  const parts = new Map<string, string>();
  for (const part of rule.split(';')) {
    const [name = '', value = ''] = part.split('=', 2);
    if (!PARTS.includes(name) || value === '') return `${part} is not possible; allowed: ${PARTS.join(', ')}`;
    if (parts.has(name)) return `${name} is given twice`;
    parts.set(name, value);
  }
  return parts;
}

function faultOf(parts: ReadonlyMap<string, string>): string | null {
  const frequency = parts.get('FREQ');
  if (frequency !== 'WEEKLY' && frequency !== 'MONTHLY') return 'FREQ must be WEEKLY or MONTHLY';
  if (!parts.has('COUNT') && !parts.has('UNTIL')) return 'has no end: add COUNT or UNTIL';
  if (parts.has('COUNT') && parts.has('UNTIL')) return 'has two ends: send COUNT or UNTIL, not both';
  for (const name of ['COUNT', 'INTERVAL']) {
    const value = parts.get(name);
    if (value !== undefined && !/^[1-9]\d{0,2}$/.test(value)) return `${name} must be from 1 to 999, not ${value}`;
  }
  return null;
}

/** @returns null for what the library cannot read */
function startsOf(rule: string, dtstart: Date, until: Date): string[] | null {
  try {
    const recurrence = new RRule({ ...RRule.parseString(rule), dtstart, until });
    return recurrence.all().map((date) => date.toISOString().slice(0, 19));
  } catch {
    return null;
  }
}

/** Returns the end in wall-clock time, as if it were UTC. A date includes its whole day. */
function readUntil(value: string | undefined, zone: string): Date | null | 'invalid' {
  if (value === undefined) return null;
  const [, year, month, day, hour = '23', minute = '59', second = '59', utc] = UNTIL.exec(value) ?? [];
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const at = new Date(`${text}Z`);
  if (Number.isNaN(at.getTime()) || !at.toISOString().startsWith(text)) return 'invalid';
  return utc === 'Z' ? new Date(`${toWallClock(at, zone)}Z`) : at;
}

function refuse(message: string): { ok: false; error: FieldError } {
  return { ok: false, error: { field: 'recurrence', message } };
}
