import { isDeepStrictEqual } from 'node:util';
import type { AwsDeps } from '../aws/clients.ts';
import { getDestination, listAllDestinations } from '../aws/destination-table.ts';
import { startExecution, startShowExecution } from '../aws/executions.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { changeShow, getShow, listOpenShows, writeShow } from '../aws/show-table.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError, errorName } from '../domain/errors.ts';
import type { Decision } from '../domain/lifecycle.ts';
import { pauseUntil } from '../domain/output-pause.ts';
import { whyNotStarted } from '../domain/group-start.ts';
import type { StartPace } from '../domain/start-pace.ts';
import { stopRuleOf } from '../domain/show-ends.ts';
import { claimsOf, decideShowStop, showActorOf, type ShowName } from '../domain/show-handover.ts';
import type { StartFacts } from '../domain/show-start-plan.ts';
import { decideShowStart } from '../domain/show-start.ts';
import { isOpen, isStillToStart, newLogEntries, type Show } from '../domain/show.ts';
import type { MadeRequest } from '../domain/made-request.ts';
import { advanceShow, confirmRequests, type RunDecision } from '../domain/show-run.ts';
import { startWithinCeilings } from './ceilings.ts';
import { finishShow } from './finish-show.ts';
import { recordShow } from './show-recording.ts';
import { requestShowSource } from './show-source.ts';
import { readEndFacts, requireWithinShowCeiling } from './show-ceiling.ts';
import { makeRequest } from './make-request.ts';
import { requestChange, type Change } from './operations.ts';
import { letOutputGo, planPause } from './output-pause.ts';
import { startPaced } from './paced-start.ts';
import type { OperationDeps, WorkflowDeps } from './workflow-deps.ts';

/**
 * Runs shows. A pass reads the show and its destinations, lets the run sheet decide, stores the decision, and only then
 * makes the requests. So of several that run at once one decides, and what a crash interrupts is requested again.
 */

/** What storing a show and starting its execution needs. */
export interface ShowStoreDeps
  extends Pick<OperationDeps, 'now' | 'logger'>, AwsDeps<'sfn' | 'table', 'showMachineArn' | 'tableName'> {}

/** What running a show needs. */
export interface ShowDeps
  extends
    Pick<WorkflowDeps, 'now' | 'sleep' | 'logger' | 'primaryMode'>,
    AwsDeps<
      'mediaConnect' | 'mediaLive' | 'sfn' | 'table',
      | 'deliveryMachineArn'
      | 'flowArn'
      | 'hasBackupSource'
      | 'pricedInput'
      | 'recordingMachineArn'
      | 'showMachineArn'
      | 'stateMachineArns'
      | 'tableName'
    > {
  /** Seconds that a destination needs to start, as long as it has no history. */
  startSeconds: number;
  startPace: StartPace;
  /** Whether channels start early and are paused until their planned second. */
  pausesOutputs: boolean;
}

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
    const rules = await readEndFacts(deps, before, destinations);
    const all = hasStartsLeft(before) ? await readOtherStarts(deps) : {};
    const now = deps.now();
    const { pausesOutputs, startPace: pace, startSeconds } = deps;
    const facts = { destinations, startSeconds, pausesOutputs, pace, ...all, ...rules };
    let decision = advanceShow(before, facts, now);
    if (decision.stops.length > 0) {
      decision = advanceShow(before, { ...facts, claims: claimsOf(before, await listOpenShows(deps)) }, now);
    }
    const stored = isDeepStrictEqual(decision.show, before) ? before : await writeShow(deps, before, decision.show);
    if (stored === null) continue;
    await noteShow(deps, before, stored);
    if (!isOpen(stored)) return finish(deps, stored);
    const pass = { ...decision, show: stored, destinations, decidedAt: now };
    return { show: await recorded(deps, await makeRequests(deps, pass)), wakeAt: decision.wakeAt };
  }
  throw new AppError('concurrent_change', {
    detail: `show ${showId} was changed by others ${ATTEMPTS_MAX} times while it was run`,
    remedy: 'try again',
    retryAfterSeconds: 1,
  });
}

