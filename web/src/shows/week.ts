/** The week of the schedule, in the time zone of this browser. */

export interface Week {
  /** The first moment of each of the seven days. */
  days: Date[];
  from: Date;
  /** Exclusive. */
  to: Date;
}

/**
 * Returns the week of a day.
 * @param day a local day such as `2026-11-30`; with anything else, the week of `now`
 * @param firstWeekday 1 for Monday to 7 for Sunday
 */
export function weekOf(day: string, now: Date, firstWeekday: number): Week {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  const within = day.length > 0 && year ? new Date(Number(year), Number(month) - 1, Number(date)) : now;
  const back = (within.getDay() + 7 - (firstWeekday % 7)) % 7;
  // Days are counted by the calendar, because some have 23 or 25 hours.
  const startOf = (index: number) => new Date(within.getFullYear(), within.getMonth(), within.getDate() - back + index);
  return { days: Array.from({ length: 7 }, (_, index) => startOf(index)), from: startOf(0), to: startOf(7) };
}

/** Returns a local day as `2026-11-30`. */
export function dayKey(day: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Returns the day that lies some weeks from the first day of a week. */
export function weekAway({ from }: Week, weeks: number): string {
  return dayKey(new Date(from.getFullYear(), from.getMonth(), from.getDate() + 7 * weeks));
}

/** Returns on which day weeks begin here: 1 for Monday to 7 for Sunday. Monday where the browser does not know it. */
export function firstWeekdayHere(): number {
  // What `navigator.language` says need not be a locale: some systems give `en-US@posix`.
  const { locale: name } = new Intl.DateTimeFormat().resolvedOptions();
  const locale = new Intl.Locale(name) as Intl.Locale & { getWeekInfo?(): { firstDay: number } };
  return locale.getWeekInfo?.().firstDay ?? 1;
}

/** Names a week by its first and last day. */
export function weekWords({ days }: Week): string {
  return new Intl.DateTimeFormat([], { day: 'numeric', month: 'long', year: 'numeric' }).formatRange(
    days[0]!,
    days.at(-1)!,
  );
}
