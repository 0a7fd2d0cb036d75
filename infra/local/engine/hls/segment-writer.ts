/** Writes the frames of one program as transport stream packets into the open segment, and divides it into parts. */
import type { Frame, ProgramFormat } from '../program.ts';
import { createGrowingSegment, type GrowingSegment } from './growing-segment.ts';
import { createPartTarget } from './part-target.ts';
import type { OpenSegment } from './segments.ts';
import { createTsMuxer } from './ts-muxer.ts';

const DEFAULT_FRAME_MS = 33;
/** A longer step between two pictures is a pause. */
const FRAME_MS_MAX = 500;

export interface SegmentWriter {
  /** Returns the open segment; null between segments. */
  open(): GrowingSegment | null;
  /** @param options.isKeyframe whether decoding can start with its first frame */
  begin(segment: OpenSegment, options: { format: ProgramFormat; dtsMs: number; isKeyframe: boolean }): void;
  /** Adds a frame to the open segment. No effect without one. */
  add(frame: Frame): void;
  /** Ends the open segment and returns it; null without one. */
  end(endMs: number): GrowingSegment | null;
  /** Returns the duration of one picture. */
  frameMs(): number;
  partTargetMs(): number;
  totals(): { frames: number; bytes: number };
}

/**
 * Creates a writer without a segment.
 * @param options.onPart a part has ended; not called without low latency
 */
export function createSegmentWriter(options: { lowLatency: boolean; onPart: () => void }): SegmentWriter {
  const muxer = createTsMuxer();
  const partTarget = createPartTarget();
  const totals = { frames: 0, bytes: 0 };
  let open: GrowingSegment | null = null;
  let frameMs = DEFAULT_FRAME_MS;

  /** Measures the distance of pictures, and ends a part that another picture would make too long. */
  function advance(segment: GrowingSegment, { dtsMs, keyframe }: Frame): void {
    const step = dtsMs - segment.lastDtsMs;
    if (step > 0 && step < FRAME_MS_MAX) frameMs = step;
    segment.lastDtsMs = dtsMs;
    const partMs = dtsMs - segment.partStartMs();
    if (!options.lowLatency || partMs <= 0 || partMs + frameMs <= partTarget.ms()) return;
    partTarget.note(partMs);
    if (segment.endPart(dtsMs, keyframe || !segment.format.video)) options.onPart();
  }

  return {
    open: () => open,
    begin(segment, { format, dtsMs, isKeyframe }) {
      open = createGrowingSegment(segment, { format, dtsMs, tables: muxer.tables(format), independent: isKeyframe });
    },
    add(frame) {
      if (!open) return;
      const isVideo = frame.kind === 'video';
      if (isVideo || !open.format.video) advance(open, frame);
      const packets = muxer.packetize(frame, open.format);
      open.add(packets);
      totals.frames += isVideo ? 1 : 0;
      totals.bytes += packets.length;
    },
    end(endMs) {
      const ended = open;
      open = null;
      if (!ended) return null;
      if (options.lowLatency && ended.endPart(endMs, false)) options.onPart();
      partTarget.settle(frameMs);
      return ended;
    },
    frameMs: () => frameMs,
    partTargetMs: partTarget.ms,
    totals: () => ({ ...totals }),
  };
}
