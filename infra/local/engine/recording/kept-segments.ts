/**
 * Segments that are kept on disk while something is recorded. A segment's name holds all that a playlist says about it,
 * and a file gets its name when it is complete. So there is no list that a crash could damage: whatever is named can be
 * played.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Milliseconds of program time, and whether the segment follows an interruption. */
export interface KeptSegment {
  startedAtMs: number;
  durationMs: number;
  isDiscontinuity: boolean;
}

export interface KeptFile extends KeptSegment {
  path: string;
}

export interface KeptRendition {
  /** `index_1` is the one to prefer. */
  name: string;
  /** In the order of time. */
  segments: KeptFile[];
}

/** Ends the name of a file that is being written. */
export const UNFINISHED = '.part';
const NAME = /^(\d{1,15})-(\d{1,9})(d?)\.ts$/;
const RENDITION = /^index_\d+$/;
/** Segments that begin this much after the end of the one before follow a gap. */
const GAP_MS = 500;

/** Returns the name of a segment's file. */
export function keptName({ startedAtMs, durationMs, isDiscontinuity }: KeptSegment): string {
  return `${Math.round(startedAtMs)}-${Math.round(durationMs)}${isDiscontinuity ? 'd' : ''}.ts`;
}

/** Returns the folder with one package channel's segments. */
export function keptFolder(directory: string, packageChannelId: string): string {
  return join(directory, packageChannelId);
}

/** Lists the renditions with the segments that overlap a window. The first segment of each is no discontinuity. */
export async function listKept(
  folder: string,
  { startMs, endMs }: { startMs: number; endMs: number },
): Promise<KeptRendition[]> {
  const names = (await readNames(folder)).filter((name) => RENDITION.test(name));
  const renditions = await Promise.all(
    names.map(async (name) => {
      const found = (await readFiles(join(folder, name))).filter(
        (file) => file.startedAtMs < endMs && file.startedAtMs + file.durationMs > startMs,
      );
      return { name, segments: withGaps(found) };
    }),
  );
  return renditions
    .filter(({ segments }) => segments.length > 0)
    .toSorted((one, other) => one.name.localeCompare(other.name, 'en', { numeric: true }));
}

/**
 * Deletes the segments that ended before a time, finished or not, and foreign files. An unfinished segment of a later time
 * stays, because the engine may be writing it.
 */
export async function forgetKept(folder: string, beforeMs: number): Promise<void> {
  for (const name of await readNames(folder)) {
    for (const file of await readNames(join(folder, name))) {
      const segment = parse(file.endsWith(UNFINISHED) ? file.slice(0, -UNFINISHED.length) : file);
      const isOld = segment ? segment.startedAtMs + segment.durationMs <= beforeMs : true;
      if (isOld) await rm(join(folder, name, file), { force: true });
    }
  }
}

function withGaps(files: KeptFile[]): KeptFile[] {
  const sorted = files.toSorted((one, other) => one.startedAtMs - other.startedAtMs);
  // A segment that was kept twice has two names when only one of them marks a beginning.
  const single = sorted.filter(({ startedAtMs }, index) => startedAtMs !== sorted[index - 1]?.startedAtMs);
  return single.map((file, index) => {
    const before = single[index - 1];
    if (!before) return { ...file, isDiscontinuity: false };
    const apartMs = file.startedAtMs - (before.startedAtMs + before.durationMs);
    return { ...file, isDiscontinuity: file.isDiscontinuity || Math.abs(apartMs) > GAP_MS };
  });
}

async function readFiles(folder: string): Promise<KeptFile[]> {
  return (await readNames(folder)).flatMap((file) => {
    const segment = parse(file);
    return segment ? { ...segment, path: join(folder, file) } : [];
  });
}

function parse(file: string): KeptSegment | null {
  const match = NAME.exec(file);
  if (!match) return null;
  return { startedAtMs: Number(match[1]), durationMs: Number(match[2]), isDiscontinuity: match[3] === 'd' };
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
