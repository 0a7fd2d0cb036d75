/**
 * Tests ten minutes of unusual sources against RFC 8216: an independent strict parser reads each playlist, and each is
 * compared with the previous one, as a player does.
 */
import HLS from 'hls-parser';
import { beforeAll, expect, it } from 'vitest';

import { silentLogger } from '../engine-logger.ts';
import { createFrameHub, type FrameHub } from '../frame-hub.ts';
import { makeAudioFrame, makeManualClock, makeVideoFrame, type ManualClock } from '../../../../test/support/rtmp.ts';
import { SAMPLE_FORMAT } from '../../../../test/support/test-media.ts';
import { createHlsPackage, type HlsPackage } from './hls-package.ts';

type MediaPlaylist = HLS.types.MediaPlaylist;

beforeAll(() => HLS.setOptions({ strictMode: true }));

const MINUTES = 10;
const LOOK_MS = 1_000;

/** The behaviour of a source; times are seconds into the run. */
interface OddSource {
  framesPerSecond?: number;
  /** Returns whether the picture with this number, at this second, is a keyframe. */
  isKeyframe(index: number, second: number): boolean;
  /** Returns whether the source is lost. */
  isLost?(second: number): boolean;
  hasSound?(second: number): boolean;
  isAudioOnly?: boolean;
}

/** Selects every n-th picture. */
const every = (pictures: number) => (index: number) => index % pictures === 0;
/** Selects pictures pseudo-randomly, the same ones on every run. */
function randomly(least: number, most: number): (index: number) => boolean {
  let seed = 5;
  let next = 0;
  return (index) => {
    if (index < next) return false;
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    next = index + least + ((seed >> 8) % (most - least));
    return true;
  };
}

const SOURCES: Record<string, () => OddSource> = {
  'groups of one second': () => ({ isKeyframe: every(15) }),
  'groups of 0.93 s': () => ({ isKeyframe: every(14) }),
  'groups of 0.4 s': () => ({ isKeyframe: every(6) }),
  'groups of 2.002 s at 29.97 pictures': () => ({ framesPerSecond: 30_000 / 1001, isKeyframe: every(60) }),
  'groups of ten seconds': () => ({ isKeyframe: every(150) }),
  'a single keyframe': () => ({ isKeyframe: (index) => index === 0 }),
  'groups of two seconds, then of ten, then of one': () => ({
    isKeyframe: (index, second) => index % (second < 120 ? 30 : second < 300 ? 150 : 15) === 0,
  }),
  'keyframes wherever the scene changes': () => ({ isKeyframe: randomly(3, 84) }),
  'two pictures a second': () => ({ framesPerSecond: 2, isKeyframe: every(4) }),
  'a line that breaks every forty seconds': () => ({ isKeyframe: every(30), isLost: (second) => second % 40 > 33 }),
  'a line that breaks within the first group': () => ({
    isKeyframe: every(30),
    isLost: (second) => second > 0.5 && second < 9,
  }),
  'sound that comes and goes in the middle of long groups': () => ({
    isKeyframe: every(120),
    hasSound: (second) => Math.floor(second / 17) % 2 === 0,
  }),
};
const SOUND_ALONE: OddSource = { framesPerSecond: 50, isKeyframe: every(1), isAudioOnly: true };

interface Rendition {
  hub: FrameHub;
  /** Its lag behind the source, as with an encoder. */
  lagMs: number;
  /** It keeps one of this many pictures of the source. */
  keeps: number;
  /** Its encoder gives nothing at that second of the source. */
  isBroken?: (second: number) => boolean;
}

type RenditionSettings = Omit<Rendition, 'hub'>;

