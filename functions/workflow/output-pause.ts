import { awsErrorKind, isNotFound } from '../aws/aws-errors.ts';
import { observeChannel } from '../aws/channel.ts';
import { listScheduled, schedulePauses } from '../aws/channel-schedule.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { changeDestination } from '../aws/destination-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { isAtRest } from '../domain/channel-state.ts';
import type { Destination, OutputPause } from '../domain/destination.ts';
import { errorName } from '../domain/errors.ts';
import { endedPause, isPlannable, pauseAtStart, pauseOf } from '../domain/output-pause.ts';
import type { Logger } from './workflow-deps.ts';
import { NotSettled, Unavailable } from './workflow-errors.ts';

/**
 * Pauses the output of a channel from its start, and lets it go. The record says what is meant, and it is written before
 * MediaLive is asked. The names of the actions hold the generation of the start, so a repeated call changes nothing, and
 * MediaLive refuses a call of an earlier run that arrives late when its name is taken.
 */

interface PauseDeps extends AwsDeps<'mediaLive' | 'table', 'tableName'> {
  now: () => Date;
  logger: Logger;
}

const LETTING_GO = 'unpause-';
const pauseName = (generation: number) => `pause-${generation}`;
const letGoName = (generation: number) => `${LETTING_GO}${generation}-now`;
const plannedName = (generation: number, until: string) => `${LETTING_GO}${generation}-${Date.parse(until)}`;

const hasTwoPipelines = ({ held }: Destination) => held.channel?.channelClass === 'STANDARD';

/**
 * Pauses the output of an idle channel that is about to be started, and plans its end, when the record asks for it. What
 * MediaLive refuses leaves the output as it is: it is then sent as soon as the channel runs, and the timeline says so.
 * @param record with the channel as this operation has made it
 * @throws {NotSettled} while an action of an earlier run would let the output go too early
 */
export async function pauseBeforeStart(
  deps: PauseDeps,
  record: Destination,
  { channelId, generation }: { channelId: string; generation: number },
): Promise<void> {
  if (!record.outputPause) return;
  const pause = pauseAtStart(record, deps.now());
  if (!pause) {
    // An earlier attempt of this start may have paused the channel, so MediaLive is asked to let the output go all the same.
    await store(deps, record, (found) => (found.state === 'paused' ? { ...found, state: 'ending' } : found));
    return;
  }
  const { until } = pause;
  const planned = until !== null && isPlannable(until, deps.now()) ? plannedName(generation, until) : null;
  const outcome = await makePaused(deps, record, { channelId, generation, planned, until });
  await store(deps, record, (found) => {
    if (found.state !== 'paused') return found;
    return outcome === 'refused' ? endedPause(found, deps.now()) : { ...found, plannedFor: planned && until };
  });
}

/** Makes the schedule of an idle channel pause the output, with its planned end if there is one. */
async function makePaused(
  deps: PauseDeps,
  record: Destination,
  {
    channelId,
    generation,
    planned,
    until,
  }: { channelId: string; generation: number; planned: string | null; until: string | null },
): Promise<'paused' | 'refused'> {
  const scheduled = await listScheduled(deps, channelId);
  const has = (list: typeof scheduled, wanted: string) => list.some(({ name }) => name === wanted);
  const others = pendingOf(scheduled, deps.now()).filter(({ name }) => name !== planned);
  if (others.some(({ at }) => !isPlannable(at!, deps.now()))) {
    throw new NotSettled(`an action of an earlier start is about to let the output of channel ${channelId} go`);
  }
  const adds = [
    ...(has(scheduled, pauseName(generation)) ? [] : [{ name: pauseName(generation), at: null, isPause: true }]),
    ...(planned && !has(scheduled, planned) ? [{ name: planned, at: until, isPause: false }] : []),
  ];
  const deletes = others.map(({ name }) => name);
  if (adds.length === 0 && deletes.length === 0) return 'paused';
  try {
    await schedulePauses(deps, channelId, { adds, deletes, hasTwoPipelines: hasTwoPipelines(record) });
    return 'paused';
  } catch (error) {
    if (awsErrorKind(error) !== 'invalid') throw error;
    // A name is in use when an earlier attempt took effect and its answer was lost.
    if (has(await listScheduled(deps, channelId), pauseName(generation))) return 'paused';
    await noteRefusal(deps, record, error);
    return 'refused';
  }
}

function pendingOf(scheduled: Awaited<ReturnType<typeof listScheduled>>, now: Date) {
  return scheduled.filter(
    ({ at, name }) => at !== null && name.startsWith(LETTING_GO) && Date.parse(at) > now.getTime(),
  );
}

/**
 * Lets the output of a paused destination go at once, and records it. Repeating it is harmless.
 * @returns false when the channel does not run yet, so that it has to be asked again
 * @throws what MediaLive answers when it is not known whether it acted
 */
