/**
 * Decides where the renditions of one package are cut. Their playlists have to agree, so the first rendition to reach a
 * cut decides and the others follow. Values a live playlist may never change are fixed here as well, once for all
 * renditions.
 */

/** A nominal one-second group of pictures may be a few milliseconds shorter. */
const SEGMENT_MIN_MS = 900;
const AUDIO_ONLY_SEGMENT_MS = 2_000;
/** Longest target duration: a longer group of pictures is cut between keyframes. */
const TARGET_MAX_MS = 4_000;
/** Rounded to seconds, a segment must not be longer than the target (RFC 8216 4.3.3.1). */
const OVER_TARGET_MS = 350;
/** Renditions with different frame rates have corresponding keyframes this close to each other. */
const SAME_CUT_MS = 140;
/** Time a joining rendition waits for a keyframe at a cut of another rendition. */
const JOIN_WAIT_MS = 10_000;
const ROUNDING_MS = 2;
const CUTS_KEPT = 256;
/** Minimum target duration after an interrupted first segment, whose length says nothing about later ones. */
const INTERRUPTED_TARGET_MS = 2_000;

export interface CutPoint {
  /** Program time of its first frame. */
  startMs: number;
  /** Whether decoding can start with it. */
  isKeyframe: boolean;
  isAudioOnly: boolean;
}

/** The plan as seen by one rendition. */
export interface CutLane {
  /** Returns whether the first segment, or the first after an interruption, may start here. */
  mayBegin(point: CutPoint): boolean;
  /** Returns whether a segment that started at `fromMs` ends here. */
  endsAt(point: CutPoint, fromMs: number): boolean;
  /** Records the start of a segment. */
  began(point: Pick<CutPoint, 'startMs' | 'isKeyframe'>): void;
}

export interface CutPlan {
  addLane(): CutLane;
  /** Fixes the target duration with the first segment of any rendition. */
  settleTarget(durationMs: number, isInterrupted: boolean): void;
  /** Returns the target duration in milliseconds, a multiple of a second; the first segment fixes it. */
  targetMs(): number;
}

export function createCutPlan(): CutPlan {
  let cuts: { startMs: number; isKeyframe: boolean; lane: number }[] = [];
  let lanes = 0;
  let targetMs: number | null = null;

  function addLane(): CutLane {
    const lane = lanes;
    lanes += 1;
    let waitsSinceMs: number | null = null;
    const others = () => cuts.filter((cut) => cut.lane !== lane);
    const isDecided = (startMs: number) => others().some((cut) => cut.startMs > startMs + SAME_CUT_MS);
    const isCut = (startMs: number) => others().some((cut) => Math.abs(cut.startMs - startMs) <= SAME_CUT_MS);

    return {
      mayBegin({ startMs, isKeyframe }) {
        if (!isKeyframe) return false;
        waitsSinceMs ??= startMs;
        return isCut(startMs) || !isDecided(startMs) || startMs - waitsSinceMs > JOIN_WAIT_MS;
      },
      endsAt({ startMs, isKeyframe, isAudioOnly }, fromMs) {
        const lengthMs = startMs - fromMs;
        if (lengthMs >= (targetMs ?? TARGET_MAX_MS) + OVER_TARGET_MS) return true;
        const between = others().filter((cut) => cut.startMs > fromMs + SAME_CUT_MS);
        if (isKeyframe && between.some((cut) => Math.abs(cut.startMs - startMs) <= SAME_CUT_MS)) return true;
        // At a cut of the others between keyframes, or when no keyframe has arrived here.
        if (between.some((cut) => cut.startMs + (cut.isKeyframe ? SAME_CUT_MS : -ROUNDING_MS) < startMs)) return true;
        if (!isKeyframe || isDecided(startMs)) return false;
        return lengthMs >= (isAudioOnly ? AUDIO_ONLY_SEGMENT_MS : SEGMENT_MIN_MS);
      },
      began({ startMs, isKeyframe }) {
        waitsSinceMs = null;
        cuts.push({ startMs, isKeyframe, lane });
        cuts = cuts.slice(-CUTS_KEPT);
      },
    };
  }

  return {
    addLane,
    settleTarget(durationMs, isInterrupted) {
      const roundedMs = Math.max(1_000, Math.round(durationMs / 1_000) * 1_000);
      targetMs ??= isInterrupted ? Math.max(INTERRUPTED_TARGET_MS, roundedMs) : roundedMs;
    },
    targetMs: () => targetMs ?? TARGET_MAX_MS,
  };
}
