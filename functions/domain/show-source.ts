import { plannedMsOf, startMsOf } from './show-plan.ts';
import { LATE_MS_MAX, RUN_SHEET, withLog, type Show, type ShowLogEntry } from './show.ts';

/**
 * The source of a show: the run sheet starts the flow before the show and stops it at the end, if the plan says so. It
 * stops only a flow that the show has started. Who started it is recorded apart from the show (source-control-table.ts),
 * because a person may start or stop the flow meanwhile. Pure.
 */

export const SHOW_SOURCE_STATES = ['requested', 'started', 'already_on', 'failed', 'stopped', 'left_on'] as const;
/**
 * `requested`: the start is not known to be accepted. `already_on`: the flow ran before. `left_on`: the show has ended
 * and the flow runs on, or is not the show's to stop.
 */
export type ShowSourceState = (typeof SHOW_SOURCE_STATES)[number];

/** What a show has done with the source. */
export interface ShowSource {
  /** When the run sheet decided to start it. */
  startRequestedAt: string;
  /** When it was to be started at the latest, by the plan of that moment. */
  plannedFor: string;
  state: ShowSourceState;
  /** When the state was reached. */
  changedAt: string;
  /** Why it was not started or stopped, in words. */
  problem: string | null;
}

const MINUTE_MS = 60_000;
/**
 * How long before its first planned second a show starts the source: a start takes up to a minute, an encoder needs time
 * to connect, and the preflight 10 minutes before the start has to see a picture.
 */
const SOURCE_AHEAD_MS = 15 * MINUTE_MS;
/** A destination that starts waits for a flow that starts, but not for long. Many destinations start early. */
const BEFORE_DESTINATIONS_MS = MINUTE_MS;
/** A source that is to start again within this time is left on, so that the encoder stays connected. */
const SOON_MS = 15 * MINUTE_MS;
/** While it is not known what came of a request: rarely while there is time, because each pass counts. */
const RETRY_MS = 15_000;
const RETRY_SOON_MS = 5_000;
/** From then on before the first planned second, there is little time. */
const LITTLE_TIME_MS = MINUTE_MS;

/** Returns when a show starts its source at the latest, in milliseconds. */
export function sourceDueMs(show: Pick<Show, 'destinations' | 'goLiveAt' | 'startsAt'>): number {
  return Math.min(startMsOf(show), ...show.destinations.map((each) => plannedMsOf(show, each))) - SOURCE_AHEAD_MS;
}

/** Returns true for a show that is still to start the source. */
export function isSourceToStart(show: Show, now: Date): boolean {
  const isToBegin = show.state === 'draft' || show.state === 'scheduled';
  return show.startsSource === true && isToBegin && show.source === undefined && now.getTime() < sourceDueMs(show);
}

const isNear = (show: Show, now: Date) => sourceDueMs(show) - SOON_MS <= now.getTime();
const isOnAir = ({ state }: Show) => state === 'starting' || state === 'live';

/** Returns true for a show that sends from the source, or is about to, whether or not it starts the source itself. */
export function needsSource(show: Show, now: Date): boolean {
  return isOnAir(show) || (show.state === 'scheduled' && show.missedAt === null && isNear(show, now));
}

/** Returns true for a show that may keep on what it has started. One that is ending stops it by itself. */
export function keepsSource(show: Show, now: Date): boolean {
  if (!show.startsSource) return false;
  if (show.state !== 'scheduled') return isOnAir(show) || show.state === 'ending';
  const isMovedLater = show.source === undefined || sourceDueMs(show) > Date.parse(show.source.plannedFor);
  return isNear(show, now) || !isMovedLater;
}

/** Returns true while the show has not let go of the source. */
export function holdsSource({ source }: Pick<Show, 'source'>): boolean {
  return source !== undefined && source.state !== 'stopped' && source.state !== 'left_on';
}

/** What is to be requested for the source. */
export interface SourceRequests {
  startsSource: boolean;
  releasesSource: boolean;
}

