/**
 * Decides where the renditions of one package are cut, and numbers the cuts. Their playlists have to agree, so the first
 * rendition to reach a cut decides and the others follow. Values a live playlist may never change are fixed here as
 * well, once for all renditions.
 */

/** A nominal one-second group of pictures may be a few milliseconds shorter. */
const SEGMENT_MIN_MS = 900;
const AUDIO_ONLY_SEGMENT_MS = 2_000;
/** Longest target duration: a longer group of pictures is cut between keyframes. */
const TARGET_MAX_MS = 4_000;
/** Rounded to seconds, a segment must not be longer than the target (RFC 8216 4.3.3.1). */
const OVER_TARGET_MS = 350;
/** Upper limit of the tolerance for encoders that do not keep the source's keyframes. */
const SAME_CUT_MAX_MS = 140;
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
  /** Duration of one picture of this rendition. */
  frameMs: number;
}

/** A segment's number and marks, equal in all renditions. */
export interface PlannedSegment {
  sequence: number;
  startMs: number;
  isDiscontinuity: boolean;
}

/** A segment that a rendition lacks because its encoder delivered nothing. */
export type MissedSegment = PlannedSegment & { durationMs: number };

export interface Beginning extends PlannedSegment {
  /** Segments of the other renditions between this rendition's last segment and this one. */
  missed: MissedSegment[];
  /** Discontinuities before this segment and the missed ones: equal in all renditions (RFC 8216 6.2.4). */
  discontinuitiesBefore: number;
}

/** The plan as seen by one rendition. */
export interface CutLane {
  /** Returns whether the first segment, or the first after an interruption, may start here. */
  mayBegin(point: CutPoint): boolean;
  /** Returns whether a segment that started at `fromMs` ends here. */
  endsAt(point: CutPoint, fromMs: number): boolean;
  /** Returns whether the next segment begins right where the last one ended, and not at a later cut. */
  continues(point: CutPoint): boolean;
  /**
   * Records the start of a segment.
   * @param change.isInterrupted pictures before it are missing
   * @param change.isOther its headers differ from those of the previous segment
   */
  began(point: CutPoint, change: { isInterrupted: boolean; isOther: boolean }): Beginning;
  /** Records the end of a segment. @returns its duration for the playlist, as in a rendition that has all of it */
  ended(durationMs: number, isInterrupted: boolean): number;
}

export interface CutPlan {
  addLane(): CutLane;
  /** Fixes the target duration with the first segment of any rendition. */
  settleTarget(durationMs: number, isInterrupted: boolean): void;
  /** Returns the target duration in milliseconds, a multiple of a second; the first segment fixes it. */
  targetMs(): number;
}

interface Cut extends PlannedSegment {
  isKeyframe: boolean;
  /** Null until the segment has ended in one rendition. */
  durationMs: number | null;
  /** True once one rendition has all of it. */
  isWhole: boolean;
  discontinuitiesBefore: number;
}

/** Creates a plan without cuts. */
export function createCutPlan(): CutPlan {
  const cuts = createCutList();
  let targetMs: number | null = null;
  const readTargetMs = () => targetMs ?? TARGET_MAX_MS;
  return {
    addLane: () => createCutLane(cuts, readTargetMs),
    settleTarget(durationMs, isInterrupted) {
      const roundedMs = Math.max(1_000, Math.round(durationMs / 1_000) * 1_000);
      targetMs ??= isInterrupted ? Math.max(INTERRUPTED_TARGET_MS, roundedMs) : roundedMs;
    },
    targetMs: readTargetMs,
  };
}

/** The cuts of all renditions. */
interface CutList {
  /** Returns them by time. */
  all(): readonly Cut[];
  add(point: CutPoint, isDiscontinuity: boolean): Cut;
}

function createCutList(): CutList {
  let cuts: Cut[] = [];
  return {
    all: () => cuts,
    add({ startMs, isKeyframe }, isDiscontinuity) {
      const before = cuts.at(-1);
      const cut: Cut = {
        sequence: before ? before.sequence + 1 : 0,
        startMs,
        isKeyframe,
        isDiscontinuity: isDiscontinuity && before !== undefined,
        durationMs: null,
        isWhole: false,
        discontinuitiesBefore: before ? before.discontinuitiesBefore + (before.isDiscontinuity ? 1 : 0) : 0,
      };
      // Timestamps that jump back begin a new timeline, which is not comparable with the old one.
      cuts = [...cuts.filter((each) => each.startMs < startMs), cut].slice(-CUTS_KEPT);
      return cut;
    },
  };
}

