import { describe, expect, it } from 'vitest';
import type { DeclaredInput } from './declared-input.ts';
import { newDestination } from './new-destination.ts';
import { feedWarnings, runWarnings, sourceWarnings } from './source-warnings.ts';

const declared: DeclaredInput = { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' };
const video = { codec: 'AVC', height: 1080, framesPerSecond: 30 };

describe('sourceWarnings', () => {
  it.each([25, 50, 24, 23.976])('warns that %s frames per second are converted', (framesPerSecond) => {
    const [warning] = sourceWarnings({ ...video, framesPerSecond }, declared);
    expect(warning).toMatchObject({ code: 'frame_rate_converted', detail: expect.stringContaining('30 or 60') });
  });

  it.each([30, 60, 29.999, null])('does not warn of %s frames per second', (framesPerSecond) => {
    expect(sourceWarnings({ ...video, framesPerSecond }, declared)).toEqual([]);
  });

  it('names a codec or size that channels do not declare', () => {
    expect(sourceWarnings({ ...video, codec: 'HEVC' }, declared)).toMatchObject([
      { code: 'source_unsupported', detail: expect.stringContaining('HEVC') },
    ]);
    expect(sourceWarnings({ ...video, height: 2160 }, declared)).toMatchObject([
      { code: 'source_unsupported', detail: expect.stringContaining('2160 lines') },
    ]);
    expect(sourceWarnings({ ...video, height: 2160 }, { ...declared, Resolution: 'UHD' })).toEqual([]);
    expect(sourceWarnings(null, declared)).toEqual([]);
  });
});

describe('feedWarnings', () => {
  const feed = { media: { video: { codec: 'h264', width: 1920 } }, connectedSeconds: 60, messages: [] };

  it('with a picture needs no warning, nor does one that has just begun', () => {
    expect(feedWarnings(feed)).toEqual([]);
    expect(feedWarnings({ ...feed, media: null, connectedSeconds: 2 })).toEqual([]);
    expect(feedWarnings({ ...feed, media: { video: { codec: 'hevc', width: null } } })).toEqual([]);
  });

  it.each([
    ['nothing that can be read', null, '188 bytes'],
    ['sound alone', { video: null }, 'video input'],
    ['no keyframe', { video: { codec: 'h264', width: null } }, 'keyframe interval'],
  ])('with %s says so', (_name, media, remedy) => {
    expect(feedWarnings({ ...feed, media })).toMatchObject([
      { code: 'no_picture', remedy: expect.stringContaining(remedy) },
    ]);
  });

  it('passes on what the flow says', () => {
    expect(feedWarnings({ ...feed, messages: ['another encoder calls'] })).toMatchObject([
      { code: 'flow_message', detail: 'another encoder calls' },
    ]);
  });
});

describe('runWarnings', () => {
  const running = (preset: string, sourceFramesPerSecond: number, followedFramesPerSecond?: number) => ({
    ...newDestination(
      {
        destinationId: 'dst_1',
        name: 'a',
        platform: 'custom',
        rtmpUrl: 'rtmp://a.example/live',
        preset,
        standby: 'cold',
      },
      new Date(0),
    ),
    held: {
      channel: {
        channelId: '1',
        channelArn: 'a',
        configurationHash: 'b',
        sourceFramesPerSecond,
        followedFramesPerSecond,
      },
      channelRun: { startedAt: new Date(0).toISOString(), generation: 1, platform: 'custom', preset },
    },
  });

  it('warns when its preset converts the source’s frame rate', () => {
    expect(runWarnings(running('1080p30', 25))).toMatchObject([
      {
        code: 'frame_rate_converted',
        detail: 'The source has 25 frames per second and is sent with 30, so motion judders.',
      },
    ]);
    expect(runWarnings(running('1080p60', 50))).toHaveLength(1);
    expect(runWarnings(running('1080p60', 23.976))).toHaveLength(1);
  });

  it('does not warn when the rate is kept, halved or doubled, or follows the source', () => {
    expect(runWarnings(running('1080p30', 60))).toEqual([]);
    expect(runWarnings(running('1080p60', 30))).toEqual([]);
    expect(runWarnings(running('1080p60', 29.97))).toEqual([]);
    expect(runWarnings(running('source', 25, 25))).toEqual([]);
  });
});