async function finish(deps: ShowDeps, show: Show): Promise<Pick<RunDecision, 'show' | 'wakeAt'>> {
  await finishShow(deps, show);
  return { show, wakeAt: null };
}

/** Lets the recording follow the show, after its requests, because destinations come first. */
async function recorded(deps: ShowDeps, show: Show): Promise<Show> {
  const noted = await recordShow(deps, show);
  if (noted) await noteShow(deps, noted.before, noted.after);
  return noted?.after ?? show;
}

async function readDestinations(deps: ShowDeps, { destinations }: Show): Promise<Map<string, Destination | null>> {
  const read = destinations.map(async ({ destinationId }) => {
    return [destinationId, await getDestination(deps, destinationId)] as const;
  });
  return new Map(await Promise.all(read));
}

/** Reads what else starts, or will. */
async function readOtherStarts(deps: ShowDeps): Promise<Pick<StartFacts, 'records' | 'shows'>> {
  const [records, shows] = await Promise.all([listAllDestinations(deps), listOpenShows(deps)]);
  return { records, shows };
}

/** Only then the starts of others matter. */
function hasStartsLeft({ destinations }: Show): boolean {
  return destinations.some(isStillToStart);
}

/** A decision that is stored, with what it was made from. */
interface Pass extends RunDecision {
  destinations: ReadonlyMap<string, Destination | null>;
  decidedAt: Date;
}

/** Makes the requests of a decision, one after the other in their order, and records what came of them. */
async function makeRequests(deps: ShowDeps, pass: Pass): Promise<Show> {
  const { letGo, pauses, show, stops, handOvers } = pass;
  // First, because their second has come.
  await Promise.all([
    ...letGo.map((destinationId) => orLog(deps, destinationId, () => letOutputGo(deps, destinationId))),
    ...pauses.map(({ destinationId, until }) =>
      orLog(deps, destinationId, () => planPause(deps, destinationId, until)),
    ),
  ]);
  const confirmSource = await requestShowSource(deps, pass);
  const made = { starts: await startAll(deps, pass), stops: [] as MadeRequest[] };
  for (const { destinationId, to } of handOvers) {
    await makeRequest(deps, { destinationId, whose: 'a show' }, () => part(deps, pass, destinationId, to));
  }
  for (const destinationId of stops) {
    made.stops.push(
      ...(await makeRequest(deps, { destinationId, whose: 'a show' }, () => part(deps, pass, destinationId, null))),
    );
  }
  if (made.starts.length === 0 && made.stops.length === 0 && confirmSource === null) return show;
  let before = show;
  const after = await changeShow(deps, show.showId, (found) => {
    before = found;
    const confirmed = confirmSource?.(found, deps.now()) ?? found;
    return made.starts.length + made.stops.length > 0 ? confirmRequests(confirmed, made, deps.now()) : confirmed;
  });
  if (after === null) return show;
  await noteShow(deps, before, after);
  return after;
}

async function startAll(deps: ShowDeps, { show, starts, decidedAt, destinations }: Pass): Promise<MadeRequest[]> {
  const made: MadeRequest[] = [];
  for (const { destinationId, pauseUntil: until } of starts) {
    // Read again, because a person may have cancelled, held or ended the show meanwhile.
    const current = await getShow(deps, show.showId);
    const destination = current?.destinations.find((each) => each.destinationId === destinationId);
    if (!current || !destination || !isStarting(current)) break;
    let mustWait = false;
    const start = async () => {
      const decide = (record: Destination) => {
        const now = deps.now();
        return withPause(record, decideShowStart(record, { show, destination, decidedAt, now }), until, now);
      };
      const change = await inPace(deps, destinations.get(destinationId) ?? null, destinationId, async () => {
        await requireWithinShowCeiling(deps, current, destinationId);
        return requestChange(deps, destinationId, { requestedBy: showActorOf(show, 'start'), decide });
      });
      mustWait = change === null;
      if (change !== null) await startBegun(deps, change.result);
    };
    const done = await makeRequest(deps, { destinationId, whose: 'a show' }, start);
    // The next pass requests it again.
    if (!mustWait) made.push(...done);
  }
  return made;
}

