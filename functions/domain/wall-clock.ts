import { DAY_MS } from './utc-day.ts';

/**
 * Wall-clock times with a zone of the IANA database, as people plan. The zones come from the platform's own copy of the
 * database. A time that daylight saving skips does not exist and is refused. One that happens twice means the first.
 */

/** Wall-clock time without a zone: `2026-12-06T10:00`, with seconds if wanted. */
const WALL_CLOCK = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/;
/** Names of the database. Fixed offsets such as `+02:00`, which the platform accepts too, know no daylight saving. */
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
}

/** Returns true for a zone of the IANA database, such as `Europe/Berlin` or `UTC`. */
export function isZone(zone: string): boolean {
  if (zone.length > 64 || !ZONE_NAME.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** Returns true for a real date and time, such as `2026-12-06T10:00`. */
export function isWallClock(local: string): boolean {
  return readWallClock(local) !== null;
}

/** Returns the wall-clock time of an instant in a zone, as `2026-12-06T10:00:00`. */
export function toWallClock(at: Date, zone: string): string {
  return new Date(at.getTime() + offsetMsAt(at.getTime(), zone)).toISOString().slice(0, 19);
}

function offsetMsAt(instantMs: number, zone: string): number {
  const parts = formatOf(zone).formatToParts(new Date(instantMs));
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  const wallMs = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wallMs - Math.floor(instantMs / 1000) * 1000;
}

/** An instant, or why a wall-clock time has none. `next` is the first wall-clock time after the gap. */
export type Instant =
  | { ok: true; at: Date }
  | { ok: false; reason: 'format' }
  | { ok: false; reason: 'gap'; next: string };

/**
 * Returns the instant of a wall-clock time.
 * @param local `YYYY-MM-DDTHH:MM` or `YYYY-MM-DDTHH:MM:SS`
 * @param zone a zone for which `isZone` is true
 */
export function toInstant(local: string, zone: string): Instant {
  const wallMs = readWallClock(local);
  if (wallMs === null) return { ok: false, reason: 'format' };
  // No zone changes its offset twice within two days, so these are the offsets before and after a change.
  const offsets = [offsetMsAt(wallMs - DAY_MS, zone), offsetMsAt(wallMs + DAY_MS, zone)];
  const found = offsets.map((offsetMs) => wallMs - offsetMs).filter((ms) => ms + offsetMsAt(ms, zone) === wallMs);
  if (found.length > 0) return { ok: true, at: new Date(Math.min(...found)) };
  return { ok: false, reason: 'gap', next: toWallClock(new Date(endOfGap(wallMs, offsets, zone)), zone) };
}

/** Returns the instant of the change: the last offset holds from there on. */
function endOfGap(wallMs: number, [before = 0, after = 0]: number[], zone: string): number {
  let [low, high] = [wallMs - Math.max(before, after) - DAY_MS, wallMs - Math.min(before, after) + DAY_MS];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetMsAt(middle, zone) === after) high = middle;
    else low = middle;
  }
  return high;
}

function readWallClock(local: string): number | null {
  const [, ...digits] = WALL_CLOCK.exec(local) ?? [];
  if (digits.length === 0) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = digits.map((text) => Number(text ?? 0));
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC accepts 31 February and turns it into a day in March.
  const isReal = Number.isFinite(wallMs) && new Date(wallMs).toISOString().startsWith(local.slice(0, 16));
  return isReal && second < 60 ? wallMs : null;
}
