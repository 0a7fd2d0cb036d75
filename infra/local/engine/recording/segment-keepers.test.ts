import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../engine-logger.ts';
import type { Segment } from '../hls/segments.ts';
import { forgetKept, keptFolder, keptName, listKept, UNFINISHED } from './kept-segments.ts';
import { buildRecordingPlaylist } from './recording-playlist.ts';
import { createSegmentKeepers, type WriteSegment } from './segment-keepers.ts';

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'keepers-'))));
afterEach(() => rmSync(directory, { recursive: true }));

const CHANNEL = 'preview';
const RENDITION = 'index_1';
const everything = { startMs: 0, endMs: Infinity };

function segment(number: number, change: Partial<Segment> = {}): Segment {
  const times = { startedAtMs: 1000 * number, durationMs: 1000 };
  const marks = { discontinuity: false, isGap: false, parts: [] };
  return { sequence: number, ...times, ...marks, data: Buffer.from(`segment ${number}`), ...change };
}

function start(write?: WriteSegment) {
  let changes = 0;
  const keepers = createSegmentKeepers({
    logger: silentLogger,
    onChange: () => void (changes += 1),
    ...(write ? { write } : {}),
  });
  const keeper = keepers.of(CHANNEL);
  keepers.set(CHANNEL, { directory, fromMs: 0 });
  return { keepers, keeper, changes: () => changes };
}

const kept = () => readdirSync(join(keptFolder(directory, CHANNEL), RENDITION)).toSorted();

describe('the keepers of segments', () => {
  it('write each segment once, named after its time and length, and none outside the request', async () => {
    const { keepers, keeper } = start();
    keepers.set(CHANNEL, { directory, fromMs: 2000 });
    for (const number of [1, 2, 3]) keeper.add(RENDITION, segment(number));
    keeper.add(RENDITION, segment(4, { isGap: true }));
    keepers.set(CHANNEL, null);
    keeper.add(RENDITION, segment(5));
    await keepers.close();
    expect(kept()).toEqual(['2000-1000d.ts', '3000-1000.ts']);
    expect(readFileSync(join(keptFolder(directory, CHANNEL), RENDITION, '3000-1000.ts'), 'utf8')).toBe('segment 3');
  });

  it('take what the package still has from before the request', async () => {
    const keepers = createSegmentKeepers({ logger: silentLogger, onChange: () => {} });
    const detach = keepers.of(CHANNEL).attach(() => [{ rendition: RENDITION, segments: [segment(1), segment(2)] }]);
    keepers.set(CHANNEL, { directory, fromMs: 1500 });
    await keepers.close();
    expect(kept()).toEqual(['1000-1000d.ts', '2000-1000.ts']);
    detach();
  });

  it.each(['ENOSPC', 'EROFS'])('report %s, write no more, and start again with the next request', async (code) => {
    let writes = 0;
    const { keepers, keeper, changes } = start(async () => {
      writes += 1;
      throw Object.assign(new Error('refused'), { code });
    });
    for (const number of [1, 2, 3]) keeper.add(RENDITION, segment(number));
    await keepers.close();
    keeper.add(RENDITION, segment(4));
    await keepers.close();
    expect([writes, changes()]).toEqual([1, 1]);
    expect(keepers.report()).toEqual([{ packageChannelId: CHANNEL, error: code, droppedSegments: 0 }]);
    keepers.set(CHANNEL, null);
    keepers.set(CHANNEL, { directory, fromMs: 0 });
    expect(keepers.report()[0]!.error).toBeNull();
  });

  it('count no failure of a segment that a request before wanted', async () => {
    const fails: (() => void)[] = [];
    let writes = 0;
    const { keepers, keeper, changes } = start(() => {
      writes += 1;
      return new Promise((_resolve, reject) => fails.push(() => reject(new Error('the file is gone'))));
    });
    keeper.add(RENDITION, segment(1));
    keeper.add(RENDITION, segment(2));
    await new Promise(setImmediate);
    keepers.set(CHANNEL, null);
    keepers.set(CHANNEL, { directory, fromMs: 0 });
    fails[0]!();
    await new Promise(setImmediate);
    fails[1]!();
    await keepers.close();
    expect([writes, changes(), keepers.report()[0]!.error]).toEqual([2, 0, null]);
  });

  it('lose segments rather than memory while the disk is slow, and mark where they continue', async () => {
    const paths: string[] = [];
    const waiting: (() => void)[] = [];
    const { keepers, keeper } = start(
      (path) => new Promise((resolve) => waiting.push(() => resolve(void paths.push(path)))),
    );
    const data = Buffer.alloc(40 * 1024 * 1024);
    keeper.add(RENDITION, segment(1, { data }));
    keeper.add(RENDITION, segment(2, { data }));
    expect(keepers.report()[0]!.droppedSegments).toBe(1);
    keeper.add(RENDITION, segment(3));
    // A write begins when the one before has ended.
    for (let written = 0; written < 2;) {
      await new Promise(setImmediate);
      if (waiting.length > written) waiting[written++]!();
    }
    await keepers.close();
    expect(paths.map((path) => path.slice(path.lastIndexOf('/') + 1))).toEqual(['1000-1000d.ts', '3000-1000d.ts']);
  });
});

