import type { TableDeps } from '../aws/clients.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import { observeFlow } from '../aws/flow.ts';
import { listGroupStarts } from '../aws/group-start-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { getShow, listOpenShows } from '../aws/show-table.ts';
import { getSourceControl, putSourceControl, type SourceControl } from '../aws/source-control-table.ts';
import { requireFresh } from '../domain/decided-start.ts';
import { AppError, errorName } from '../domain/errors.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { showActorOf, type ShowName } from '../domain/show-handover.ts';
import { stopRuleOf } from '../domain/show-ends.ts';
import {
  confirmSourceRelease,
  confirmSourceStart,
  keepsSource,
  needsSource,
  type SourceReleaseOutcome,
  type SourceRequests,
  type SourceStartOutcome,
} from '../domain/show-source.ts';
import { isPlanned, type Show } from '../domain/show.ts';
import { SOURCE_OWNER } from '../domain/source-timeline.ts';
import { controlFlow, isAsRequested, type FlowAction, type FlowControlDeps } from './flow-control.ts';
import { listUnfinished, type RecordingDeps } from './recordings.ts';
import { startPrimary, stopPrimary, type PrimaryDeps } from './turn-primary.ts';
import type { OperationDeps } from './workflow-deps.ts';

/**
 * Starts the flow for a show and stops it for the show that started it. The item of `source-control-table.ts` decides
 * whose the flow is. It names the show before MediaConnect is asked, and every start and stop by hand overwrites it. So
 * each request can be repeated after a crash, and a show never stops what a person or another show has decided to run.
 */

/** What stopping the flow for a show needs. */
export type SourceReleaseDeps = FlowControlDeps & OperationDeps & RecordingDeps;
/** What starting it needs as well. */
export type SourceStartDeps = SourceReleaseDeps & PrimaryDeps;

/**
 * Starts the flow for a show. Repeating it is harmless.
 * @param decidedAt when the run sheet decided that it is started
 * @throws when it is not known what came of it; then call again
 */
export async function startShowSource(deps: SourceStartDeps, show: Show, decidedAt: Date): Promise<SourceStartOutcome> {
  try {
    return await start(deps, show, decidedAt);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'concurrent_change') throw error;
    // A flow that is stopping or changing takes the start later.
    const isPassing = error.retryAfterSeconds !== undefined;
    return { state: isPassing ? 'requested' : 'failed', problem: `${error.detail}; ${error.remedy}` };
  }
}

async function start(deps: SourceStartDeps, show: Show, decidedAt: Date): Promise<SourceStartOutcome> {
  const control = await getSourceControl(deps);
  const isOurs = control?.show?.showId === show.showId;
  const found = isOurs ? null : await meetOthers(deps, control, show.source?.startRequestedAt ?? '');
  if (found) return found;
  requireFresh(decidedAt, deps.now());
  const by = showActorOf(show, 'start');
  const claim = isOurs ? control : await claimFor(deps, control, show, by);
  requireFresh(decidedAt, deps.now());
  await controlFlow(deps, 'start', () => readStatus(deps));
  const now = await getSourceControl(deps);
  if (now && isStoppedByHand(now)) {
    // The person's stop may have come before this start, and found nothing to stop.
    await controlFlow(deps, 'stop', () => readStatus(deps));
    return stoppedMeanwhile(now);
  }
  // A show that was handed the flow has not started it.
  if (claim.by === by) await note(deps, claim, 'start');
  await startPrimary(deps, by);
  return { state: 'started', problem: null };
}

/** A start by hand is written before it is made, which takes at most this long. */
const HAND_START_MS = 30_000;

/**
 * Returns what others have decided since the show requested the start; null when the show may start the flow.
 * @throws {AppError} `concurrent_change` while a person starts it, or another show stops it
 */
async function meetOthers(
  deps: FlowControlDeps & { now: () => Date },
  control: SourceControl | null,
  requestedAt: string,
): Promise<SourceStartOutcome | null> {
  if (control && isStoppedByHand(control) && control.at > requestedAt) return stoppedMeanwhile(control);
  // Another show is about to stop what runs now.
  if (control?.show && control.action === 'stop') throw decidedMeanwhile();
  if (isAsRequested('start', await readStatus(deps))) return { state: 'already_on', problem: null };
  const isBeingStarted = control?.isByHand && control.action === 'start';
  if (isBeingStarted && deps.now().getTime() - Date.parse(control.at) < HAND_START_MS) throw decidedMeanwhile();
  return null;
}

const isStoppedByHand = ({ isByHand, action }: SourceControl) => isByHand && action === 'stop';

function stoppedMeanwhile({ by }: SourceControl): SourceStartOutcome {
  return { state: 'failed', problem: `${by} stopped it meanwhile` };
}

/** Names the show as the one that has the flow on. @throws {AppError} `concurrent_change` when others decided meanwhile */
async function claimFor(
  deps: TableDeps & { now: () => Date },
  before: SourceControl | null,
  { showId, title }: ShowName,
  by: string,
): Promise<SourceControl> {
  const claim = { show: { showId, title }, action: 'start', isByHand: false, by } as const;
  return requireStored(await putSourceControl(deps, before, { ...claim, at: deps.now().toISOString() }));
}

function requireStored(stored: SourceControl | null): SourceControl {
  if (stored) return stored;
  throw decidedMeanwhile();
}

function decidedMeanwhile(): AppError {
  return new AppError('concurrent_change', {
    detail: 'others started or stopped the source meanwhile',
    remedy: 'decide again',
    retryAfterSeconds: 1,
  });
}

/**
 * Stops the flow for the show that has it on, unless something else needs it: then another show gets it, or it stays on
 * for people to stop. Repeating it is harmless.
 * @param rule the rule by which the show stops it
 * @throws when it is not known what came of it; then call again
 */
