import { beforeEach, expect, it } from 'vitest';

import { PACKET_BYTES } from '../transport-stream/demuxer.ts';
import { writePes } from '../transport-stream/packet-writer.ts';
import type { Group } from '../transport-stream/raw-cache.ts';
import { createAnalysisFeed, type AnalysisFeed } from './analysis-feed.ts';

const PICTURES = 0x100;
const SOUND = 0x101;
const NULLS = 0x1fff;

let nowMs: number;
let written: Buffer[];
let feed: AnalysisFeed;

beforeEach(() => {
  nowMs = 1_000;
  written = [];
  feed = makeFeed(0x1b);
});

const makeFeed = (videoType: number) =>
  createAnalysisFeed({
    clock: { now: () => nowMs, after: () => () => {} },
    videoType,
    write: (bytes) => written.push(bytes),
  });

function pes(pid: number, bytes: number): Buffer {
  const kind = pid === SOUND ? ('audio' as const) : ('video' as const);
  const payload = Buffer.alloc(bytes, pid);
  const times = { pts: 0, dts: null, clock: null };
  return writePes({ ...times, pid, kind, payload, randomAccess: false, isDiscontinuous: false }, () => 3);
}

const group = (...chunks: Buffer[]): Group => ({ dtsMs: 0, ptsMs: 0, headers: Buffer.alloc(0), chunks });

/** Lists the packets that were written, without the padding in front. */
function packets(): { pid: number; starts: boolean; counter: number; data: Buffer }[] {
  const all = Buffer.concat(written);
  return Array.from({ length: all.length / PACKET_BYTES }, (_, index) => {
    const data = all.subarray(index * PACKET_BYTES, (index + 1) * PACKET_BYTES);
    return {
      pid: data.readUInt16BE(1) & 0x1fff,
      starts: (data[1]! & 0x40) !== 0,
      counter: data[3]! & 15,
      data,
    };
  }).filter(({ pid }) => pid !== NULLS);
}

it('a keyframe is handed on at once, without the pictures after it, and closed by two delimiters', () => {
  const keyframe = pes(PICTURES, 1_000);
  feed.keyframe(
    group(keyframe.subarray(0, PACKET_BYTES), pes(SOUND, 10), keyframe.subarray(PACKET_BYTES), pes(PICTURES, 9)),
  );
  const found = packets();
  const count = keyframe.length / PACKET_BYTES;
  expect(found.map(({ pid }) => pid)).toEqual(Array(count + 2).fill(PICTURES));
  expect(found.map(({ starts }) => starts)).toEqual([true, ...Array(count - 1).fill(false), true, true]);
  expect(found.at(-1)!.data.subarray(-6)).toEqual(Buffer.from([0, 0, 0, 1, 0x09, 0xf0]));
});

it('the packets of keyframes are numbered without gaps, and the source’s own packets stay as they are', () => {
  const keyframe = pes(PICTURES, 600);
  const before = Buffer.from(keyframe);
  for (let second = 0; second < 5; second += 1) {
    feed.keyframe(group(keyframe));
    nowMs += 1_000;
  }
  expect(packets().map(({ counter }) => counter)).toEqual(packets().map((_, index) => index % 16));
  expect(keyframe).toEqual(before);
});

it('of a source with only keyframes, one a second is analysed', () => {
  for (let frame = 0; frame < 90; frame += 1) {
    feed.keyframe(group(pes(PICTURES, 10)));
    nowMs += 33;
  }
  expect(packets().filter(({ starts }) => starts).length / 3).toBe(4);
});

it('sound is handed on twice a second, and pictures between keyframes never', () => {
  for (let step = 0; step < 200; step += 1) {
    feed.packets(Buffer.concat([pes(PICTURES, 500), pes(SOUND, 100)]));
    nowMs += 10;
  }
  expect(new Set(packets().map(({ pid }) => pid))).toEqual(new Set([SOUND]));
  expect(written.length).toBe(3);
});

it('a codec without a known delimiter gets none', () => {
  feed = makeFeed(0x02);
  feed.keyframe(group(pes(PICTURES, 10), pes(PICTURES, 10)));
  expect(packets()).toHaveLength(1);
});
