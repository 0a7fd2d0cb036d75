/** The segments of a playlist, finished and open. */
import type { ProgramFormat } from '../program.ts';

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
