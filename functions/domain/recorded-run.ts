import type { Destination, RecordedRun } from './destination.ts';
import type { StepResults } from './lifecycle.ts';

/** Channel runs as they are written down: what was started, when, with which settings, and when it was over. */

/** What the run that goes on was started with. */
export function settingsOfRun({ platform, preset, held }: Destination): Omit<RecordedRun, 'startedAt' | 'endedAt'> {
  const { followedFramesPerSecond } = held.channel ?? {};
  return {
    platform: held.channelRun?.platform ?? platform,
    preset: held.channelRun?.preset ?? preset,
    ...(followedFramesPerSecond === undefined ? {} : { framesPerSecond: followedFramesPerSecond }),
  };
}

/**
 * What the history keeps of a run beside an operation that is over: with the run's end when this operation has confirmed
 * the stop. Undefined when StartChannel was never taken.
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
