import type { Destination } from './destination.ts';
import { PAUSE_ALERT } from './health-alerts.ts';
import { isPlannable, pauseOf } from './output-pause.ts';
import { plannedMsOf } from './show-plan.ts';
import { LATE_MS_MAX, RUN_SHEET, withLog, type Show, type ShowDestination, type ShowLogEntry } from './show.ts';

/** What a show does with destinations that are ready and whose output is paused. Pure. */

type Facts = ReadonlyMap<string, Pick<Destination, 'outputPause' | 'observation' | 'desired'> | null>;

/** What is to be requested of paused destinations. */
interface PauseRequests {
  letGo: string[];
  pauses: { destinationId: string; until: string | null }[];
}

function pausedOf({ destinations }: Show, facts: Facts) {
  return destinations.flatMap((each) => {
    const known = facts.get(each.destinationId);
    const isStarted = each.startRequestedAt !== null && each.stopRequestedAt === null;
    const isMine = isStarted && each.onAirAt === null && known?.desired === 'running';
    const pause = isMine ? pauseOf(known) : null;
    return pause ? [{ each, pause }] : [];
  });
}

/**
 * While the run sheet acts: lets go what is due, and keeps the planned second of the others. What is more than a minute
 * late stays paused, as a late start would surprise people.
 */
export function playPaused(show: Show, facts: Facts, now: Date): PauseRequests & { show: Show } {
  const requests: PauseRequests = { letGo: [], pauses: [] };
  const late = new Set<string>();
  for (const { each, pause } of pausedOf(show, facts)) {
    const { destinationId } = each;
    const plannedMs = plannedMsOf(show, each);
    const until = new Date(plannedMs).toISOString();
    const isLate = now.getTime() - plannedMs > LATE_MS_MAX && pause.plannedFor === null;
    if (pause.state === 'paused' && isLate) late.add(destinationId);
    else if (plannedMs <= now.getTime() || pause.state === 'ending') requests.letGo.push(destinationId);
    else if (pause.until !== until) requests.pauses.push({ destinationId, until });
  }
  return { ...requests, show: late.size === 0 ? show : withMissed(show, late, now) };
}

function withMissed(show: Show, late: ReadonlySet<string>, now: Date): Show {
  const problem = 'its go-live was missed, and its output is still held; stop it and start it by hand if you want it';
  const isNews = ({ destinationId, problem: before }: ShowDestination) => late.has(destinationId) && before === null;
  const at = now.toISOString();
  const entries = show.destinations
    .filter(isNews)
    .map(({ name }) => ({ at, actor: RUN_SHEET, detail: `${name}: ${problem}` }));
  const destinations = show.destinations.map((each) => (isNews(each) ? { ...each, problem } : each));
  return withLog({ ...show, destinations }, ...entries);
}

/** While a person holds the show or has taken it over: keeps everything paused that can still be kept. */
export function holdPaused(show: Show, facts: Facts, now: Date): PauseRequests & { show: Show } {
  const requests: PauseRequests = { letGo: [], pauses: [] };
  const entries: ShowLogEntry[] = [];
  for (const { each, pause } of pausedOf(show, facts)) {
    const { destinationId, name } = each;
    const { plannedFor, state, until } = pause;
    // A person's go-live came first, or MediaLive has let it go by itself.
    const isGone = state === 'ending' || (plannedFor !== null && plannedFor <= now.toISOString());
    if (isGone) requests.letGo.push(destinationId);
    else if (until !== null && (plannedFor === null || isPlannable(plannedFor, now))) {
      requests.pauses.push({ destinationId, until: null });
    } else if (until !== null) {
      const detail = `${name} goes live all the same: MediaLive takes nothing back in the last 15 seconds`;
      const isNoted = show.log.some((entry) => entry.detail === detail);
      if (!isNoted) entries.push({ at: now.toISOString(), actor: RUN_SHEET, detail });
    }
  }
  return { ...requests, show: withLog(show, ...entries) };
}

/**
 * Returns true when nothing of a show is on air and a destination is known to be paused still, although its second has
 * passed. One whose end MediaLive had planned counts as live until it is seen paused.
 */
export function isStillPaused(show: Show, facts: Facts, startMs: number): boolean {
  if (show.destinations.some(({ onAirAt }) => onAirAt !== null)) return false;
  return pausedOf(show, facts).some(({ each, pause }) => {
    if (pause.state === 'ending') return false;
    if (pause.plannedFor === null) return true;
    const observation = facts.get(each.destinationId)?.observation;
    if (!observation || Date.parse(observation.observedAt) < startMs) return false;
    return observation.alerts.some(({ alertType }) => alertType === PAUSE_ALERT);
  });
}
