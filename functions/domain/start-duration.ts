import type { Destination } from './destination.ts';

/**
 * Seconds that a start on AWS counts as, as long as a destination has no history: its input, its channel and the start
 * itself. A judgement; nothing was measured on AWS.
 */
export const START_SECONDS_DEFAULT = 180;

/** The steps of a start that wait for AWS. One that keeps its channel has the first two behind it. */
const CREATE_STEPS = ['EnsureInput', 'EnsureChannel'];
const RUN_STEP = 'EnsureChannelRun';

type Known = Pick<Destination, 'held' | 'tookMs'> | null;

/** Returns true when the destination has started before, so that its start time is known. */
export function hasStartHistory(known: Known): boolean {
  return known?.tookMs?.[RUN_STEP] !== undefined;
}

/**
 * Returns how many milliseconds a start takes: what it took when it last succeeded.
 * @param defaults.startSeconds for a destination without a history
 */
export function leadMsOf(known: Known, { startSeconds }: { startSeconds: number }): number {
  const took = known?.tookMs ?? {};
  const runMs = took[RUN_STEP];
  if (runMs === undefined) return startSeconds * 1000;
  const createMs = CREATE_STEPS.map((step) => took[step] ?? 0).reduce((sum, each) => sum + each, 0);
  return runMs + (known?.held.channel ? 0 : createMs);
}
