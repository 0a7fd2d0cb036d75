/** Writes instants in the watcher's own zone, and counts down to the start of a show. */

const FORMAT: Intl.DateTimeFormatOptions = { dateStyle: 'full', timeStyle: 'short' };
const SECOND_MS = 1000;

/** Replaces the server's UTC times. */
export function writeLocalTimes(root: ParentNode): void {
  const format = new Intl.DateTimeFormat(undefined, FORMAT);
  for (const element of root.querySelectorAll<HTMLTimeElement>('time[data-local]')) {
    element.textContent = format.format(new Date(element.dateTime));
  }
}

/** Counts down every second. */
export function showCountdowns(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-countdown]')) {
    const startsAtMs = Date.parse(element.dataset['countdown'] ?? '');
    const write = () => (element.textContent = countdownText(startsAtMs - Date.now()));
    write();
    element.hidden = false;
    setInterval(write, SECOND_MS);
  }
}

/** Returns the time that is left, such as `2 days 03:04:05`. */
export function countdownText(leftMs: number): string {
  if (leftMs <= 0) return 'Starting soon';
  const total = Math.ceil(leftMs / SECOND_MS);
  const days = Math.floor(total / 86_400);
  const clock = [Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return days === 0 ? clock : `${days} ${days === 1 ? 'day' : 'days'} ${clock}`;
}
