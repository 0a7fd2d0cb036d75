import type { Destination, Observation, RecordedRun } from './destination.ts';
import type { StepResults } from './lifecycle.ts';

/** Channel runs as they are recorded: when and with which settings they started, and when they ended. */

/** Returns the settings that the run in progress was started with, and the feed's bitrate once measured. */
export function settingsOfRun({
  platform,
  preset,
  held,
  observation,
}: Destination): Omit<RecordedRun, 'startedAt' | 'endedAt'> {
  const { outputs, startedAt } = held.channelRun ?? {};
  const feed = observation?.feed?.runStartedAt === startedAt ? observation?.feed : undefined;
  return {
    platform: held.channelRun?.platform ?? platform,
    preset: held.channelRun?.preset ?? preset,
    ...(outputs === undefined ? {} : { outputs }),
    ...(feed === undefined ? {} : { feedBitrateBps: feed.bitrateBps }),
  };
}

/**
 * Returns the channel run for the history row of a finished operation, with its end if this operation confirmed the
 * stop. Undefined when the channel was never started.
 * @param record the record before the operation settled
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
 * Adds the feed's bitrate to an observation. The first measurement counts for the whole run, so amounts reported during
 * the run stay the same when they are computed again from the history. Pure.
 * @param measuredBps null when CloudWatch has no value yet, or the source sends nothing
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
