/**
 * Cuts one program into transport stream segments in memory, each with the tables first. A segment holds one group of
 * pictures, unless that is shorter than a second or longer than the target. With low latency a segment is also served
 * in parts while it grows.
 */
import type { Frame, Program, ProgramFormat } from '../program.ts';
import type { CutPlan, CutPoint } from './cut-plan.ts';
import { createTsMuxer } from './ts-muxer.ts';

/** A playlist is never shorter than three target durations (RFC 8216 6.2.2), nor than this. */
const WINDOW_TARGETS = 3;
const WINDOW_MS_MIN = 6_000;
/** Longest part with low latency, unless a single picture lasts longer. */
const PART_MS_MAX = 350;
/** Times are rounded to milliseconds. */
const ROUNDING_MS = 2;
const DEFAULT_FRAME_MS = 33;
/** A longer step between two pictures is a pause. */
const FRAME_MS_MAX = 500;
/** A step this long in a segment that exceeds the target duration means lost pictures. */
const HOLE_MS = 1_000;
const OVER_TARGET_MS = 500;
/** A segment that reaches this size is cut at once, to limit the memory. */
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

export interface Part {
  durationMs: number;
  independent: boolean;
  data: Buffer;
}

export interface Segment {
  sequence: number;
  /** The first segment after an interruption or with new headers. */
  discontinuity: boolean;
  /** Program time of its first frame: milliseconds since the epoch. */
  startedAtMs: number;
  durationMs: number;
  data: Buffer;
  parts: Part[];
  /** True for a segment that other renditions have and this one's encoder did not deliver. */
  isGap: boolean;
}

/** The finished parts of the open segment. */
export type OpenSegment = Pick<Segment, 'sequence' | 'discontinuity' | 'startedAtMs' | 'parts'>;

export interface SegmenterView {
  segments: Segment[];
  discontinuitySequence: number;
  open: OpenSegment | null;
  /** Sequence number of the open segment, or of the next one. */
  nextSequence: number;
  targetMs: number;
  partTargetMs: number;
  format: ProgramFormat | null;
  /** Highest bit rate among the segments. */
  peakBitrateBps: number;
}

export interface Segmenter {
  view(): SegmenterView;
  /** Returns a segment, also one recently removed from the playlist. */
  segment(sequence: number): Segment | null;
  part(sequence: number, index: number): Part | null;
  totals(): { frames: number; bytes: number };
  receiving(): boolean;
  close(): void;
}

interface Growing extends OpenSegment {
  firstDtsMs: number;
  format: ProgramFormat;
  chunks: Buffer[];
  bytes: number;
  partFirst: number;
  partStartMs: number;
  partIndependent: boolean;
  lastDtsMs: number;
}