const startsMs = (show: Show, firstStartMs: number) =>
  Math.min(sourceDueMs(show), firstStartMs - BEFORE_DESTINATIONS_MS);

/**
 * Decides whether to start the source now, or to release it because the show has been moved or does without it.
 * @param firstStartMs when the show starts its first destination, in milliseconds
 */
export function playSource(show: Show, now: Date, firstStartMs: number): SourceRequests & { show: Show } {
  const none = { show, startsSource: false, releasesSource: false };
  const { source } = show;
  if (holdsSource(show) && !keepsSource(show, now)) return { ...none, releasesSource: true };
  const isLate = now.getTime() > startMsOf(show) + LATE_MS_MAX;
  if (source === undefined) {
    if (!show.startsSource || isLate || now.getTime() < startsMs(show, firstStartMs)) return none;
    const at = now.toISOString();
    const plannedFor = new Date(sourceDueMs(show)).toISOString();
    const requested = { startRequestedAt: at, plannedFor, state: 'requested', changedAt: at, problem: null } as const;
    return {
      ...none,
      show: withLog({ ...show, source: requested }, entry(now, 'starts the source')),
      startsSource: true,
    };
  }
  if (source.state !== 'requested') return none;
  if (!isLate) return { ...none, startsSource: true };
  const problem = source.problem ?? 'MediaConnect did not confirm the start';
  return { ...none, show: confirmSourceStart(show, { state: 'failed', problem }, now) };
}

/** Returns when the run sheet has to act for the source next, in milliseconds; none when it does not. */
export function sourceWakesMs(show: Show, now: Date, firstStartMs: number): number[] {
  const hasTime = now.getTime() < sourceDueMs(show) + SOURCE_AHEAD_MS - LITTLE_TIME_MS;
  const retryMs = now.getTime() + (hasTime ? RETRY_MS : RETRY_SOON_MS);
  if (holdsSource(show) && !keepsSource(show, now)) return [retryMs];
  if (show.source === undefined) {
    const dueMs = startsMs(show, firstStartMs);
    return show.startsSource && dueMs > now.getTime() ? [dueMs] : [];
  }
  return show.source.state === 'requested' ? [retryMs] : [];
}

/** What came of the request to start the source. `requested`: it has to be made again. */
export interface SourceStartOutcome {
  state: 'requested' | 'started' | 'already_on' | 'failed';
  problem: string | null;
}

/** Records what came of the start. Returns the same show when that is known, or the show has let go of the source. */
export function confirmSourceStart(show: Show, { state, problem }: SourceStartOutcome, now: Date): Show {
  const { source } = show;
  if (source?.state !== 'requested' || (state === 'requested' && problem === source.problem)) return show;
  return withLog(
    { ...show, source: { ...source, state, problem, changedAt: now.toISOString() } },
    ...(state === 'already_on' ? [entry(now, 'found the source on, so it will not stop it')] : []),
    ...(state === 'failed' ? [entry(now, `did not start the source: ${problem}`)] : []),
    ...(state === 'requested' && problem !== null ? [entry(now, `could not start the source yet: ${problem}`)] : []),
  );
}

/** What came of the request to release the source. `problem` says why it was not stopped; null: it was not to be. */
export interface SourceReleaseOutcome {
  state: 'stopped' | 'left_on';
  problem: string | null;
}

/** Records that the show has let go of the source. One that was moved starts it again at its new time. */
export function confirmSourceRelease(show: Show, { state, problem }: SourceReleaseOutcome, now: Date): Show {
  const { source, ...others } = show;
  if (source === undefined || !holdsSource(show)) return show;
  const log = [
    ...(state === 'stopped' ? [entry(now, 'stopped the source')] : []),
    ...(problem === null ? [] : [entry(now, `did not stop the source: ${problem}`)]),
  ];
  if (show.state === 'scheduled') return withLog(others, ...log);
  return withLog({ ...show, source: { ...source, state, problem, changedAt: now.toISOString() } }, ...log);
}

function entry(now: Date, detail: string): ShowLogEntry {
  return { at: now.toISOString(), actor: RUN_SHEET, detail };
}
