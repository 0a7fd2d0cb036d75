import { describe, expect, it } from 'vitest';
import type { DeclaredInput } from './declared-input.ts';
import type { RecordedOutput, SourcePicture } from './destination.ts';
import { codingWarnings, feedWarnings, runWarnings, sourceWarnings } from './source-warnings.ts';

const declared: DeclaredInput = { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' };
const at = new Date(0).toISOString();
const video = { codec: 'AVC', height: 1080, framesPerSecond: 30 };

describe('sourceWarnings', () => {
  it.each([25, 30, 23.976, null])('does not warn of %s frames per second', (framesPerSecond) => {
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

describe('codingWarnings', () => {
  const plain = {
    ...{ profileIdc: 100, levelIdc: 41, chromaFormatIdc: 1, bitDepth: 8, isInterlaced: false },
    ...{ colourPrimaries: 1, transferCharacteristics: 1, matrixCoefficients: 1, isFullRange: false },
  };

  it('do not exist for progressive BT.709, and while nothing is known', () => {
    expect(codingWarnings(plain)).toEqual([]);
    expect(codingWarnings(null)).toEqual([]);
  });

  it.each([
    ['PQ', 16, 'The source is HDR (PQ).'],
    ['HLG', 18, 'The source is HDR (HLG).'],
    ['BT.2020 without HDR', 14, 'The source is BT.2020.'],
  ])('say that %s is converted', (_name, transferCharacteristics, detail) => {
    expect(codingWarnings({ ...plain, colourPrimaries: 9, transferCharacteristics })).toMatchObject([
      { code: 'colour_converted', detail: expect.stringContaining(detail) },
    ]);
  });

  it('say that fields are made whole, except for SRT destinations', () => {
    expect(codingWarnings({ ...plain, isInterlaced: true })).toMatchObject([
      { code: 'picture_deinterlaced', detail: expect.stringContaining('SRT destinations get its fields') },
    ]);
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
  const output = {
    width: 1920,
    height: 1080,
    framesPerSecond: 30,
    videoBitrateBps: 4_500_000,
    audioBitrateBps: 128_000,
  };
  const running = (set: Partial<RecordedOutput>, source: Partial<SourcePicture> | null) => ({
    held: { channelRun: { startedAt: at, generation: 1, outputs: [{ ...output, ...set }] } },
    observation: {
      observedAt: at,
      alerts: [],
      ...(source && { sourcePicture: { width: 1920, height: 1080, framesPerSecond: 30, ...source } }),
    },
  });

  it('warns when the source has changed its frame rate since the start', () => {
    expect(runWarnings(running({ framesPerSecond: 30 }, { framesPerSecond: 25 }))).toMatchObject([
      {
        code: 'frame_rate_converted',
        detail: 'The source has 25 frames per second and is sent with 30, so motion judders.',
      },
    ]);
    expect(runWarnings(running({ framesPerSecond: 60 }, { framesPerSecond: 50 }))).toHaveLength(1);
  });

  it('does not warn when the rate is kept or halved', () => {
    expect(runWarnings(running({ framesPerSecond: 25 }, { framesPerSecond: 25 }))).toEqual([]);
    expect(runWarnings(running({ framesPerSecond: 29.97 }, { framesPerSecond: 59.94 }))).toEqual([]);
  });

  it('warns when the source is smaller than the output', () => {
    expect(runWarnings(running({}, { width: 1280, height: 720 }))).toMatchObject([
      { code: 'picture_enlarged', detail: expect.stringContaining('1280x720 and is enlarged to 1920x1080') },
    ]);
    expect(runWarnings(running({ width: 1280, height: 720 }, {}))).toEqual([]);
  });

  it('does not warn while the source is unknown, or of an output that keeps its size', () => {
    expect(runWarnings(running({}, null))).toEqual([]);
    expect(runWarnings(running({ width: null, height: null }, { height: 480 }))).toEqual([]);
  });
});