describe('the segments on disk', () => {
  async function keep(...segments: Segment[]): Promise<string> {
    const { keepers, keeper } = start();
    for (const each of segments) keeper.add(RENDITION, each);
    await keepers.close();
    return keptFolder(directory, CHANNEL);
  }

  it('are listed in the order of time, with a discontinuity at each gap and none at the beginning', async () => {
    const folder = await keep(segment(1), segment(2), segment(9), segment(10), segment(11, { discontinuity: true }));
    const [rendition] = await listKept(folder, everything);
    const marks = rendition!.segments.map(({ startedAtMs, isDiscontinuity }) => [startedAtMs / 1000, isDiscontinuity]);
    expect(marks).toEqual([[1, false], [2, false], [9, true], [10, false], [11, true]]); // prettier-ignore
    const playlist = buildRecordingPlaylist(
      rendition!.segments.map(({ path: _path, ...each }, index) => ({ ...each, file: `${index}.ts`, bytes: 9 })),
    );
    expect(playlist.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(2);
    expect(playlist).toMatch(/#EXTINF:1\.000,\n4\.ts\n#EXT-X-ENDLIST\n$/);
  });

  it('are listed for a window, whole', async () => {
    const folder = await keep(...[1, 2, 3, 4].map((number) => segment(number)));
    const [rendition] = await listKept(folder, { startMs: 2500, endMs: 3500 });
    expect(rendition!.segments.map(({ startedAtMs }) => startedAtMs)).toEqual([2000, 3000]);
    expect(await listKept(folder, { startMs: 9000, endMs: 9500 })).toEqual([]);
    expect(await listKept(join(directory, 'nothing'), everything)).toEqual([]);
  });

  it('leave out what a crash cut short and foreign files, and forget them with what is old', async () => {
    const folder = await keep(segment(1), segment(2));
    const files = [`${keptName({ ...segment(1), isDiscontinuity: false })}${UNFINISHED}`, 'notes.txt'];
    for (const file of files) writeFileSync(join(folder, RENDITION, file), 'x');
    const [rendition] = await listKept(folder, everything);
    expect(rendition!.segments).toHaveLength(2);
    await forgetKept(folder, 2000);
    expect(kept()).toEqual(['2000-1000.ts']);
  });

  it('are forgotten around one that is being written', async () => {
    const folder = await keep(segment(1), segment(2));
    const writing = `${keptName({ ...segment(2), isDiscontinuity: false })}${UNFINISHED}`;
    writeFileSync(join(folder, RENDITION, writing), 'half');
    await forgetKept(folder, 2000);
    expect(kept()).toEqual(['2000-1000.ts', writing]);
    await forgetKept(folder, 3000);
    expect(kept()).toEqual([]);
  });

  it('are single when an engine kept one again after a restart', async () => {
    const folder = await keep(segment(1), segment(2));
    writeFileSync(join(folder, RENDITION, keptName({ ...segment(2), isDiscontinuity: true })), 'again');
    expect((await listKept(folder, everything))[0]!.segments).toHaveLength(2);
  });
});
