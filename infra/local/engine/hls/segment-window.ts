import type { Segment, SegmenterView } from './segments.ts';

/** A playlist is never shorter than three target durations (RFC 8216 6.2.2), nor than this. */
const WINDOW_TARGETS = 3;
const WINDOW_MS_MIN = 6_000;

/** The finished segments: those in the playlist, and those that left it recently. */
export interface SegmentWindow {
  /** Adds a segment, or a gap between segments. */
  add(segment: Segment): void;
  /** Removes old segments from the playlist, and drops those removed for longer than the playlist's duration. */
  slide(): void;
  /** Returns the segments in the playlist and what follows from them. */
  view(): Pick<SegmenterView, 'segments' | 'discontinuitySequence' | 'peakBitrateBps'>;
  find(sequence: number): Segment | undefined;
  /** Returns those in the playlist and those that left it recently. */
  all(): readonly Segment[];
  /** Sets the number of discontinuities before the first segment. */
  beginAfter(discontinuities: number): void;
}

/** @param targetMs returns the target duration */
export function createSegmentWindow(targetMs: () => number): SegmentWindow {
  const kept: Segment[] = [];
  /** Number of kept segments that have left the playlist. */
  let left = 0;
  let discontinuitySequence = 0;

  return {
    add: (segment) => void kept.push(segment),
    slide() {
      const windowMs = Math.max(WINDOW_MS_MIN, WINDOW_TARGETS * targetMs());
      let shownMs = sumDurations(kept.slice(left));
      while (left < kept.length - 1 && shownMs - kept[left]!.durationMs >= windowMs) {
        shownMs -= kept[left]!.durationMs;
        if (kept[left]!.discontinuity) discontinuitySequence += 1;
        left += 1;
      }
      // RFC 8216 6.2.2: its own duration and that of the longest playlist it was in.
      const needed = (segment: Segment) => segment.durationMs + windowMs + targetMs() * 2;
      // Gaps are added all at once, so their durations say nothing about how long older segments were served.
      const servedSince = () => sumDurations(kept.slice(1, left).filter(({ isGap }) => !isGap));
      while (left > 0 && servedSince() > needed(kept[0]!)) {
        kept.shift();
        left -= 1;
      }
    },
    view() {
      const segments = kept.slice(left);
      const bitratesBps = segments.map(({ data, durationMs }) => Math.round((data.length * 8_000) / durationMs));
      return { segments, discontinuitySequence, peakBitrateBps: Math.max(0, ...bitratesBps) };
    },
    all: () => kept,
    find: (sequence) => kept.find((segment) => segment.sequence === sequence),
    beginAfter(discontinuities) {
      discontinuitySequence = discontinuities;
    },
  };
}

function sumDurations(segments: Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.durationMs, 0);
}
