import { describe, expect, it } from 'vitest';

import { silentLogger } from '../engine-logger.ts';
import { createFrameHub } from '../frame-hub.ts';
import { makeAudioFrame, makeManualClock, makeVideoFrame } from '../../../../test/support/rtmp.ts';
import { SAMPLE_FORMAT } from '../../../../test/support/test-media.ts';
import { createHlsPackage } from './hls-package.ts';

function setUp(options: { lowLatency?: boolean } = {}) {
  const clock = makeManualClock();
  const hub = createFrameHub({ logger: silentLogger });
  hub.setFormat(SAMPLE_FORMAT);
  const hls = createHlsPackage({
    keeper: { attach: () => () => {}, add: () => {} },
    programs: [hub.program],
    clock,
    lowLatency: options.lowLatency ?? false,
    onChange() {},
  });
  let dtsMs = clock.now();
  /** Pushes so many seconds of 25 pictures, each with a keyframe at its start. */
  function play(seconds: number): void {
    for (let index = 0; index < seconds * 25; index += 1) {
      hub.push(makeVideoFrame(dtsMs, index % 25 === 0));
      hub.push(makeAudioFrame(dtsMs + 5));
      dtsMs += 40;
      clock.advance(40);
    }
  }
  const playlist = async (query = '') => {
    const { status, body } = await hls.fetch(`index_1.m3u8${query}`);
    return { status, text: String(body) };
  };
  return { clock, hub, hls, play, playlist };
}

const value = (text: string, tag: string) => new RegExp(`#${tag}:(.*)`).exec(text)?.[1];

describe('plain HLS', () => {
  it('answers 404 until the first segment is complete', async () => {
    const { hls, play } = setUp();
    expect((await hls.fetch('index.m3u8')).status).toBe(404);
    play(1);
    expect((await hls.fetch('index.m3u8')).status).toBe(404);
    play(1);
    expect((await hls.fetch('index.m3u8')).status).toBe(200);
  });

  it('names six segments of one group of pictures each and serves older ones for as long as the playlist', async () => {
    const { hls, play, playlist } = setUp();
    play(25);
    const { text } = await playlist();
    expect(text.match(/#EXTINF:1\.000,/g)).toHaveLength(6);
    expect(value(text, 'EXT-X-MEDIA-SEQUENCE')).toBe('18');
    expect(value(text, 'EXT-X-TARGETDURATION')).toBe('1');
    expect(text).not.toContain('ENDLIST');
    expect((await hls.fetch('index_1_11.ts')).status).toBe(200);
    expect((await hls.fetch('index_1_5.ts')).status).toBe(404);
    expect((await hls.fetch('../../etc/passwd')).status).toBe(404);
  });

  it('starts every segment with the tables and a time that follows the clock', async () => {
    const { clock, hls, play, playlist } = setUp();
    const startedAtMs = clock.now();
    play(4);
    const { body } = await hls.fetch('index_1_1.ts');
    const segment = body as Buffer;
    expect(segment.length % 188).toBe(0);
    expect([segment.readUInt16BE(1), segment.readUInt16BE(189)]).toEqual([0x4000, 0x5000]);
    expect((await playlist()).text).toContain(
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(startedAtMs + 1_000).toISOString()}`,
    );
  });

  it('marks the restart of the source once, and counts it when it leaves the playlist', async () => {
    const { hub, play, playlist } = setUp();
    play(3);
    hub.sourceLost();
    play(3);
    const during = (await playlist()).text;
    expect(during.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
    expect(value(during, 'EXT-X-DISCONTINUITY-SEQUENCE')).toBe('0');
    play(8);
    const after = (await playlist()).text;
    expect(after).not.toMatch(/#EXT-X-DISCONTINUITY\n/);
    expect(value(after, 'EXT-X-DISCONTINUITY-SEQUENCE')).toBe('1');
  });

  it('marks new headers as a discontinuity', async () => {
    const { hub, play, playlist } = setUp();
    play(2);
    hub.setFormat({ ...SAMPLE_FORMAT, audio: null });
    play(2);
    expect((await playlist()).text.match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1);
  });
});

describe('low-latency HLS', () => {
  it('names parts no longer than their target, and the next one before it exists', async () => {
    const { hls, play, playlist } = setUp({ lowLatency: true });
    play(3.4);
    const { text } = await playlist();
    const durations = [...text.matchAll(/#EXT-X-PART:DURATION=([\d.]+)/g)].map((match) => Number(match[1]));
    expect(durations.length).toBeGreaterThan(6);
    expect(Math.max(...durations)).toBeLessThanOrEqual(0.35);
    const [, hinted] = /PRELOAD-HINT:TYPE=PART,URI="([^"]+)"/.exec(text)!;
    const answer = hls.fetch(hinted!);
    play(1);
    expect((await answer).status).toBe(200);
    expect(text).toContain('CAN-BLOCK-RELOAD=YES');
  });

  it('serves parts that together form the segment', async () => {
    const { hls, play, playlist } = setUp({ lowLatency: true });
    play(3);
    const { text } = await playlist();
    const names = [...text.matchAll(/URI="(index_1_1\.\d+\.ts)"/g)].map((match) => match[1]!);
    const parts = await Promise.all(names.map(async (name) => (await hls.fetch(name)).body as Buffer));
    expect(Buffer.concat(parts)).toEqual((await hls.fetch('index_1_1.ts')).body);
    expect(text).toMatch(/URI="index_1_1\.0\.ts",INDEPENDENT=YES/);
  });

  it('delays a playlist until the requested part exists', async () => {
    const { play, playlist } = setUp({ lowLatency: true });
    play(2.2);
    let answered = false;
    const blocked = playlist('?_HLS_msn=2&_HLS_part=1').then((answer) => {
      answered = true;
      return answer;
    });
    await Promise.resolve();
    expect(answered).toBe(false);
    play(1);
    expect((await blocked).text).toContain('index_1_2.1.ts');
  });

  it('refuses a segment far ahead, and stops waiting when the source is lost', async () => {
    const { clock, play, playlist } = setUp({ lowLatency: true });
    play(2);
    expect((await playlist('?_HLS_msn=90')).status).toBe(400);
    const blocked = playlist('?_HLS_msn=3');
    clock.advance(10_000);
    expect((await blocked).status).toBe(503);
  });

  it('puts a discontinuity before the parts of the segment it opens', async () => {
    const { hub, play, playlist } = setUp({ lowLatency: true });
    play(2);
    hub.sourceLost();
    play(0.6);
    expect((await playlist()).text).toMatch(
      /#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM-DATE-TIME:.*\n#EXT-X-PART:.*index_1_2\.0\.ts/,
    );
  });
});