export async function letOutputGo(deps: PauseDeps, destinationId: string): Promise<boolean> {
  const record = await changeDestination(deps, destinationId, (found) => {
    return found.outputPause?.state === 'paused'
      ? { ...found, outputPause: { ...found.outputPause, state: 'ending' } }
      : found;
  });
  if (!record || !pauseOf(record)) return true;
  const { channel, channelRun } = record.held;
  if (!channel || !channelRun || record.status !== 'running') return false;
  if (!(await sendLetGo(deps, record, { channelId: channel.channelId, generation: channelRun.generation })))
    return false;
  await store(deps, record, (found) => (found.state === 'ending' ? endedPause(found, deps.now()) : found));
  return true;
}

/** @returns false when the channel is not ready for it */
async function sendLetGo(
  deps: AwsDeps<'mediaLive', never>,
  record: Destination,
  { channelId, generation }: { channelId: string; generation: number },
): Promise<boolean> {
  const name = letGoName(generation);
  try {
    const adds = [{ name, at: null, isPause: false }];
    await schedulePauses(deps, channelId, { adds, hasTwoPipelines: hasTwoPipelines(record) });
    return true;
  } catch (error) {
    if (awsErrorKind(error) !== 'invalid') throw error;
    // The name is in use when an earlier attempt took effect and its answer was lost.
    return (await listScheduled(deps, channelId)).some((action) => action.name === name);
  }
}

/**
 * Sets until when the output of a destination is paused, and makes the channel's schedule agree.
 * @param until null: until a person goes live
 * @returns false when MediaLive has received the action that lets the output go, so that it cannot be held any more
 */
export async function planPause(deps: PauseDeps, destinationId: string, until: string | null): Promise<boolean> {
  const record = await changeDestination(deps, destinationId, (found) => {
    const { outputPause: pause } = found;
    if (pause?.state !== 'paused' || pause.until === until) return found;
    return { ...found, outputPause: { ...pause, until } };
  });
  const { channel, channelRun } = record?.held ?? {};
  if (record?.outputPause?.state !== 'paused' || !channel || !channelRun) return true;
  const { channelId } = channel;
  const { generation } = channelRun;
  const now = deps.now();
  const wanted = until !== null && isPlannable(until, now) ? plannedName(generation, until) : null;
  const scheduled = await listScheduled(deps, channelId);
  const pending = pendingOf(scheduled, now);
  const unwanted = pending.filter(({ name }) => name !== wanted);
  const isReceived = unwanted.some(({ at }) => !isPlannable(at!, now));
  const isPlanned = pending.some(({ name }) => name === wanted);
  const adds = wanted && !isPlanned ? [{ name: wanted, at: until, isPause: false }] : [];
  const deletes = unwanted.filter(({ at }) => isPlannable(at!, now)).map(({ name }) => name);
  if (adds.length > 0 || deletes.length > 0) {
    await schedulePauses(deps, channelId, { adds, deletes, hasTwoPipelines: hasTwoPipelines(record) });
  }
  const plannedFor = wanted ? until : isReceived ? unwanted[0]!.at : null;
  await store(deps, record, (found) => (found.state === 'paused' ? { ...found, plannedFor } : found));
  return !isReceived;
}

/**
 * Ends the pause of a channel that has stopped, because it would outlast the stop. Takes the name of a call that may still
 * be on its way, which could otherwise let the output of the next run go.
 */
export async function endPauseAfterStop(
  deps: AwsDeps<'mediaLive', never>,
  record: Destination,
  channelId: string,
): Promise<void> {
  const generation = record.held.channelRun?.generation;
  if (!pauseOf(record) || generation === undefined) return;
  try {
    if (await sendLetGo(deps, record, { channelId, generation })) return;
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  const channel = await observeChannel(deps, channelId);
  if (channel && !isAtRest(channel.state)) throw new Unavailable(`channel ${channelId} is ${channel.state}`);
}

/** Changes the pause in the record, unless the record has none by now. */
async function store(
  deps: PauseDeps,
  { destinationId }: Destination,
  change: (pause: OutputPause) => OutputPause,
): Promise<void> {
  await changeDestination(deps, destinationId, (found) => {
    if (!found.outputPause) return found;
    const outputPause = change(found.outputPause);
    return outputPause === found.outputPause ? found : { ...found, outputPause };
  });
}

async function noteRefusal(deps: PauseDeps, record: Destination, error: unknown): Promise<void> {
  const { destinationId } = record;
  const detail = `MediaLive refused to pause the output (${errorName(error)}): it is sent as soon as the channel runs`;
  deps.logger.error('MediaLive refused a pause', { destinationId, error: errorName(error) });
  try {
    const entry = { at: deps.now().toISOString(), actor: 'workflow', kind: 'show' as const, detail };
    await putTimelineEntry(deps, record, entry, record.writeCount);
  } catch (failure) {
    deps.logger.warn('a refused pause is not on the timeline', { destinationId, error: errorName(failure) });
  }
}
