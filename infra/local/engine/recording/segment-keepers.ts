/**
 * Keeps the segments that a package channel makes anyway, while something is recorded. Each is written once, as the
 * buffer that the playlist serves; nothing is encoded or copied again. A disk that is too slow costs segments, never
 * memory, and a disk that refuses ends the keeping with a reason.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeepReport, KeepRequest } from '../contract.ts';
import type { EngineLogger } from '../engine-logger.ts';
import type { Segment } from '../hls/segments.ts';
import { keptFolder, keptName, UNFINISHED } from './kept-segments.ts';

/** Bytes that may wait for the disk. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;

/** Returns the finished segments that a package still has, by rendition. */
export type HeldSegments = () => { rendition: string; segments: readonly Segment[] }[];

/** What one package channel hands its segments to. */
export interface SegmentKeeper {
  /** Offers the segments from before keeping began. Returns the function that ends the connection. */
  attach(held: HeldSegments): () => void;
  add(rendition: string, segment: Segment): void;
}

export interface SegmentKeepers {
  of(packageChannelId: string): SegmentKeeper;
  /** Keeps what ends after a time; null stops. Repeating it changes nothing. */
  set(packageChannelId: string, keep: KeepRequest | null): void;
  report(): KeepReport[];
  /** Waits until everything is written. */
  close(): Promise<void>;
}

/** How a segment reaches the disk. */
export type WriteSegment = (path: string, data: Buffer) => Promise<void>;

interface Keeping {
  request: KeepRequest | null;
  error: string | null;
  held: Set<HeldSegments>;
  waitingBytes: number;
  droppedSegments: number;
  /** Renditions whose next segment follows on what was kept before in this run. */
  continued: Set<string>;
  /** How often keeping was stopped. */
  stops: number;
  done: Promise<void>;
}

/** Creates keepers that keep nothing. */
export function createSegmentKeepers(options: {
  logger: EngineLogger;
  onChange: () => void;
  write?: WriteSegment;
}): SegmentKeepers {
  const { logger, onChange, write = writeSegment } = options;
  const keepings = new Map<string, Keeping>();

  function keepingOf(packageChannelId: string): Keeping {
    const found = keepings.get(packageChannelId) ?? makeKeeping();
    keepings.set(packageChannelId, found);
    return found;
  }

  function add(packageChannelId: string, rendition: string, segment: Segment): void {
    const keeping = keepingOf(packageChannelId);
    const { request } = keeping;
    if (!request || keeping.error !== null || segment.isGap) return;
    if (segment.startedAtMs + segment.durationMs <= request.fromMs) return;
    const isFirst = !keeping.continued.has(rendition);
    const name = join(rendition, keptName({ ...segment, isDiscontinuity: segment.discontinuity || isFirst }));
    if (keeping.waitingBytes + segment.data.length > WAITING_BYTES_MAX) {
      keeping.droppedSegments += 1;
      keeping.continued.delete(rendition);
      if (keeping.droppedSegments === 1) logger.warn('the disk is too slow to record: segments are lost');
      return;
    }
    keeping.continued.add(rendition);
    keeping.waitingBytes += segment.data.length;
    const path = join(keptFolder(request.directory, packageChannelId), name);
    const { stops } = keeping;
    keeping.done = keeping.done.then(async () => {
      try {
        if (keeping.error === null) await write(path, segment.data);
      } catch (error) {
        // What was kept before is being deleted, also under a write's hands: that is no error of a later request.
        if (keeping.stops !== stops) return;
        keeping.error = (error as NodeJS.ErrnoException).code ?? 'unknown';
        logger.error('a segment could not be recorded', { code: keeping.error });
        onChange();
      } finally {
        keeping.waitingBytes -= segment.data.length;
      }
    });
  }

  return {
    of: (packageChannelId) => ({
      attach(held) {
        const keeping = keepingOf(packageChannelId);
        keeping.held.add(held);
        // Another run of the channel has another beginning.
        keeping.continued.clear();
        return () => void keeping.held.delete(held);
      },
      add: (rendition, segment) => add(packageChannelId, rendition, segment),
    }),
    set(packageChannelId, request) {
      const keeping = keepingOf(packageChannelId);
      const isNew = keeping.request === null && request !== null;
      keeping.request = request;
      if (request === null) {
        keeping.error = null;
        keeping.stops += 1;
        keeping.continued.clear();
      }
      if (!isNew) return;
      for (const held of keeping.held) {
        for (const { rendition, segments } of held()) {
          for (const segment of segments) add(packageChannelId, rendition, segment);
        }
      }
    },
    report: () =>
      [...keepings].flatMap(([packageChannelId, { request, error, droppedSegments }]) =>
        request ? { packageChannelId, error, droppedSegments } : [],
      ),
    async close() {
      await Promise.all([...keepings.values()].map(({ done }) => done));
    },
  };
}

function makeKeeping(): Keeping {
  return {
    request: null,
    error: null,
    held: new Set(),
    waitingBytes: 0,
    droppedSegments: 0,
    continued: new Set(),
    stops: 0,
    done: Promise.resolve(),
  };
}

/** Writes a file under its final name only when it is complete. */
async function writeSegment(path: string, data: Buffer): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  const unfinished = path + UNFINISHED;
  try {
    await writeFile(unfinished, data, { mode: 0o600 });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
}
