/**
 * Cuts one program into transport stream segments in memory, each with the tables first. A segment holds one group of
 * pictures, unless that is shorter than a second or longer than the target. With low latency a segment is also served
 * in parts while it grows.
 */
import type { Frame, Program, ProgramFormat } from '../program.ts';
import type { CutPlan } from './cut-plan.ts';
import { createSegmentSeries } from './segment-series.ts';
import type { Part, Segment, SegmenterView } from './segments.ts';

/** A step this long in a segment that exceeds the target duration means lost pictures. */
const HOLE_MS = 1_000;
const OVER_TARGET_MS = 500;
/** A segment that reaches this size is cut at once, to limit the memory. */
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

export interface Segmenter {
  view(): SegmenterView;
  /** Returns a segment, also one recently removed from the playlist. */
  segment(sequence: number): Segment | null;
  part(sequence: number, index: number): Part | null;
  /** Returns all finished segments that it still has. */
  held(): readonly Segment[];
  totals(): { frames: number; bytes: number };
  receiving(): boolean;
  close(): void;
}

/** Subscribes to the program and cuts it by the plan. */
export function createSegmenter(options: {
  program: Program;
  plan: CutPlan;
  lowLatency: boolean;
  onChange: () => void;
  onSegment: (segment: Segment) => void;
}): Segmenter {
  const { lowLatency, onChange, onSegment, plan } = options;
  const lane = plan.addLane();
  const series = createSegmentSeries({ plan, lane, lowLatency, onChange, onSegment });
  let format: ProgramFormat | null = null;
  let receiving = false;

  function onFrame(frame: Frame): void {
    if (!format) return;
    receiving = true;
    // New sound headers do not apply to this segment; the next one starts with the next keyframe.
    const isAudioOnly = !format.video;
    const before = series.open();
    if (before && frame.kind === 'audio' && !isAudioOnly && before.format.audio !== format.audio) return;
    if (frame.kind === 'video' || isAudioOnly) pace(frame, format);
    series.add(frame);
    if ((series.open()?.bytes() ?? 0) > SEGMENT_BYTES_MAX) series.breakOff();
  }

  /** Ends and starts segments. */
  function pace(frame: Frame, current: ProgramFormat): void {
    const isAudioOnly = !current.video;
    const startMs = frame.dtsMs + frame.compositionOffsetMs;
    const point = { startMs, isKeyframe: isAudioOnly || frame.keyframe, isAudioOnly, frameMs: series.frameMs() };
    const open = series.open();
    if (open) {
      const { startedAtMs } = open.shown;
      const isOther = open.format !== current && point.isKeyframe;
      if (!isOther && !lane.endsAt(point, startedAtMs)) return;
      const isTooLong = startMs - startedAtMs > plan.targetMs() + OVER_TARGET_MS;
      if (isTooLong && frame.dtsMs - open.lastDtsMs > HOLE_MS) series.interrupt();
      else {
        series.end(frame.dtsMs);
        if (lane.continues(point)) return series.begin(point, frame.dtsMs, current);
      }
    }
    if (lane.mayBegin(point)) series.begin(point, frame.dtsMs, current);
  }

  const unsubscribe = options.program.subscribe({
    onFormat(next) {
      format = next;
    },
    onFrame,
    onSourceLost() {
      receiving = false;
      series.interrupt();
    },
  });

  return {
    view: () => ({ ...series.view(), format }),
    segment(sequence) {
      const segment = series.find(sequence);
      return segment && !segment.isGap ? segment : null;
    },
    part(sequence, index) {
      const open = series.open()?.shown;
      return (open?.sequence === sequence ? open : series.find(sequence))?.parts[index] ?? null;
    },
    held: series.held,
    totals: series.totals,
    receiving: () => receiving,
    close: unsubscribe,
  };
}
