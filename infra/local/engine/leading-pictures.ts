/**
 * Leaves out pictures that a receiver cannot decode. With open groups of pictures, those shown before a keyframe need the
 * group before it, and a receiver that begins at this keyframe does not have that group. Decoders complain about such
 * pictures, or show them damaged.
 */
import type { Frame } from './program.ts';

export interface LeadingPictures {
  /** The next keyframe is the first that the receiver gets. */
  begin(): void;
  /** Returns whether the receiver can decode the frame. Call it with every frame, in order. */
  passes(frame: Frame): boolean;
}

/** Creates the filter of a receiver that has no picture yet. */
export function createLeadingPictures(): LeadingPictures {
  let isBeginning = true;
  /** When the first keyframe is shown; null after the next one. */
  let beginsAtMs: number | null = null;

  return {
    begin() {
      isBeginning = true;
    },
    passes({ kind, keyframe, dtsMs, compositionOffsetMs }) {
      if (kind !== 'video') return true;
      const shownAtMs = dtsMs + compositionOffsetMs;
      if (!keyframe) return beginsAtMs === null || shownAtMs >= beginsAtMs;
      beginsAtMs = isBeginning ? shownAtMs : null;
      isBeginning = false;
      return true;
    },
  };
}