export function createSegmenter(options: {
  program: Program;
  plan: CutPlan;
  lowLatency: boolean;
  onChange: () => void;
}): Segmenter {
  const { plan } = options;
  const lane = plan.addLane();
  const muxer = createTsMuxer();
  const totals = { frames: 0, bytes: 0 };
  let kept: Segment[] = [];
  /** Number of kept segments that have left the playlist. */
  let left = 0;
  let growing: Growing | null = null;
  let format: ProgramFormat | null = null;
  let nextSequence = 0;
  /** Format of the newest segment. */
  let lastFormat: ProgramFormat | null = null;
  let isInterruptedNext = false;
  let discontinuitySequence = 0;
  let partTargetMs: number | null = null;
  let longestPartMs = 0;
  let frameMs = DEFAULT_FRAME_MS;
  let receiving = false;

  function onFrame(frame: Frame): void {
    if (!format) return;
    receiving = true;
    // New sound headers do not apply to this segment; the next one starts with the next keyframe.
    const isAudioOnly = !format.video;
    if (growing && frame.kind === 'audio' && !isAudioOnly && growing.format.audio !== format.audio) return;
    if (frame.kind === 'video' || isAudioOnly) pace(frame, isAudioOnly);
    if (growing) append(growing, frame);
  }

  /** Ends and starts segments. */
  function pace(frame: Frame, isAudioOnly: boolean): void {
    const startMs = frame.dtsMs + frame.compositionOffsetMs;
    const point = { startMs, isKeyframe: isAudioOnly || frame.keyframe, isAudioOnly, frameMs };
    if (growing) {
      const isOther = growing.format !== format && point.isKeyframe;
      if (!isOther && !lane.endsAt(point, growing.startedAtMs)) return;
      const isTooLong = startMs - growing.startedAtMs > plan.targetMs() + OVER_TARGET_MS;
      if (isTooLong && frame.dtsMs - growing.lastDtsMs > HOLE_MS) interrupt();
      else {
        finish(frame.dtsMs, false);
        if (lane.continues(point)) return begin(frame, point);
      }
    }
    if (lane.mayBegin(point)) begin(frame, point);
  }

  function begin(frame: Frame, point: CutPoint): void {
    if (!format) return;
    const isOther = lastFormat !== null && lastFormat !== format;
    const beginning = lane.began(point, { isInterrupted: isInterruptedNext, isOther });
    if (lastFormat === null) discontinuitySequence = beginning.discontinuitiesBefore;
    const { sequence, startMs, isDiscontinuity, missed } = beginning;
    for (const { isDiscontinuity: discontinuity, startMs: startedAtMs, ...gap } of missed)
      kept.push({ ...gap, discontinuity, startedAtMs, data: Buffer.alloc(0), parts: [], isGap: true });
    const tables = muxer.tables(format);
    const { dtsMs } = frame;
    growing = {
      sequence,
      discontinuity: isDiscontinuity,
      startedAtMs: startMs,
      parts: [],
      firstDtsMs: dtsMs,
      format,
      chunks: [tables],
      bytes: tables.length,
      partFirst: 0,
      partStartMs: dtsMs,
      partIndependent: point.isKeyframe,
      lastDtsMs: dtsMs,
    };
    nextSequence = sequence + 1;
    lastFormat = format;
    isInterruptedNext = false;
  }

  function append(segment: Growing, frame: Frame): void {
    if (frame.kind === 'video' || !segment.format.video) {
      const step = frame.dtsMs - segment.lastDtsMs;
      if (step > 0 && step < FRAME_MS_MAX) frameMs = step;
      const isPartFull = frame.dtsMs + frameMs - segment.partStartMs > (partTargetMs ?? PART_MS_MAX);
      if (options.lowLatency && frame.dtsMs > segment.partStartMs && isPartFull) {
        longestPartMs = Math.max(longestPartMs, frame.dtsMs - segment.partStartMs);
        finishPart(segment, frame.dtsMs);
        segment.partIndependent = frame.keyframe || !segment.format.video;
      }
      segment.lastDtsMs = frame.dtsMs;
    }
    const packets = muxer.packetize(frame, segment.format);
    segment.chunks.push(packets);
    segment.bytes += packets.length;
    totals.frames += frame.kind === 'video' ? 1 : 0;
    totals.bytes += packets.length;
    if (segment.bytes > SEGMENT_BYTES_MAX) finish(segment.lastDtsMs + frameMs, true);
  }

  function finishPart(segment: Growing, endMs: number): void {
    const chunks = segment.chunks.slice(segment.partFirst);
    if (chunks.length === 0) return;
    segment.parts.push({
      durationMs: endMs - segment.partStartMs,
      independent: segment.partIndependent,
      data: Buffer.concat(chunks),
    });
    segment.partFirst = segment.chunks.length;
    segment.partStartMs = endMs;
    options.onChange();
  }

  function finish(endMs: number, isInterrupted: boolean): void {
    if (!growing) return;
    const done = growing;
    growing = null;
    if (options.lowLatency) finishPart(done, endMs);
    // Fixed with the first segment, because players may rely on it.
    partTargetMs ??= longestPartMs > 0 ? longestPartMs + ROUNDING_MS : Math.max(PART_MS_MAX, frameMs);
    const { sequence, discontinuity, startedAtMs, parts } = done;
    const durationMs = lane.ended(Math.max(1, endMs - done.firstDtsMs), isInterrupted);
    plan.settleTarget(durationMs, isInterrupted);
    const data = Buffer.concat(done.chunks);
    kept.push({ sequence, discontinuity, startedAtMs, durationMs, parts, data, isGap: false });
    slide();
    options.onChange();
  }

  /** Removes old segments from the playlist, and drops those removed for longer than the playlist's duration. */
  function slide(): void {
    const windowMs = Math.max(WINDOW_MS_MIN, WINDOW_TARGETS * plan.targetMs());
    let shownMs = sumDurations(kept.slice(left));
    while (left < kept.length - 1 && shownMs - kept[left]!.durationMs >= windowMs) {
      shownMs -= kept[left]!.durationMs;
      if (kept[left]!.discontinuity) discontinuitySequence += 1;
      left += 1;
    }
    // RFC 8216 6.2.2: its own duration and that of the longest playlist it was in.
    const needed = (segment: Segment) => segment.durationMs + windowMs + plan.targetMs() * 2;
    // Gaps are added all at once, so their durations say nothing about how long older segments were served.
    const servedSince = () => sumDurations(kept.slice(1, left).filter(({ isGap }) => !isGap));
    while (left > 0 && servedSince() > needed(kept[0]!)) {
      kept.shift();
      left -= 1;
    }
  }

  function interrupt(): void {
    if (growing) finish(growing.lastDtsMs + frameMs, true);
    isInterruptedNext = true;
  }

  const unsubscribe = options.program.subscribe({
    onFormat(next) {
      format = next;
    },
    onFrame,
    onSourceLost() {
      receiving = false;
      interrupt();
    },
  });

  return {
    view() {
      const segments = kept.slice(left);
      const peakBitrateBps = Math.max(
        0,
        ...segments.map((segment) => Math.round((segment.data.length * 8_000) / segment.durationMs)),
      );
      return {
        segments,
        discontinuitySequence,
        open: growing,
        nextSequence: growing?.sequence ?? nextSequence,
        targetMs: plan.targetMs(),
        partTargetMs: partTargetMs ?? PART_MS_MAX,
        format,
        peakBitrateBps,
      };
    },
    segment: (sequence) => kept.find((segment) => segment.sequence === sequence && !segment.isGap) ?? null,
    part(sequence, index) {
      const parts =
        growing?.sequence === sequence ? growing.parts : kept.find((segment) => segment.sequence === sequence)?.parts;
      return parts?.[index] ?? null;
    },
    totals: () => ({ ...totals }),
    receiving: () => receiving,
    close: unsubscribe,
  };
}

function sumDurations(segments: Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.durationMs, 0);
}
