import { describe, expect, it } from 'vitest';
import { bytesDue, findPacePoints } from './pace.ts';
import { matchPassages } from './passages.ts';
import { createPictureSpotter, keyOfByteStream, keyOfFlvBody } from './picture-key.ts';

const SLICE = Buffer.from(Array.from({ length: 40 }, (_, index) => 0x80 + index));
const idr = Buffer.concat([Buffer.of(0x65), SLICE]);
const sps = Buffer.of(0x67, 0x64, 0x00, 0x28);

/** Builds one transport packet with only the fields that the code under test reads. */
function packet(pid: number, starts: boolean, payload: Buffer, pcr90k?: number): Buffer {
  const clock = pcr90k === undefined ? Buffer.alloc(0) : Buffer.alloc(6);
  if (pcr90k !== undefined) clock.writeUInt32BE(Math.floor(pcr90k / 2));
  const fieldBytes = 184 - payload.length - 1;
  const field = Buffer.alloc(fieldBytes, 0xff);
  field[0] = pcr90k === undefined ? 0 : 0x10;
  clock.copy(field, 1);
  const header = Buffer.of(0x47, (starts ? 0x40 : 0) | (pid >> 8), pid & 0xff, 0x30);
  return Buffer.concat([header, Buffer.of(fieldBytes), field, payload]);
}

describe('the key of a picture', () => {
  it('is the same in a transport stream and in RTMP', () => {
    const start = Buffer.of(0, 0, 0, 1);
    const byteStream = Buffer.concat([start, sps, start.subarray(1), idr]);
    const prefixed = [sps, idr].map((unit) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(unit.length);
      return Buffer.concat([length, unit]);
    });
    const key = keyOfByteStream(byteStream);
    expect(key).not.toBeNull();
    expect(keyOfFlvBody(Buffer.concat([Buffer.alloc(5), ...prefixed]))).toBe(key);
  });

  it('is null without a slice', () => {
    expect(keyOfByteStream(Buffer.concat([Buffer.of(0, 0, 1), sps]))).toBeNull();
    expect(keyOfFlvBody(Buffer.from('1700000000', 'hex'))).toBeNull();
  });
});

it('createPictureSpotter reports a picture at its last packet, however the bytes are split', () => {
  const pes = Buffer.concat([Buffer.from('000001e00000800000', 'hex'), Buffer.of(0, 0, 1), idr]);
  const stream = [packet(256, true, pes), packet(257, false, SLICE), packet(256, false, SLICE), packet(256, true, pes)];
  const seen: number[] = [];
  const spot = createPictureSpotter((_key, atMs) => seen.push(atMs));
  stream.forEach((bytes, index) => {
    spot(bytes.subarray(0, 100), index * 10);
    spot(bytes.subarray(100), index * 10 + 1);
  });
  expect(seen).toEqual([21]);
});

it('matchPassages matches pictures by key, but not with the next round of the clip', () => {
  const from = [1000, 1033, 1066].map((atMs, index) => ({ key: `k${index}`, atMs }));
  const to = [
    { key: 'k2', atMs: 1080 },
    { key: 'k0', atMs: 1007 },
    { key: 'k1', atMs: 11_040 },
  ];
  expect(matchPassages(from, to)).toEqual([7, 14]);
  expect(matchPassages(from, to, 1040)).toEqual([14]);
});

it('bytesDue spreads the bytes between two clock references evenly over their time', () => {
  const clocks = [900, 900 + 9000, 900 + 18_000];
  const stream = Buffer.concat(clocks.flatMap((clock) => [packet(256, true, SLICE, clock), packet(256, false, SLICE)]));
  const points = findPacePoints(stream);
  expect(points).toEqual([0, 1, 2].map((index) => ({ offset: index * 376, atMs: index * 100 })));
  expect([0, 50, 100, 150, 1000].map((ms) => bytesDue(points, ms))).toEqual([0, 188, 376, 564, 752]);
});