export async function releaseShowSource(
  deps: SourceReleaseDeps,
  show: ShowName,
  rule: string,
): Promise<SourceReleaseOutcome> {
  const control = await getSourceControl(deps);
  if (control?.show?.showId !== show.showId) return { state: 'left_on', problem: null };
  const by = showActorOf(show, rule);
  const at = deps.now().toISOString();
  const isStopped = control.action === 'stop' && !isAsRequested('start', await readStatus(deps));
  const need = isStopped ? null : await whoNeeds(deps, show.showId);
  if (need) {
    const kept = { show: need.heir, action: 'start', isByHand: false, by, at } as const;
    requireStored(await putSourceControl(deps, control, kept));
    return { state: 'left_on', problem: need.reason };
  }
  const stop = { show: { showId: show.showId, title: show.title }, action: 'stop', isByHand: false, by, at } as const;
  const decided = control.action === 'stop' ? control : requireStored(await putSourceControl(deps, control, stop));
  const refusal = await tryToStop(deps);
  if (refusal !== null) return { state: 'left_on', problem: refusal };
  await note(deps, decided, 'stop');
  await stopPrimary(deps, by);
  // When a person has decided meanwhile, theirs stays.
  await putSourceControl(deps, decided, { ...decided, show: null });
  return { state: 'stopped', problem: null };
}

/** @returns why MediaConnect will not stop the flow, in words; null when it does */
async function tryToStop(deps: FlowControlDeps): Promise<string | null> {
  try {
    await controlFlow(deps, 'stop', () => readStatus(deps));
    return null;
  } catch (error) {
    if (!(error instanceof AppError) || error.retryAfterSeconds !== undefined) throw error;
    return `${error.detail}; ${error.remedy}`;
  }
}

/**
 * Returns what needs the flow besides a show that lets go of it: another show, a destination, a group start or a
 * recording. The recording of the show itself ends with it, and “Record always” follows the source.
 */
async function whoNeeds(
  deps: RecordingDeps,
  showId: string,
): Promise<{ heir: ShowName | null; reason: string } | null> {
  const now = deps.now();
  const shows = (await listOpenShows(deps)).filter((each) => each.showId !== showId && needsSource(each, now));
  const heir = shows.find(({ startsSource }) => startsSource);
  if (heir) {
    const { title } = heir;
    return { heir: { showId: heir.showId, title }, reason: `the show "${title}" needs it and stops it at its end` };
  }
  const left = (name: string) => ({ heir: null, reason: `${name} needs it; stop it by hand when it is done` });
  if (shows[0]) return left(`the show "${shows[0].title}"`);
  const records = await listAllDestinations(deps);
  const running = records.find((record) => !isPrimary(record) && record.desired === 'running');
  if (running) return left(running.name);
  if ((await listGroupStarts(deps)).some(({ endedAt }) => endedAt === null)) return left('a group start');
  const recording = (await listUnfinished(deps)).find(
    (each) => each.state === 'recording' && each.origin !== 'always' && each.showId !== showId,
  );
  return recording ? left(`the recording “${recording.name}”`) : null;
}

/** Puts on the timeline which show started or stopped the source, by which rule. A failure is only logged. */
async function note(
  deps: TableDeps & Pick<OperationDeps, 'logger'>,
  { at, by, revision }: SourceControl,
  action: FlowAction,
): Promise<void> {
  const detail = action === 'start' ? 'started the source' : 'stopped the source';
  try {
    // The same entry when it is repeated.
    await putTimelineEntry(deps, SOURCE_OWNER, { at, actor: by, kind: 'source', detail }, revision);
  } catch (error) {
    deps.logger.warn('a change of the source is not on the timeline', { error: errorName(error) });
  }
}

/**
 * Starts or releases the source as a pass has decided.
 * @returns how the show records what came of it; null when that is not known, so that the next pass repeats it
 */
export async function requestShowSource(
  deps: SourceStartDeps,
  { show, startsSource, releasesSource, decidedAt }: SourceRequests & { show: Show; decidedAt: Date },
): Promise<((show: Show, now: Date) => Show) | null> {
  try {
    if (releasesSource) {
      const released = await releaseShowSource(deps, show, releaseRuleOf(show));
      return (found, now) => confirmSourceRelease(found, released, now);
    }
    // Read again, because a person may have cancelled or held the show meanwhile.
    const current = startsSource ? await getShow(deps, show.showId) : null;
    if (!current || current.automation !== 'on' || !isPlanned(current) || current.state === 'ending') return null;
    const started = await startShowSource(deps, current, decidedAt);
    return (found, now) => confirmSourceStart(found, started, now);
  } catch (error) {
    const reason = error instanceof AppError ? error.code : errorName(error);
    deps.logger.warn('the source did not follow its show', { showId: show.showId, error: reason });
    return null;
  }
}

function releaseRuleOf(show: Show): string {
  return show.state === 'ending' ? stopRuleOf(show) : 'not needed any more';
}

/** Stops the flow that a show has on although it is over, was moved or does without it. The sweep calls it. */
export async function releaseForgottenSource(deps: SourceReleaseDeps): Promise<void> {
  const holder = (await getSourceControl(deps))?.show;
  if (!holder) return;
  const show = await getShow(deps, holder.showId);
  if (show && keepsSource(show, deps.now())) return;
  deps.logger.info('sweep releases the source of a show', { showId: holder.showId });
  await releaseShowSource(deps, holder, 'not needed any more');
}

async function readStatus(deps: FlowControlDeps): Promise<string> {
  const flow = await observeFlow(deps);
  if (flow) return flow.status;
  throw new AppError('resource_missing', {
    detail: 'the flow does not exist',
    remedy: 'deploy the media source again',
  });
}
