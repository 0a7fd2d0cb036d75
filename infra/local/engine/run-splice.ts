import type { Frame } from './program.ts';

/** Joins the frames of successive encoder runs, which may begin at a keyframe the previous run has delivered. */
export interface RunSplice {
  /** Notes that the following frames are of another run. */
  beginRun(): void;
  /** Returns whether a frame continues the program. */
  accepts(frame: Frame): boolean;
}

/** Creates the splice of a program without frames. */
export function createRunSplice(): RunSplice {
  /** Whether the run has joined: from its first keyframe on that the previous run had not delivered. */
  let hasJoined = false;
  let newestMs = 0;
  let newestSoundMs = -Infinity;

  return {
    beginRun() {
      hasJoined = false;
    },
    accepts({ kind, dtsMs, keyframe }) {
      hasJoined ||= keyframe && dtsMs > newestMs;
      if (!hasJoined || (kind === 'audio' && dtsMs <= newestSoundMs)) return false;
      newestMs = Math.max(newestMs, dtsMs);
      if (kind === 'audio') newestSoundMs = dtsMs;
      return true;
    },
  };
}
