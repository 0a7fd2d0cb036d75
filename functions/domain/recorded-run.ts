import {
  runInProgress,
  type Destination,
  type HeldResources,
  type Observation,
  type RecordedRun,
} from './destination.ts';
import type { StepResults } from './lifecycle.ts';

/** Runs as they are recorded: when and with which settings they started, and when they ended. */

/** Returns the settings that the run in progress was started with, and the feed's bitrate once measured. */
export function settingsOfRun({
  platform,
  preset,
  held,
  observation,
}: Destination): Omit<RecordedRun, 'startedAt' | 'endedAt'> {
  const run = runInProgress(held);
  const { channelClass, outputs, startedAt } = run ?? {};
  const feed = observation?.feed?.runStartedAt === startedAt ? observation?.feed : undefined;
  return {
    platform: run?.platform ?? platform,
    preset: run?.preset ?? preset,
    ...(outputs === undefined ? {} : { outputs }),
    ...(channelClass === undefined ? {} : { channelClass }),
    ...(feed === undefined ? {} : { feedBitrateBps: feed.bitrateBps }),
  };
}

/**
 * Returns the run for the history row of a finished operation, with its end if this operation confirmed the stop.
 * Undefined when nothing was started.
 * @param record the record before the operation settled
 */
export function runOf(record: Destination, results: StepResults = {}): RecordedRun | undefined {
  const made = Object.values(results).reduce<HeldResources>((all, result) => ({ ...all, ...result.held }), {});
  const held = runInProgress(record.held) ? record.held : { ...record.held, ...made };
  const run = runInProgress(held);
  if (!run) return undefined;
  const carrier = held.channelRun ? 'channelRun' : 'flowOutput';
  const endedAt = Object.values(results).find(({ released }) => released === carrier)?.endedAt;
  return {
    startedAt: run.startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...settingsOfRun({ ...record, held }),
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
  const runStartedAt = runInProgress(held)?.startedAt;
  if (runStartedAt === undefined) return next;
  if (observation?.feed?.runStartedAt === runStartedAt) return { ...next, feed: observation.feed };
  if (measuredBps === null || measuredBps <= 0) return next;
  return { ...next, feed: { runStartedAt, bitrateBps: Math.round(measuredBps) } };
}
