import { RUN_SHEET, type Show } from './show.ts';
import { requiredFailuresOf, type Preflight, type PreflightOccasion } from './preflight.ts';
import { ABOUT_NOTHING, eventIdOf, type SluiceEvent } from './webhook-events.ts';

/** When the run sheet checks a show, and what it says about it. Pure. */

/** Minutes before the start, the earliest first. */
const CHECKPOINTS: readonly { occasion: PreflightOccasion; minutes: number }[] = [
  { occasion: 'T-60', minutes: 60 },
  { occasion: 'T-10', minutes: 10 },
];
/** A preflight does not begin this shortly before the run sheet acts, which it must not delay. */
const CLEAR_MS = 40_000;
const MINUTE_MS = 60_000;

type Checked = Pick<Show, 'checked' | 'goLiveAt' | 'startsAt' | 'state'>;

const atMs = ({ startsAt }: Checked, minutes: number) => Date.parse(startsAt) - minutes * MINUTE_MS;

/** Returns the checkpoints that are still open, the earliest first. */
function openCheckpoints(show: Checked) {
  if (show.state !== 'scheduled' || show.goLiveAt !== null) return [];
  const { checked, startsAt } = show;
  const done =
    checked?.startsAt === startsAt ? CHECKPOINTS.findIndex(({ occasion }) => occasion === checked.occasion) : -1;
  return CHECKPOINTS.slice(done + 1);
}

/**
 * Returns the preflight that is due: the newest of those whose time has come, so that one that was missed is made up for
 * once. Null when none is, or when the run sheet acts too soon.
 * @param actsAt when the run sheet acts next
 */
export function duePreflight(show: Checked, actsAt: Date, now: Date): PreflightOccasion | null {
  const nowMs = now.getTime();
  if (nowMs >= Date.parse(show.startsAt) || actsAt.getTime() - nowMs < CLEAR_MS) return null;
  const due = openCheckpoints(show).filter(({ minutes }) => nowMs >= atMs(show, minutes));
  return due.at(-1)?.occasion ?? null;
}

/** Returns when the next preflight is due; null when none will be. */
export function nextPreflightAt(show: Checked, now: Date): Date | null {
  const next = openCheckpoints(show).find(({ minutes }) => atMs(show, minutes) > now.getTime());
  return next ? new Date(atMs(show, next.minutes)) : null;
}

/** How long before its start a failed preflight makes a show unready. */
const UNREADY_MS = 61 * MINUTE_MS;

/** Returns true for a show that starts soon and whose newest preflight failed, or that could not start its source. */
export function isUnready({ preflight, source, startsAt, state }: Show, now: Date): boolean {
  const leftMs = Date.parse(startsAt) - now.getTime();
  const hasFailed = (preflight?.requiredFailed ?? 0) > 0 || source?.state === 'failed';
  return state === 'scheduled' && leftMs > 0 && leftMs <= UNREADY_MS && hasFailed;
}

/** Failures that a message lists. */
const LINES_MAX = 10;

/** Returns the event of a preflight by the run sheet that found what the show cannot do with. */
export function preflightEvents(
  { showId, startsAt, title }: Pick<Show, 'showId' | 'startsAt' | 'title'>,
  preflight: Preflight,
): SluiceEvent[] {
  const { checkedAt, occasion, requestedBy } = preflight;
  const failures = requiredFailuresOf(preflight);
  if (failures.length === 0 || requestedBy !== RUN_SHEET) return [];
  const minutes = Math.round((Date.parse(startsAt) - Date.parse(checkedAt)) / MINUTE_MS);
  const count = failures.length === 1 ? 'One check' : `${failures.length} checks`;
  return [
    {
      eventId: eventIdOf('show.preflight_failed', showId, startsAt, occasion),
      type: 'show.preflight_failed',
      at: checkedAt,
      about: ABOUT_NOTHING,
      title: `${count} of ${title} failed, ${minutes} minutes before its start`,
      lines: failures
        .slice(0, LINES_MAX)
        .map(({ detail, remedy, subject }) => `${subject.name}: ${detail} ${remedy ?? ''}`.trim()),
      data: { showId, startsAt, occasion, requiredFailed: failures.length },
    },
  ];
}
