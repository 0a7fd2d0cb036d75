import type { ShowCeiling } from './ceiling.ts';
import { AppError } from './errors.ts';
import type { ExpectedSource } from './expected-source.ts';
import type { OnFailure } from './group-start.ts';
import type { PreflightOccasion, PreflightSummary } from './preflight.ts';
import type { ShowCover } from './show-cover.ts';
import type { PlaceInSeries } from './show-series.ts';
import type { ShowRecording } from './show-recording.ts';
import type { ShowSource } from './show-source.ts';

/**
 * The show: what is planned to go on air when, to which destinations, and how its run went. This file holds the record,
 * its states and what a person may request. `show-plan.ts` checks plans, `show-run.ts` decides what happens when.
 */

export const SHOW_STATES = ['draft', 'scheduled', 'starting', 'live', 'ending', 'ended', 'cancelled'] as const;
/** `starting`: the first destination is being started, and the planned second has not come. */
export type ShowState = (typeof SHOW_STATES)[number];

export const PRIVACY = ['public', 'unlisted', 'private'] as const;
export const END_RULES = ['clock', 'hand'] as const;
/** `clock`: the show ends at its planned end. `hand`: a person ends it. */
export type EndRule = (typeof END_RULES)[number];

export const SHOW_END_REASONS = [
  'clock',
  'source_lost',
  'ceiling',
  'required_failed',
  'hand',
  'cancelled',
  'missed',
] as const;
/** Why a show left the air or was given up. */
export type ShowEndReason = (typeof SHOW_END_REASONS)[number];

export const AUTOMATION = ['on', 'held', 'off'] as const;
/** Whether the run sheet acts. `held` until a person resumes it, `off` once a person has taken over. */
export type Automation = (typeof AUTOMATION)[number];

/** A destination of a show, and what became of it. Times are null until they happen. */
export interface ShowDestination {
  destinationId: string;
  /** Its name when the show was planned. */
  name: string;
  /** Seconds after the start of the show at which it goes live; negative: before. */
  offsetSeconds: number;
  /** True when the show is incomplete without it. */
  isRequired: boolean;
  /** When the show decided to start it. */
  startRequestedAt: string | null;
  /** True once the start is known to be requested. */
  isStartConfirmed: boolean;
  /** The destination's `desiredAt` when the show decided to start it. Another one then means that others decided since. */
  desiredAtDecision?: string | null;
  /** When its channel ran with the output paused, ready to go live; absent in records of earlier versions. */
  readyAt?: string | null;
  onAirAt: string | null;
  stopRequestedAt: string | null;
  isStopConfirmed: boolean;
  offAirAt: string | null;
  /** Why it is not on air as planned, in words. */
  problem: string | null;
  /** True once it failed or its start was refused: not when a person or a ceiling stopped it. Absent: it did not. */
  hasFailed?: boolean;
}

/** What happened to a show, for its report and the timeline. */
export interface ShowLogEntry {
  at: string;
  /** A person, or `run sheet`. */
  actor: string;
  detail: string;
}

/** What people plan. */
export interface ShowPlan {
  title: string;
  description: string;
  category: string | null;
  tags: string[];
  privacy: (typeof PRIVACY)[number];
  notes: string;
  /** Zone of the IANA database. */
  zone: string;
  /** Wall-clock times in the zone, as `2026-12-06T10:00:00`. */
  localStart: string;
  localEnd: string | null;
  endRule: EndRule;
  /** Minutes without a source after which the show ends; null: it does not end for that. */
  sourceLostMinutes: number | null;
  /** What a required destination that fails does to the show; absent: nothing. */
  onFailure?: OnFailure;
  /** What the show may cost, and what happens when it does. */
  ceiling: ShowCeiling | null;
  /** The same times as instants. */
  startsAt: string;
  endsAt: string | null;
  /** Whether its report is announced to the notification targets once it has ended; absent: it is not. */
  sendsReport?: boolean;
  /** Whether it is recorded while it is live; absent: it is not. */
  record?: boolean;
  /** Whether it starts the source before it begins and stops it afterwards; absent: people do. */
  startsSource?: boolean;
  /** What the preflight compares the source with; null or absent: nothing. */
  expectedSource?: ExpectedSource | null;
  /** In the order in which they are started and stopped. */
  destinations: ShowDestination[];
}

export interface Show extends ShowPlan {
  showId: string;
  state: ShowState;
  automation: Automation;
  /** Counts what people changed. Serves as the ETag. */
  revision: number;
  /** Names the execution that runs the show. Wake-ups of earlier ones do nothing. */
  executionRevision: number;
  /** Counts every write. Each write is conditional on the count it read. */
  writeCount: number;
  /** When a person went live by hand, which replaces the planned start. */
  goLiveAt: string | null;
  /** Set when nothing could be started in time. The show then waits for a person. */
  missedAt: string | null;
  liveAt: string | null;
  endingAt: string | null;
  endReason: ShowEndReason | null;
  endedAt: string | null;
  /** Absent for a show that is not repeated. */
  series?: PlaceInSeries | undefined;
  /** Null or absent: none. */
  cover?: ShowCover | null;
  /** What became of its recording; absent before it was to begin. */
  recording?: ShowRecording;
  /** What it has done with the source; absent before it was to start it. */
  source?: ShowSource;
  /** What the newest preflight found; absent before the first. */
  preflight?: PreflightSummary;
  /** The newest preflight that the run sheet made, and the start for which it was; another start is checked again. */
  checked?: { occasion: PreflightOccasion; startsAt: string };
  /** The newest entries, oldest first. */
  log: ShowLogEntry[];
  createdBy: string;
  createdAt: string;
  lastModified: string;
}