/** Plays a source to a package and hands out what a player sees every second. */
async function play(
  source: OddSource,
  options: { lowLatency: boolean; renditions: RenditionSettings[] },
  look: (hls: HlsPackage, clock: ManualClock, second: number) => Promise<void>,
): Promise<HlsPackage> {
  const clock = makeManualClock();
  const renditions: Rendition[] = options.renditions.map((rendition) => ({
    ...rendition,
    hub: createFrameHub({ logger: silentLogger }),
  }));
  const hls = createHlsPackage({
    keeper: { attach: () => () => {}, add: () => {} },
    programs: renditions.map(({ hub }) => hub.program),
    clock,
    lowLatency: options.lowLatency,
    onChange() {},
  });
  const frameMs = 1_000 / (source.framesPerSecond ?? 15);
  const startMs = clock.now();
  const queues: (() => void)[][] = renditions.map(() => []);
  const dues: number[][] = renditions.map(() => []);
  let hadSound: boolean | null = null;
  let wasLost = false;
  let nextLookMs = 0;
  for (let index = 0; index * frameMs < MINUTES * 60_000; index += 1) {
    const second = (index * frameMs) / 1_000;
    const dtsMs = startMs + Math.round(index * frameMs);
    const isLost = source.isLost?.(second) ?? false;
    const hasSound = source.hasSound?.(second) ?? true;
    const isKeyframe = source.isKeyframe(index, second);
    renditions.forEach(({ hub, lagMs, keeps, isBroken }, lane) => {
      const later = (action: () => void) => {
        queues[lane]!.push(action);
        dues[lane]!.push(dtsMs + lagMs);
      };
      if (isLost !== wasLost && isLost) later(() => hub.sourceLost());
      if (hasSound !== hadSound)
        later(() =>
          hub.setFormat({
            video: source.isAudioOnly ? null : SAMPLE_FORMAT.video,
            audio: hasSound ? { ...SAMPLE_FORMAT.audio! } : null,
          }),
        );
      if (isLost || isBroken?.(second)) return;
      if (!source.isAudioOnly && (index % keeps === 0 || isKeyframe))
        later(() => hub.push(makeVideoFrame(dtsMs, isKeyframe, 60)));
      if (hasSound) later(() => hub.push(makeAudioFrame(dtsMs + 3)));
    });
    wasLost = isLost;
    hadSound = hasSound;
    clock.advance(dtsMs + frameMs - clock.now());
    queues.forEach((queue, lane) => {
      while (queue.length > 0 && dues[lane]![0]! <= clock.now()) {
        dues[lane]!.shift();
        queue.shift()!();
      }
    });
    if (index * frameMs < nextLookMs) continue;
    nextLookMs += LOOK_MS;
    await look(hls, clock, second);
  }
  return hls;
}

/** Compares two successive versions of one live playlist (RFC 8216 6.2.1 and 6.2.2). */
function compare(before: MediaPlaylist | null, after: MediaPlaylist): void {
  if (!before) return;
  expect(after.targetDuration).toBe(before.targetDuration);
  expect(after.partTargetDuration).toBe(before.partTargetDuration);
  expect(after.mediaSequenceBase).toBeGreaterThanOrEqual(before.mediaSequenceBase!);
  expect(after.discontinuitySequenceBase).toBeGreaterThanOrEqual(before.discontinuitySequenceBase!);
  const whole = ({ segments }: MediaPlaylist) => segments.filter(({ uri }) => uri);
  const known = new Map(whole(after).map((segment) => [segment.mediaSequenceNumber, segment]));
  for (const segment of whole(before)) {
    const same = known.get(segment.mediaSequenceNumber);
    if (!same) continue;
    const { uri, duration, discontinuity, programDateTime } = same;
    expect({ uri, duration, discontinuity, programDateTime }).toEqual({
      uri: segment.uri,
      duration: segment.duration,
      discontinuity: segment.discontinuity,
      programDateTime: segment.programDateTime,
    });
  }
  const total = (segments: MediaPlaylist['segments'][number][]) =>
    segments.reduce((sum, each) => sum + each.duration, 0);
  const hasLeft = after.mediaSequenceBase! > before.mediaSequenceBase!;
  if (hasLeft) expect(total(whole(after))).toBeGreaterThanOrEqual(3 * after.targetDuration - 0.001);
  const removed = whole(before).filter((segment) => segment.mediaSequenceNumber < after.mediaSequenceBase!);
  const discontinuities = removed.filter((segment) => segment.discontinuity).length;
  if (removed.length === after.mediaSequenceBase! - before.mediaSequenceBase!)
    expect(after.discontinuitySequenceBase! - before.discontinuitySequenceBase!).toBe(discontinuities);
}

