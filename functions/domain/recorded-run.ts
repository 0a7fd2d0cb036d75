import type { Destination, Observation, RecordedRun } from './destination.ts';
import type { StepResults } from './lifecycle.ts';

/** Channel runs as they are recorded: what was started, when, with which settings, and when it ended. */

/** What the run in progress was started with, and the bitrate of the feed once it was measured. */
export function settingsOfRun({
  platform,
  preset,
  held,
  observation,
}: Destination): Omit<RecordedRun, 'startedAt' | 'endedAt'> {
  const { followedFramesPerSecond } = held.channel ?? {};
  const { outputs, startedAt } = held.channelRun ?? {};
  const feed = observation?.feed?.runStartedAt === startedAt ? observation?.feed : undefined;
  return {
    platform: held.channelRun?.platform ?? platform,
    preset: held.channelRun?.preset ?? preset,
    ...(followedFramesPerSecond === undefined ? {} : { framesPerSecond: followedFramesPerSecond }),
    ...(outputs === undefined ? {} : { outputs }),
    ...(feed === undefined ? {} : { feedBitrateBps: feed.bitrateBps }),
  };
}

/**
 * What the history keeps of a run beside an operation that is over: with the run's end when this operation has confirmed
 * the stop. Undefined when StartChannel was never accepted.
 * @param record as it was before the operation settled
 */
export function runOf(record: Destination, results: StepResults = {}): RecordedRun | undefined {
  const channelRun = record.held.channelRun ?? results.EnsureChannelRun?.held?.channelRun;
  if (!channelRun) return undefined;
  const { released, endedAt } = results.ReleaseChannelRun ?? {};
  return {
    startedAt: channelRun.startedAt,
    ...(released === 'channelRun' && endedAt !== undefined ? { endedAt } : {}),
    ...settingsOfRun({ ...record, held: { ...record.held, channelRun } }),
  };
}

/**
 * Adds the bitrate of the feed to an observation. The first measurement of a run counts for the whole run: amounts that
 * were reported while it went on stay the same when they are computed again from the history. Pure.
 * @param measuredBps null when CloudWatch has no figure yet, or the source sends nothing
 */
export function withFeed(
  next: Observation,
  { held, observation }: Pick<Destination, 'held' | 'observation'>,
  measuredBps: number | null,
): Observation {
  const runStartedAt = held.channelRun?.startedAt;
  if (runStartedAt === undefined) return next;
  if (observation?.feed?.runStartedAt === runStartedAt) return { ...next, feed: observation.feed };
  if (measuredBps === null || measuredBps <= 0) return next;
  return { ...next, feed: { runStartedAt, bitrateBps: Math.round(measuredBps) } };
}