const SHOW_LOG_MAX = 200;
export const RUN_SHEET = 'run sheet';
/** Past this, a destination or a show is not started by itself any more, because a late start surprises people. */
export const LATE_MS_MAX = 60_000;

export const SHOW_ACTIONS = [
  'edit',
  'schedule',
  'unschedule',
  'cancel',
  'delete',
  'go-live',
  'hold',
  'resume',
  'take-over',
  'end',
] as const;
export type ShowAction = (typeof SHOW_ACTIONS)[number];

const OPEN_ACTIONS: Record<ShowState, readonly ShowAction[]> = {
  draft: ['edit', 'schedule', 'delete'],
  scheduled: ['edit', 'unschedule', 'cancel', 'go-live', 'hold', 'resume'],
  starting: ['edit', 'cancel', 'go-live', 'hold', 'resume', 'take-over'],
  live: ['edit', 'hold', 'resume', 'take-over', 'end'],
  ending: [],
  ended: [],
  cancelled: [],
};

/** Returns what a person may request of a show now. A copy is always possible. */
export function showActionsOf({
  state,
  automation,
  goLiveAt,
}: Pick<Show, 'state' | 'automation' | 'goLiveAt'>): ShowAction[] {
  return OPEN_ACTIONS[state].filter((action) => {
    if (action === 'hold') return automation === 'on';
    if (action === 'resume') return automation === 'held';
    if (action === 'take-over') return automation !== 'off';
    if (action === 'go-live') return goLiveAt === null || automation !== 'on';
    return true;
  });
}

/** @throws {AppError} `illegal_transition` when the show's state does not allow it */
export function requireShowAction(show: Show, action: ShowAction): void {
  const allowed = showActionsOf(show);
  if (allowed.includes(action)) return;
  const isHeld = show.automation !== 'on' && OPEN_ACTIONS[show.state].length > 0;
  throw new AppError('illegal_transition', {
    detail: `cannot ${action}: the show is ${show.state}${isHeld ? ` with its run sheet ${show.automation}` : ''}`,
    remedy: allowed.length > 0 ? `possible now: ${allowed.join(', ')}` : 'duplicate the show to plan it again',
    allowedActions: allowed,
  });
}

/** Returns true for a destination that the show has still to start. */
export function isStillToStart({ problem, startRequestedAt }: ShowDestination): boolean {
  return startRequestedAt === null && problem === null;
}

/** Returns true for a show that has not ended. */
export function isOpen({ state }: Pick<Show, 'state'>): boolean {
  return state !== 'ended' && state !== 'cancelled';
}

/** Returns true for a show that claims its destinations. */
export function isPlanned({ state }: Pick<Show, 'state'>): boolean {
  return isOpen({ state }) && state !== 'draft';
}

/** Returns a show with an entry in its log. */
export function withLog(show: Show, ...entries: ShowLogEntry[]): Show {
  return entries.length === 0 ? show : { ...show, log: [...show.log, ...entries].slice(-SHOW_LOG_MAX) };
}

/** Who requests what, and when. */
export interface ShowRequest {
  by: string;
  now: Date;
}

/** Applies what a person requests, apart from edits. Pure. @throws {AppError} `illegal_transition` */
export function requestShowAction(
  show: Show,
  action: Exclude<ShowAction, 'edit' | 'delete'>,
  { by, now }: ShowRequest,
): Show {
  requireShowAction(show, action);
  const at = now.toISOString();
  const changed: Show = { ...show, ...changeOf(show, action, at) };
  return revised(withLog(changed, { at, actor: by, detail: WORDS[action] }), now);
}

/** Counts a change by a person. The next execution takes over. */
export function revised(show: Show, now: Date): Show {
  return {
    ...show,
    revision: show.revision + 1,
    executionRevision: show.executionRevision + 1,
    lastModified: now.toISOString(),
  };
}

/** Returns the entries that a change has added to the log. */
export function newLogEntries(before: Show | null, after: Show): ShowLogEntry[] {
  const known = new Set(before?.log);
  return after.log.filter((entry) => !known.has(entry));
}

const WORDS: Record<Exclude<ShowAction, 'edit' | 'delete'>, string> = {
  schedule: 'scheduled the show',
  unschedule: 'made the show a draft again',
  cancel: 'cancelled the show',
  'go-live': 'went live by hand',
  hold: 'held the run sheet',
  resume: 'resumed the run sheet',
  'take-over': 'took over: the run sheet does nothing more',
  end: 'ended the show',
};

function changeOf(show: Show, action: Exclude<ShowAction, 'edit' | 'delete'>, at: string): Partial<Show> {
  switch (action) {
    case 'schedule':
      return { state: 'scheduled', automation: 'on', missedAt: null };
    case 'unschedule':
      return { state: 'draft', automation: 'on', missedAt: null };
    case 'cancel': {
      const isStarted =
        show.source !== undefined || show.destinations.some(({ startRequestedAt }) => startRequestedAt !== null);
      const cancelled = { endReason: 'cancelled', endingAt: at } as const;
      return isStarted ? { state: 'ending', ...cancelled } : { state: 'cancelled', endedAt: at, ...cancelled };
    }
    case 'go-live':
      return { goLiveAt: at, automation: 'on', missedAt: null };
    case 'hold':
      return { automation: 'held' };
    case 'resume':
      return { automation: 'on' };
    case 'take-over':
      return { automation: 'off' };
    case 'end':
      return { state: 'ending', endingAt: at, endReason: 'hand' };
  }
}