/** Watches every rendition for ten minutes. @returns what is known of its segments, by number */
async function watch(source: OddSource, options: { lowLatency: boolean; renditions: RenditionSettings[] }) {
  const lanes = options.renditions.map((_, index) => ({
    name: `index_${index + 1}.m3u8`,
    newest: null as MediaPlaylist | null,
    starts: new Map<number, number>(),
    /** How many discontinuities there are up to and with a segment. */
    discontinuities: new Map<number, number>(),
    gaps: new Set<number>(),
  }));
  const shownUntil = new Map<string, number>();
  await play(source, options, async (hls, clock) => {
    for (const lane of lanes) {
      const { status, body } = await hls.fetch(lane.name);
      if (status !== 200) continue;
      const playlist = HLS.parse(String(body)) as MediaPlaylist;
      expect(playlist.endlist).toBe(false);
      compare(lane.newest, playlist);
      lane.newest = playlist;
      const playlistMs = playlist.segments.reduce((sum, { duration }) => sum + (duration || 0), 0) * 1_000;
      let discontinuities = playlist.discontinuitySequenceBase!;
      for (const segment of playlist.segments) {
        const { uri, duration, mediaSequenceNumber, programDateTime, gap } = segment;
        if (!uri) continue;
        if (segment.discontinuity) discontinuities += 1;
        lane.discontinuities.set(mediaSequenceNumber, discontinuities);
        if (gap) lane.gaps.add(mediaSequenceNumber);
        if (gap) continue;
        lane.starts.set(mediaSequenceNumber, programDateTime!.getTime());
        shownUntil.set(uri, clock.now() + duration * 1_000 + playlistMs);
      }
    }
    // RFC 8216 6.2.2: a removed segment stays available for its own duration plus that of the playlist.
    for (const [uri, untilMs] of shownUntil) {
      if (untilMs - LOOK_MS > clock.now()) continue;
      shownUntil.delete(uri);
      const isServed = untilMs <= clock.now() || (await hls.fetch(uri)).status === 200;
      expect(isServed, uri).toBe(true);
    }
  });
  for (const { newest } of lanes) expect(newest!.segments.length).toBeGreaterThanOrEqual(3);
  return lanes;
}

/** RFC 8216 6.2.4, and that one number stands for one time. */
function compareRenditions([first, ...others]: Awaited<ReturnType<typeof watch>>, apartMs: number): void {
  for (const other of others) {
    const shared = [...other.starts.keys()].filter((number) => first!.starts.has(number));
    expect(shared.length).toBeGreaterThan(first!.starts.size * 0.85);
    for (const number of shared) {
      const apart = Math.abs(other.starts.get(number)! - first!.starts.get(number)!);
      expect(apart, `segment ${number}`).toBeLessThanOrEqual(apartMs);
      expect(other.discontinuities.get(number), `segment ${number}`).toBe(first!.discontinuities.get(number));
    }
  }
}

const LADDER = [
  { lagMs: 0, keeps: 1 },
  { lagMs: 640, keeps: 2 },
  { lagMs: 1_900, keeps: 1 },
];

it.each(Object.entries(SOURCES))(
  'conforms to RFC 8216 over ten minutes of %s, and cuts all renditions at the same times',
  async (_name, make) => {
    const source = make();
    const lanes = await watch(source, { lowLatency: false, renditions: LADDER });
    expect(lanes[0]!.starts.size).toBeGreaterThan(100);
    // One picture of the slower rendition.
    compareRenditions(lanes, 2_000 / (source.framesPerSecond ?? 15));
  },
);

it('names as gaps what a rendition lacks while its encoder is replaced, and numbers the others as before', async () => {
  const isBroken = (second: number) => second % 50 > 40.3 && second % 50 < 44.6;
  const renditions = LADDER.map((rendition, lane) => (lane === 1 ? { ...rendition, isBroken } : rendition));
  const lanes = await watch({ isKeyframe: every(15) }, { lowLatency: false, renditions });
  compareRenditions(lanes, 134);
  expect(lanes.map(({ gaps }) => gaps.size > 20)).toEqual([false, true, false]);
  expect([...lanes[1]!.discontinuities.values()].at(-1)).toBe(0);
});

it.each(Object.entries(SOURCES))(
  'conforms to RFC 8216bis with low latency over ten minutes of %s',
  async (_name, make) => {
    const [lane] = await watch(make(), { lowLatency: true, renditions: LADDER.slice(0, 1) });
    expect(lane!.starts.size).toBeGreaterThan(50);
  },
);

it.each([false, true])('keeps to RFC 8216 over ten minutes of sound alone, with low latency %s', async (lowLatency) => {
  const [lane] = await watch(SOUND_ALONE, { lowLatency, renditions: LADDER.slice(0, 1) });
  expect(lane!.starts.size).toBeGreaterThan(50);
});

it('names the next part while the source is lost, and serves it when the source returns', async () => {
  let answer: Promise<number> | null = null;
  const source = { isKeyframe: every(15), isLost: (second: number) => second > 20 && second < 21.5 };
  await play(source, { lowLatency: true, renditions: [{ lagMs: 0, keeps: 1 }] }, async (hls, _clock, second) => {
    if (second < 20.6 || second > 21.4 || answer) return;
    const text = String((await hls.fetch('index_1.m3u8')).body);
    const [, uri] = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="(index_1_\d+\.0\.ts)"/.exec(text)!;
    answer = hls.fetch(uri!).then(({ status }) => status);
  });
  expect(await answer).toBe(200);
});