/** A destination that is on air is taken at once; any other start waits for its turn. @returns null when it has to wait */
async function inPace<Result>(
  deps: ShowDeps,
  known: Destination | null,
  destinationId: string,
  request: () => Promise<Result>,
): Promise<{ result: Result } | null> {
  return known !== null && whyNotStarted(known) !== null
    ? { result: await startWithinCeilings(deps, destinationId, request) }
    : startPaced(deps, destinationId, request);
}

function isStarting({ state, automation }: Show): boolean {
  return automation === 'on' && (state === 'starting' || state === 'live');
}

/** Pauses the output of a destination that is to start until an instant, if one is given and it is still to come. */
function withPause(record: Destination, decision: Decision, until: string | null, now: Date): Decision {
  const pause = until === null ? null : pauseUntil(record, until, now);
  return pause ? { ...decision, record: { ...decision.record, outputPause: pause } } : decision;
}

/** What fails is asked for again by the next pass. */
async function orLog(deps: ShowDeps, destinationId: string, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    deps.logger.warn('a pause of a show failed', { destinationId, error: errorName(error) });
  }
}

/** Stops a destination at the end of a show, or hands it to another show. */
async function part(deps: ShowDeps, { show, destinations }: Pass, destinationId: string, to: ShowName | null) {
  const seenDesiredAt = destinations.get(destinationId)?.desiredAt ?? null;
  const change = await requestChange(deps, destinationId, {
    requestedBy: showActorOf(show, stopRuleOf(show)),
    decide: (record) => decideShowStop(record, { showId: show.showId, seenDesiredAt, to, now: deps.now() }),
  });
  await startBegun(deps, change);
}

/** Repeats the start of an execution, which would otherwise wait for the sweep: that comes too late for a show. */
async function startBegun(deps: ShowDeps, change: Change | null): Promise<void> {
  if (change?.record.operation) await startExecution(deps, change.record.operation);
}

/** Puts what has been added to a show's log on the timeline. A failure is only logged: the show keeps its log. */
export async function noteShow(deps: ShowStoreDeps, before: Show | null, after: Show): Promise<void> {
  const owner = { destinationId: after.showId, name: after.title };
  try {
    for (const [index, { at, actor, detail }] of newLogEntries(before, after).entries()) {
      await putTimelineEntry(deps, owner, { at, actor, kind: 'show', detail }, after.writeCount * 1000 + index);
    }
  } catch (error) {
    deps.logger.warn('what happened to a show is not on the timeline', {
      showId: after.showId,
      error: errorName(error),
    });
  }
}

/** Returns true for a show that an execution runs: one that acts within a day, or runs. */
export function needsExecution({ state, startsAt, goLiveAt }: Show, now: Date): boolean {
  if (state === 'draft' || !isOpen({ state })) return false;
  return state !== 'scheduled' || Date.parse(goLiveAt ?? startsAt) - now.getTime() <= EXECUTION_AHEAD_MS;
}

/**
 * Starts the execution that runs a show, if one is needed now. A failure does not reach the caller: the show is recorded,
 * and the sweep starts it.
 */
export async function startShowQuietly(deps: ShowStoreDeps, show: Show): Promise<void> {
  if (!needsExecution(show, deps.now())) return;
  try {
    await startShowExecution(deps, show);
  } catch (error) {
    deps.logger.warn('execution of a show not started, the sweep will', {
      showId: show.showId,
      error: errorName(error),
    });
  }
}
