import type { Clock } from '../../host/clock.ts';
import type { Frame } from '../program.ts';

/**
 * The times of what one subscriber gets. They never run backwards, and they continue by the clock while pictures and
 * sound come from elsewhere than the program.
 */
export interface OutputTimes {
  /** Returns the frame with its time for the subscriber. */
  place(frame: Frame): Frame;
  /** Returns the time that now is for the subscriber. */
  nowMs(): number;
  /** Returns the first time at which a picture can be shown after all earlier ones. */
  afterPicturesMs(): number;
  /** Returns the time of the newest sound; null before the first. */
  newestSoundMs(): number | null;
  /** Notes a frame that was not placed. */
  note(frame: Frame): void;
  /** Makes the program continue with this frame now. */
  resumeWith(frame: Frame): void;
  /**
   * Returns true for sound of the continued program that belongs before what was already heard in its place. Sound may
   * arrive after pictures that it belongs before.
   */
  isLate(frame: Frame): boolean;
}

/** Distance of a picture from one that is shown at the same time. */
const STEP_MS = 1;

/** Creates the times of a subscriber that has got nothing. */
export function createOutputTimes(clock: Clock): OutputTimes {
  let shiftMs = 0;
  /** The newest frame of the program, from which the clock counts on. */
  let anchor: { dtsMs: number; atMs: number } | null = null;
  let newestMs = -Infinity;
  let shownMs = -Infinity;
  let newestSoundMs: number | null = null;
  /** Until where sound was sent when the program continued; null once its own sound has passed that. */
  let heardUntilMs: number | null = null;

  function note({ compositionOffsetMs, dtsMs, kind }: Frame): void {
    newestMs = Math.max(newestMs, dtsMs);
    if (kind === 'video') shownMs = Math.max(shownMs, dtsMs + compositionOffsetMs);
    else newestSoundMs = Math.max(newestSoundMs ?? 0, dtsMs);
  }

  const nowMs = () => (anchor ? anchor.dtsMs + Math.max(0, clock.now() - anchor.atMs) : clock.now());
  const afterPicturesMs = () => shownMs + STEP_MS;

  return {
    place(frame) {
      const placed = shiftMs === 0 ? frame : { ...frame, dtsMs: frame.dtsMs + shiftMs };
      if (!anchor || placed.dtsMs >= anchor.dtsMs) anchor = { dtsMs: placed.dtsMs, atMs: clock.now() };
      note(placed);
      return placed;
    },
    nowMs,
    afterPicturesMs,
    newestSoundMs: () => newestSoundMs,
    note,
    resumeWith(frame) {
      if (!anchor) return;
      shiftMs = Math.round(Math.max(nowMs(), newestMs + STEP_MS, afterPicturesMs())) - frame.dtsMs;
      anchor = null;
      heardUntilMs = newestSoundMs;
    },
    isLate({ dtsMs, kind }) {
      if (kind !== 'audio' || heardUntilMs === null) return false;
      if (dtsMs + shiftMs <= heardUntilMs) return true;
      heardUntilMs = null;
      return false;
    },
  };
}
