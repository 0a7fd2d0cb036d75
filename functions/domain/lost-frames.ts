import type { Observation } from './destination.ts';

/**
 * Returns how many frames an overloaded encoder left out or the far end did not take, in the seconds of one
 * observation; null when neither was reported.
 */
export function lostFramesOf({ droppedFrames, unsentFrames }: Observation): number | null {
  if (droppedFrames === undefined && unsentFrames === undefined) return null;
  return (droppedFrames ?? 0) + (unsentFrames ?? 0);
}
