import { isDeepStrictEqual } from 'node:util';
import type { AwsDeps } from '../aws/clients.ts';
import { getDestination } from '../aws/destination-table.ts';
import { startShowExecution } from '../aws/executions.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { archiveShow, changeShow, getShow, writeShow } from '../aws/show-table.ts';
import { AppError } from '../domain/errors.ts';
import { decideStart, decideStop } from '../domain/requests.ts';
import { isOpen, newLogEntries, type Show } from '../domain/show.ts';
import {
  advanceShow,
  confirmRequests,
  showActorOf,
  type DestinationFacts,
  type RunDecision,
} from '../domain/show-run.ts';
import { requestChange } from './operations.ts';
import type { OperationDeps } from './workflow-deps.ts';

/**
 * Runs shows. A pass reads the show and its destinations, lets the run sheet decide, stores the decision, and only then
 * makes the requests. So of several that run at once one decides, and what a crash interrupts is requested again.
 */

/** What running a show needs, for the steps and the sweep alike. */
export interface ShowDeps
  extends
    Pick<OperationDeps, 'now' | 'logger'>,
    AwsDeps<'sfn' | 'table', 'deliveryMachineArn' | 'showMachineArn' | 'stateMachineArns' | 'tableName'> {
  /** Seconds that a destination needs to start, as long as it has no history. */
  startSeconds: number;
}

/** What starting its executions needs. */
export type SweptShowDeps = Omit<ShowDeps, 'startSeconds'>;

const ATTEMPTS_MAX = 8;
/** An execution is started this long before there is something to do. The sweep starts those of later shows in time. */
const EXECUTION_AHEAD_MS = 24 * 3_600_000;

/** @returns the show after the pass, and when the next pass is due; null when the show does not exist */
export async function runShow(deps: ShowDeps, showId: string): Promise<Pick<RunDecision, 'show' | 'wakeAt'> | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await getShow(deps, showId);
    if (before === null) return null;
    if (!isOpen(before)) return finish(deps, before);
    if (before.state === 'draft') return { show: before, wakeAt: null };
    const destinations = await readDestinations(deps, before);
    const decision = advanceShow(before, { destinations, startSeconds: deps.startSeconds }, deps.now());
    const stored = isDeepStrictEqual(decision.show, before) ? before : await writeShow(deps, before, decision.show);
    if (stored === null) continue;
    await noteShow(deps, before, stored);
    if (!isOpen(stored)) return finish(deps, stored);
    return { show: await makeRequests(deps, stored, decision), wakeAt: decision.wakeAt };
  }
  throw new AppError('concurrent_change', {
    detail: `show ${showId} was changed by others ${ATTEMPTS_MAX} times while it was run`,
    remedy: 'try again',
    retryAfterSeconds: 1,
  });
}

async function finish(deps: ShowDeps, show: Show): Promise<Pick<RunDecision, 'show' | 'wakeAt'>> {
  await archiveShow(deps, show);
  return { show, wakeAt: null };
}

async function readDestinations(deps: ShowDeps, { destinations }: Show): Promise<Map<string, DestinationFacts | null>> {
  const read = destinations.map(async ({ destinationId }) => {
    return [destinationId, await getDestination(deps, destinationId)] as const;
  });
  return new Map(await Promise.all(read));
}

/** Makes the requests of a decision, one after the other in their order, and records which were made. */
async function makeRequests(deps: ShowDeps, show: Show, { starts, stops }: RunDecision): Promise<Show> {
  const done = { starts: await startAll(deps, show, starts), stops: await stopAll(deps, show, stops) };
  if (done.starts.length === 0 && done.stops.length === 0) return show;
  return (await changeShow(deps, show.showId, (found) => confirmRequests(found, done))) ?? show;
}

async function startAll(deps: ShowDeps, show: Show, ids: readonly string[]): Promise<string[]> {
  const started: string[] = [];
  for (const id of ids) {
    // Read again, because a person may have cancelled or ended the show meanwhile.
    const current = await getShow(deps, show.showId);
    if (current === null || (current.state !== 'starting' && current.state !== 'live')) break;
    if (await request(deps, id, showActorOf(show, 'start'), decideStart)) started.push(id);
  }
  return started;
}

async function stopAll(deps: ShowDeps, show: Show, ids: readonly string[]): Promise<string[]> {
  const stopped: string[] = [];
  for (const id of ids) {
    if (await request(deps, id, showActorOf(show, 'end'), decideStop)) stopped.push(id);
  }
  return stopped;
}

/** @returns false when it is not known to be requested, so that the next pass requests it again */
async function request(
  deps: ShowDeps,
  destinationId: string,
  requestedBy: string,
  decide: typeof decideStart,
): Promise<boolean> {
  try {
    await requestChange(deps, destinationId, { requestedBy, decide });
    return true;
  } catch (error) {
    deps.logger.warn('a request of a show failed', {
      destinationId,
      error: error instanceof AppError ? error.code : error instanceof Error ? error.name : 'unknown',
    });
    return false;
  }
}

/** Puts what has been added to a show's log on the timeline. A failure is only logged: the show keeps its log. */
export async function noteShow(
  deps: Pick<ShowDeps, 'clients' | 'deployment' | 'logger'>,
  before: Show | null,
  after: Show,
): Promise<void> {
  const owner = { destinationId: after.showId, name: after.title };
  try {
    for (const [index, { at, actor, detail }] of newLogEntries(before, after).entries()) {
      await putTimelineEntry(deps, owner, { at, actor, kind: 'show', detail }, after.writeCount * 1000 + index);
    }
  } catch (error) {
    deps.logger.warn('what happened to a show is not on the timeline', {
      showId: after.showId,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}

/** Returns true for a show that an execution runs: one that acts within a day, or runs. */
export function needsExecution({ state, startsAt }: Show, now: Date): boolean {
  if (state === 'draft' || !isOpen({ state })) return false;
  return state !== 'scheduled' || Date.parse(startsAt) - now.getTime() <= EXECUTION_AHEAD_MS;
}

/**
 * Starts the execution that runs a show, if one is needed now. A failure does not reach the caller: the show is recorded,
 * and the sweep starts it.
 */
export async function startShowQuietly(
  deps: Pick<ShowDeps, 'clients' | 'deployment' | 'logger' | 'now'>,
  show: Show,
): Promise<void> {
  if (!needsExecution(show, deps.now())) return;
  try {
    await startShowExecution(deps, show);
  } catch (error) {
    deps.logger.warn('execution of a show not started, the sweep will', {
      showId: show.showId,
      error: error instanceof Error ? error.name : 'unknown',
    });
  }
}
