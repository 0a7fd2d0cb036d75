import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecordingDisk } from '../../../functions/api/api-deps.ts';
import { getRecordingSettings } from '../../../functions/aws/recording-table.ts';
import type { EndReason, Recording } from '../../../functions/domain/recording.ts';
import {
  listUnfinished,
  stopRecording,
  usedBytes,
  type RecordingDeps,
} from '../../../functions/workflow/recordings.ts';
import type { MediaEngine } from '../engine/contract.ts';
import { forgetKept, keptFolder } from '../engine/recording/kept-segments.ts';

/**
 * Stands in for MediaPackage's startover window, which on AWS always keeps media: here the engine keeps segments only
 * while something is recorded. It also ends recordings that the disk has no space for.
 */
export interface Recorder {
  /** Follows the records. Call it about once a second. */
  tick(): Promise<void>;
  /** Returns the disk as it was last read; null before that. */
  disk(): RecordingDisk | null;
}

/** Returns the free bytes of the disk with a folder. */
export type ReadSpace = (folder: string) => Promise<number>;

/** How often the space is measured, in ticks. */
const MEASURED_EVERY = 10;
const WARNING_RESERVES = 2;
const NO_SPACE = ['ENOSPC', 'EDQUOT'];

/** Creates the recorder. @param options.reserveBytes free space that recordings leave on the disk */
export function createRecorder(options: {
  deps: RecordingDeps;
  engine: MediaEngine;
  packageChannelId: string;
  /** Gets the segments. */
  directory: string;
  /** A folder on the disk to watch; it exists. */
  dataDirectory: string;
  reserveBytes: number;
  readSpace?: ReadSpace;
}): Recorder {
  const { dataDirectory, deps, directory, engine, packageChannelId, reserveBytes } = options;
  const { readSpace = readFreeBytes } = options;
  const folder = keptFolder(directory, packageChannelId);
  let disk: RecordingDisk | null = null;
  /** From when segments are kept; null: none are; undefined before the first tick. */
  let keptFromMs: number | null | undefined;
  let ticks = 0;

  async function follow(unfinished: readonly Recording[]): Promise<void> {
    const starts = unfinished.map(({ startedAt }) => Date.parse(startedAt));
    const fromMs = starts.length === 0 ? null : Math.min(...starts);
    if (fromMs === keptFromMs) return;
    await engine.keepSegments(packageChannelId, fromMs === null ? null : { directory, fromMs });
    keptFromMs = fromMs;
    await forgetKept(folder, fromMs ?? Infinity);
  }

  async function measure(): Promise<void> {
    const freeBytes = await readSpace(dataDirectory);
    disk = { freeBytes, isLow: freeBytes < reserveBytes * WARNING_RESERVES, isFull: freeBytes < reserveBytes };
  }

  /** Returns why nothing more can be recorded; null while it can. */
  async function obstacle(): Promise<EndReason | null> {
    const keeping = engine.report().keeping?.find((each) => each.packageChannelId === packageChannelId);
    const error = keeping?.error ?? null;
    if (disk?.isFull || (error !== null && NO_SPACE.includes(error))) return 'disk_full';
    if (error !== null) return 'disk_failed';
    if (ticks % MEASURED_EVERY !== 0) return null;
    const { limitBytes } = await getRecordingSettings(deps);
    if (limitBytes === null) return null;
    return (await usedBytes(deps)) + (await sizeOf(folder)) >= limitBytes ? 'space_limit' : null;
  }

  return {
    disk: () => disk,
    async tick() {
      if (ticks % MEASURED_EVERY === 0) await measure();
      const unfinished = await listUnfinished(deps);
      await follow(unfinished);
      const running = unfinished.filter(({ state }) => state === 'recording');
      const reason = running.length === 0 ? null : await obstacle();
      ticks += 1;
      if (reason === null) return;
      for (const { recordingId } of running) {
        deps.logger.error('a recording was ended', { recordingId, reason });
        await stopRecording(deps, recordingId, { reason });
      }
    },
  };
}

async function readFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  }
  return bytes;
}
