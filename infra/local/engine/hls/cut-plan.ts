/**
 * Where the renditions of one package are cut. Their playlists have to agree, so the first rendition that gets somewhere
 * decides and the others follow. What a live playlist may never change is decided here as well, once for all of them.
 */

/** A group of pictures of one second may come out a few milliseconds shorter. */
const SEGMENT_MIN_MS = 900;
const AUDIO_ONLY_SEGMENT_MS = 2_000;
/** Longest target duration: a group of pictures that is longer is cut where no keyframe is. */
const TARGET_MAX_MS = 4_000;
/** Rounded to seconds, a segment must not be longer than the target (RFC 8216 4.3.3.1). */
const OVER_TARGET_MS = 350;
/** Renditions with other frame rates have their keyframes this close to each other. */
const SAME_CUT_MS = 140;
/** How long a rendition that joins waits for a keyframe where another one is cut. */
const JOIN_WAIT_MS = 10_000;
const ROUNDING_MS = 2;
const CUTS_KEPT = 256;
/** What an interruption leaves says nothing of the segments to come. */
const INTERRUPTED_TARGET_MS = 2_000;

export interface CutPoint {
  /** Program time of its first frame. */
  startMs: number;
  /** Decoding can begin with it. */
  isKeyframe: boolean;
  isAudioOnly: boolean;
}

/** One rendition's part in the plan. */
export interface CutLane {
  /** Whether the first segment, or the first after an interruption, may begin here. */
  mayBegin(point: CutPoint): boolean;
  /** Whether a segment that began at `fromMs` ends here. */
  endsAt(point: CutPoint, fromMs: number): boolean;
  /** A segment begins here. */
  began(point: Pick<CutPoint, 'startMs' | 'isKeyframe'>): void;
}

export interface CutPlan {
  addLane(): CutLane;
  /** Fixes the target duration with the first segment of any rendition. */
  settleTarget(durationMs: number, isInterrupted: boolean): void;
  /** Whole seconds in milliseconds; what it is once asked for stays. */
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
        // Where the others were cut without a keyframe, or none has come here.
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
