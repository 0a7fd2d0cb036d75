import { describe, expect, it } from 'vitest';
import { PACKET_BYTES } from './packet.ts';
import { writePes } from './packet-writer.ts';
import { readTime } from './pes-time.ts';
import { createTimeSplicer, type Splice } from './time-splicer.ts';

const VIDEO = 0x100;
const AUDIO = 0x101;
const SECOND = 90_000;
const WRAP = 2 ** 33;
const NOTHING = () => 0;

const picture = (ticks: number, clock: number | null = null, next = NOTHING, pts = ticks + 3_000) =>
  writePes(
    {
      pid: VIDEO,
      kind: 'video',
      pts,
      dts: ticks,
      payload: Buffer.alloc(300),
      clock,
      randomAccess: false,
    },
    next,
  );
const sound = (ticks: number) =>
  writePes(
    { pid: AUDIO, kind: 'audio', pts: ticks, dts: null, payload: Buffer.alloc(100), clock: null, randomAccess: false },
    NOTHING,
  );

/** Returns the decode times of the pictures and the times of the sound. */
function read(stream: Buffer): { pictures: number[]; sounds: number[]; packets: number } {
  const times = { pictures: [] as number[], sounds: [] as number[], packets: stream.length / PACKET_BYTES };
  for (let at = 0; at < stream.length; at += PACKET_BYTES) {
    const packet = stream.subarray(at, at + PACKET_BYTES);
    if ((packet[1]! & 0x40) === 0) continue;
    const payload = packet.subarray((packet[3]! & 0x20) !== 0 ? 5 + packet[4]! : 4);
    if (payload[3] === 0xe0) times.pictures.push(readTime(payload, 14));
    else times.sounds.push(readTime(payload, 9));
  }
  return times;
}

const splice = (changes: Partial<Splice> = {}): Splice => ({
  ...{
    offsetTicks: 100 * SECOND,
    keyframeTicks: 101 * SECOND,
    keyframeShownTicks: 101 * SECOND,
    newestTicks: 103 * SECOND,
    newestSoundTicks: 103 * SECOND,
  },
  ...changes,
});

describe('the splice of two streams', () => {
  it('passes bytes unread before the first one', () => {
    const bytes = Buffer.from('not a transport stream');
    expect(createTimeSplicer().push(bytes)).toBe(bytes);
  });

  it('squeezes the pictures before the last delivered time behind it, in order', () => {
    const splicer = createTimeSplicer();
    const until = splicer.begin(splice());
    const at = (seconds: number) => SECOND + seconds * SECOND;
    const steps = Array.from({ length: 120 }, (_, index) => index / 30);
    const { pictures } = read(splicer.push(Buffer.concat(steps.map((seconds) => picture(at(seconds))))));
    expect(pictures[0]).toBe(103 * SECOND + 1_800);
    const distances = pictures.slice(1).map((time, index) => time - pictures[index]!);
    // A millisecond at least, the unit of RTMP.
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(90);
    const first = steps.findIndex((seconds) => 101 * SECOND + seconds * SECOND >= until);
    expect(pictures.slice(first)).toEqual(steps.slice(first).map((seconds) => 101 * SECOND + seconds * SECOND));
    expect(until).toBeLessThan(103.5 * SECOND);
  });

  it('leaves a stream alone that begins after the last delivered time', () => {
    const splicer = createTimeSplicer();
    splicer.begin(splice({ newestTicks: 100.9 * SECOND }));
    expect(read(splicer.push(Buffer.concat([picture(SECOND), picture(1.5 * SECOND)]))).pictures).toEqual([
      101 * SECOND,
      101.5 * SECOND,
    ]);
  });

  it('leaves out the sound that was delivered, packet by packet', () => {
    const splicer = createTimeSplicer();
    splicer.begin(splice());
    const { sounds, packets } = read(splicer.push(Buffer.concat([sound(2.9 * SECOND), sound(3.1 * SECOND)])));
    expect(sounds).toEqual([103.1 * SECOND]);
    expect(packets).toBe(1);
  });

  it('leaves out the pictures of an open group that are shown before its keyframe, and closes up the counters', () => {
    const splicer = createTimeSplicer();
    splicer.begin(splice({ keyframeShownTicks: 101 * SECOND + 9_000, newestTicks: 100 * SECOND }));
    let counter = 14;
    const next = () => counter++ & 15;
    const shown = [9_000, 3_000, 6_000, 18_000, 12_000, 15_000];
    const group = shown.map((ticks, index) => picture(SECOND + index * 3_000, null, next, SECOND + ticks));
    // After half a wrap of the times, a picture seems to be earlier than the keyframe.
    const later = SECOND + 13 * 3_600 * SECOND;
    const all = splicer.push(Buffer.concat([...group, picture(later, null, next, later)]));
    const from = 101 * SECOND;
    expect(read(all).pictures).toEqual([from, from + 9_000, from + 12_000, from + 15_000, from + 13 * 3_600 * SECOND]);
    const counters = Array.from(
      { length: all.length / PACKET_BYTES },
      (_, index) => all[index * PACKET_BYTES + 3]! & 15,
    );
    expect(counters).toEqual(counters.map((_, index) => (14 + index) & 15));
  });

  it('joins pieces of any length and crosses the wrap of the times', () => {
    const splicer = createTimeSplicer();
    splicer.begin({
      offsetTicks: WRAP - SECOND,
      keyframeTicks: WRAP - SECOND,
      keyframeShownTicks: WRAP - SECOND,
      newestTicks: WRAP - 2 * SECOND,
      newestSoundTicks: WRAP - 2 * SECOND,
    });
    const stream = Buffer.concat([picture(0), picture(SECOND), picture(2 * SECOND)]);
    const pieces: Buffer[] = [];
    for (let at = 0; at < stream.length; at += 100) pieces.push(splicer.push(stream.subarray(at, at + 100)));
    expect(read(Buffer.concat(pieces)).pictures).toEqual([WRAP - SECOND, 0, SECOND]);
  });

  it('moves the program clock with the pictures', () => {
    const splicer = createTimeSplicer();
    splicer.begin(splice({ newestTicks: 100 * SECOND }));
    const packet = splicer.push(picture(SECOND, SECOND - 9_001));
    expect(packet.readUInt32BE(6) * 2 + (packet[10]! >> 7)).toBe(101 * SECOND - 9_001);
  });
});
