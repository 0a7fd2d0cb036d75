/**
 * Cuts one program into transport stream segments kept in memory: a group of pictures each (at least a second), tables
 * first. With low latency a segment is also handed out in parts while it grows.
 */
import type { Clock } from '../../../clock.ts';
import type { Frame, Program, ProgramFormat } from '../program.ts';
import { createTsMuxer } from './ts-muxer.ts';

/** Segments named in the playlist, and older ones still served to slow players. */
const WINDOW_SEGMENTS = 6;
const KEPT_SEGMENTS = 4;
/** A group of pictures of one second may come out a few milliseconds shorter. */
const SEGMENT_MIN_MS = 900;
const AUDIO_ONLY_SEGMENT_MS = 2_000;
/** Longest part with low latency. */
export const PART_TARGET_MS = 350;
const DEFAULT_FRAME_MS = 33;
/** A group of pictures longer than this is cut into shorter segments where it must: memory is finite. */
const SEGMENT_BYTES_MAX = 64 * 1024 * 1024;

export interface Part {
  durationMs: number;
  independent: boolean;
  data: Buffer;
}

export interface Segment {
  sequence: number;
  /** The first of its kind after an interruption or with new headers. */
  discontinuity: boolean;
  startedAtMs: number;
  durationMs: number;
  data: Buffer;
  parts: Part[];
}

/** A segment still growing: only its finished parts. */
export type OpenSegment = Pick<Segment, 'sequence' | 'discontinuity' | 'startedAtMs' | 'parts'>;

export interface SegmenterView {
  segments: Segment[];
  discontinuitySequence: number;
  open: OpenSegment | null;
  targetMs: number;
  format: ProgramFormat | null;
  /** Highest bit rate among the segments. */
  peakBitrateBps: number;
}

export interface Segmenter {
  view(): SegmenterView;
  /** Also those that have left the playlist lately. */
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
  clock: Clock;
  lowLatency: boolean;
  onChange: () => void;
}): Segmenter {
  const { clock } = options;
  const muxer = createTsMuxer();
  const totals = { frames: 0, bytes: 0 };
  let kept: Segment[] = [];
  let growing: Growing | null = null;
  let format: ProgramFormat | null = null;
  let nextSequence = 0;
  let discontinuityNext = false;
  let discontinuitySequence = 0;
  let wallOffsetMs: number | null = null;
  let targetMs = 1_000;
  let frameMs = DEFAULT_FRAME_MS;
  let receiving = false;

  function onFrame(frame: Frame): void {
    if (!format) return;
    receiving = true;
    const boundary = format.video ? frame.kind === 'video' && frame.keyframe : true;
    const lengthMs = growing ? frame.dtsMs - growing.firstDtsMs : 0;
    const minimumMs = format.video ? SEGMENT_MIN_MS : AUDIO_ONLY_SEGMENT_MS;
    if (growing && boundary && lengthMs >= minimumMs) finish(frame.dtsMs);
    if (!growing) {
      if (!boundary) return;
      begin(frame);
    }
    if (growing) append(growing, frame);
  }

  function begin(frame: Frame): void {
    if (!format) return;
    if (discontinuityNext || wallOffsetMs === null) wallOffsetMs = clock.now() - frame.dtsMs;
    const tables = muxer.tables(format);
    const { dtsMs } = frame;
    growing = {
      sequence: nextSequence,
      discontinuity: discontinuityNext && nextSequence > 0,
      startedAtMs: wallOffsetMs + dtsMs,
      parts: [],
      firstDtsMs: dtsMs,
      format,
      chunks: [tables],
      bytes: tables.length,
      partFirst: 0,
      partStartMs: dtsMs,
      partIndependent: true,
      lastDtsMs: dtsMs,
    };
    nextSequence += 1;
    discontinuityNext = false;
  }

  function append(segment: Growing, frame: Frame): void {
    const paces = frame.kind === 'video' || !segment.format.video;
    if (paces) {
      const step = frame.dtsMs - segment.lastDtsMs;
      if (step > 0 && step < 500) frameMs = step;
      if (
        options.lowLatency &&
        frame.dtsMs > segment.partStartMs &&
        frame.dtsMs + frameMs - segment.partStartMs > PART_TARGET_MS
      ) {
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
    if (segment.bytes > SEGMENT_BYTES_MAX) finish(segment.lastDtsMs + frameMs);
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

  function finish(endMs: number): void {
    if (!growing) return;
    const done = growing;
    growing = null;
    if (options.lowLatency) finishPart(done, endMs);
    const { sequence, discontinuity, startedAtMs, parts } = done;
    const durationMs = Math.max(1, endMs - done.firstDtsMs);
    kept.push({ sequence, discontinuity, startedAtMs, durationMs, parts, data: Buffer.concat(done.chunks) });
    targetMs = Math.max(targetMs, Math.round(durationMs / 1000) * 1000);
    const leaving = kept.at(-WINDOW_SEGMENTS - 1);
    if (leaving?.discontinuity) discontinuitySequence += 1;
    kept = kept.slice(-WINDOW_SEGMENTS - KEPT_SEGMENTS);
    options.onChange();
  }

  function interrupt(): void {
    if (growing) finish(growing.lastDtsMs + frameMs);
    discontinuityNext = true;
  }

  const unsubscribe = options.program.subscribe({
    onFormat(next) {
      if (format) interrupt();
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
      const segments = kept.slice(-WINDOW_SEGMENTS);
      const peakBitrateBps = Math.max(
        0,
        ...segments.map((segment) => Math.round((segment.data.length * 8_000) / segment.durationMs)),
      );
      return { segments, discontinuitySequence, open: growing, targetMs, format, peakBitrateBps };
    },
    segment: (sequence) => kept.find((segment) => segment.sequence === sequence) ?? null,
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
