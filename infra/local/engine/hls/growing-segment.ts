import type { ProgramFormat } from '../program.ts';
import type { OpenSegment } from './segments.ts';

/** A segment that still receives packets. */
export interface GrowingSegment {
  /** What the playlist shows of it. */
  shown: OpenSegment;
  format: ProgramFormat;
  firstDtsMs: number;
  /** Decode time of its newest picture; of its newest sound without pictures. */
  lastDtsMs: number;
  /** Decode time at which the growing part begins. */
  partStartMs(): number;
  add(packets: Buffer): void;
  /**
   * Ends the growing part. Returns whether there was one.
   * @param nextIsIndependent whether decoding can start with the next part
   */
  endPart(endMs: number, nextIsIndependent: boolean): boolean;
  bytes(): number;
  /** Returns all its packets. */
  data(): Buffer;
}

/**
 * Starts a segment.
 * @param beginning.tables the packets that it begins with
 * @param beginning.independent whether decoding can start with it
 */
export function createGrowingSegment(
  shown: OpenSegment,
  beginning: { format: ProgramFormat; dtsMs: number; tables: Buffer; independent: boolean },
): GrowingSegment {
  const { format, dtsMs, tables } = beginning;
  const chunks = [tables];
  let bytes = tables.length;
  /** Index of the growing part's first chunk. */
  let partFirst = 0;
  let partStartMs = dtsMs;
  let { independent } = beginning;

  return {
    ...{ shown, format, firstDtsMs: dtsMs, lastDtsMs: dtsMs },
    partStartMs: () => partStartMs,
    add(packets) {
      chunks.push(packets);
      bytes += packets.length;
    },
    endPart(endMs, nextIsIndependent) {
      if (partFirst === chunks.length) return false;
      const data = Buffer.concat(chunks.slice(partFirst));
      shown.parts.push({ durationMs: endMs - partStartMs, independent, data });
      partFirst = chunks.length;
      partStartMs = endMs;
      independent = nextIsIndependent;
      return true;
    },
    bytes: () => bytes,
    data: () => Buffer.concat(chunks),
  };
}
