/** The segments of one rendition in order: numbered by the plan, with its gaps, interruptions and changes of headers. */
import type { Frame, ProgramFormat } from '../program.ts';
import type { CutLane, CutPlan, CutPoint, MissedSegment } from './cut-plan.ts';
import type { GrowingSegment } from './growing-segment.ts';
import { createSegmentWindow } from './segment-window.ts';
import { createSegmentWriter } from './segment-writer.ts';
import type { Segment, SegmenterView } from './segments.ts';

export interface SegmentSeries {
  /** Returns the open segment; null between segments. */
  open(): GrowingSegment | null;
  /** Opens the next segment. `dtsMs` is the decode time of its first frame. */
  begin(point: CutPoint, dtsMs: number, format: ProgramFormat): void;
  /** Adds a frame to the open segment. No effect without one. */
  add(frame: Frame): void;
  /** Ends the open segment, which is complete. */
  end(endMs: number): void;
  /** Ends the open segment after its newest frame, though it is not complete. */
  breakOff(): void;
  /** Breaks off, and marks the next segment as following an interruption. */
  interrupt(): void;
  /** Returns a finished segment or gap, also one recently removed from the playlist. */
  find(sequence: number): Segment | undefined;
  /** Returns all finished segments that it still has. */
  held(): readonly Segment[];
  view(): Omit<SegmenterView, 'format'>;
  /** Returns the duration of one picture. */
  frameMs(): number;
  totals(): { frames: number; bytes: number };
}

/** Creates a series without a segment. */
export function createSegmentSeries(options: {
  plan: CutPlan;
  lane: CutLane;
  lowLatency: boolean;
  onChange: () => void;
  /** Called with each finished segment. */
  onSegment: (segment: Segment) => void;
}): SegmentSeries {
  const { lane, lowLatency, onChange, onSegment, plan } = options;
  const writer = createSegmentWriter({ lowLatency, onPart: onChange });
  const finished = createSegmentWindow(plan.targetMs);
  let nextSequence = 0;
  /** Format of the newest segment. */
  let lastFormat: ProgramFormat | null = null;
  let isInterruptedNext = false;

  function finish(endMs: number, isInterrupted: boolean): void {
    const done = writer.end(endMs);
    if (!done) return;
    const durationMs = lane.ended(Math.max(1, endMs - done.firstDtsMs), isInterrupted);
    plan.settleTarget(durationMs, isInterrupted);
    const segment = { ...done.shown, durationMs, data: done.data(), isGap: false };
    finished.add(segment);
    onSegment(segment);
    finished.slide();
    onChange();
  }

  function breakOff(): void {
    const open = writer.open();
    if (open) finish(open.lastDtsMs + writer.frameMs(), true);
  }

  return {
    open: writer.open,
    begin(point, dtsMs, format) {
      const isOther = lastFormat !== null && lastFormat !== format;
      const beginning = lane.began(point, { isInterrupted: isInterruptedNext, isOther });
      const { sequence, startMs, isDiscontinuity, missed, discontinuitiesBefore } = beginning;
      if (lastFormat === null) finished.beginAfter(discontinuitiesBefore);
      for (const gap of missed) finished.add(toGap(gap));
      const segment = { sequence, discontinuity: isDiscontinuity, startedAtMs: startMs, parts: [] };
      writer.begin(segment, { format, dtsMs, isKeyframe: point.isKeyframe });
      nextSequence = sequence + 1;
      lastFormat = format;
      isInterruptedNext = false;
    },
    add: writer.add,
    end: (endMs) => finish(endMs, false),
    breakOff,
    interrupt() {
      breakOff();
      isInterruptedNext = true;
    },
    find: finished.find,
    held: finished.all,
    view() {
      const open = writer.open()?.shown ?? null;
      return {
        ...finished.view(),
        open,
        nextSequence: open?.sequence ?? nextSequence,
        targetMs: plan.targetMs(),
        partTargetMs: writer.partTargetMs(),
      };
    },
    frameMs: writer.frameMs,
    totals: writer.totals,
  };
}

function toGap({ sequence, startMs, isDiscontinuity, durationMs }: MissedSegment): Segment {
  const place = { sequence, discontinuity: isDiscontinuity, startedAtMs: startMs };
  return { ...place, durationMs, data: Buffer.alloc(0), parts: [], isGap: true };
}