function createCutLane(cuts: CutList, targetMs: () => number): CutLane {
  let waitsSinceMs: number | null = null;
  let own: Cut | null = null;

  const isAhead = (cut: Cut) => cut.sequence > (own?.sequence ?? -1);
  const isDecided = ({ startMs }: CutPoint) => cuts.all().some((cut) => cut.startMs > startMs + ROUNDING_MS);

  /** Returns the planned cut that corresponds to a segment beginning here. */
  function findShared({ startMs, isKeyframe, frameMs }: CutPoint): Cut | undefined {
    const lateMs = toleranceMs(frameMs) + frameMs;
    const isNear = (cut: Cut) =>
      startMs >= cut.startMs - earlyMs(isKeyframe, frameMs) && startMs <= cut.startMs + lateMs;
    return cuts.all().findLast((cut) => isAhead(cut) && isNear(cut));
  }

  /** Returns the finished segment of the other renditions that contains this time. */
  function findContaining(point: CutPoint): Cut | undefined {
    if (!isDecided(point)) return undefined;
    return cuts.all().findLast((cut) => isAhead(cut) && cut.startMs <= point.startMs);
  }

  function findMissed(next: Cut): MissedSegment[] {
    if (!own) return [];
    const first = own.sequence + 1;
    return cuts.all().flatMap((cut, index, all) => {
      if (cut.sequence < first || cut.sequence >= next.sequence) return [];
      const durationMs = cut.durationMs ?? all[index + 1]!.startMs - cut.startMs;
      const { sequence, startMs, isDiscontinuity } = cut;
      return [{ sequence, startMs, isDiscontinuity, durationMs }];
    });
  }

  const continues = (point: CutPoint) => findShared(point) !== undefined || !isDecided(point);

  return {
    continues,
    mayBegin(point) {
      if (!point.isKeyframe) return false;
      waitsSinceMs ??= point.startMs;
      return continues(point) || point.startMs - waitsSinceMs > JOIN_WAIT_MS;
    },
    endsAt({ startMs, isKeyframe, isAudioOnly, frameMs }, fromMs) {
      const lengthMs = startMs - fromMs;
      if (lengthMs >= targetMs() + OVER_TARGET_MS) return true;
      const next = cuts.all().find(isAhead);
      if (!next) return isKeyframe && lengthMs >= (isAudioOnly ? AUDIO_ONLY_SEGMENT_MS : SEGMENT_MIN_MS);
      const lateMs = startMs - next.startMs;
      if (lateMs < -earlyMs(isKeyframe, frameMs)) return false;
      // Wait for a slightly late keyframe, because decoding can begin there.
      return isKeyframe || !next.isKeyframe || lateMs > toleranceMs(frameMs);
    },
    began(point, { isInterrupted, isOther }) {
      waitsSinceMs = null;
      const cut = findShared(point) ?? findContaining(point) ?? cuts.add(point, isInterrupted || isOther);
      const missed = findMissed(cut);
      own = cut;
      const { sequence } = cut;
      const first = missed[0] && cuts.all().find((each) => each.sequence === missed[0]!.sequence);
      // The gaps keep the timeline continuous, so only different headers need a discontinuity.
      const isDiscontinuity = cut.isDiscontinuity || (isOther && sequence > 0);
      const { discontinuitiesBefore } = first ?? cut;
      return { sequence, startMs: point.startMs, isDiscontinuity, missed, discontinuitiesBefore };
    },
    ended(durationMs, isInterrupted) {
      if (!own) return durationMs;
      if (own.isWhole) return own.durationMs ?? durationMs;
      own.isWhole = !isInterrupted;
      own.durationMs = isInterrupted ? Math.max(own.durationMs ?? 0, durationMs) : durationMs;
      return durationMs;
    },
  };
}

/** A keyframe up to half a picture before the cut is the nearest one. */
function earlyMs(isKeyframe: boolean, frameMs: number): number {
  return isKeyframe ? toleranceMs(frameMs) / 2 : ROUNDING_MS;
}

/** One picture, up to the limit. */
function toleranceMs(frameMs: number): number {
  return Math.min(SAME_CUT_MAX_MS, frameMs + ROUNDING_MS);
}
