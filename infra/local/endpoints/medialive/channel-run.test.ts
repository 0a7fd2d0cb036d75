import { describe, expect, it } from 'vitest';
import { buildRendition } from './channel-run.ts';
import { makeEncoderSettings, makeRtmpGroup } from '../../../../test/support/media-requests.ts';

function renditionOf(h264: object, video: object = {}) {
  const encoder = makeEncoderSettings(makeRtmpGroup());
  const description = encoder.VideoDescriptions![0]!;
  const H264Settings = { ...description.CodecSettings!.H264Settings, ...h264 };
  const changed = { ...encoder, VideoDescriptions: [{ ...description, ...video, CodecSettings: { H264Settings } }] };
  return buildRendition(changed, changed.OutputGroups![0]!.Outputs![0]!);
}

describe('buildRendition', () => {
  it('leaves size and frame rate open when the channel follows its source', () => {
    const rendition = renditionOf(
      { FramerateControl: 'INITIALIZE_FROM_SOURCE' },
      { Width: undefined, Height: undefined },
    );
    expect(Object.keys(rendition)).not.toContain('width');
    expect(Object.keys(rendition)).not.toContain('height');
    expect(Object.keys(rendition)).not.toContain('framesPerSecond');
  });

  it('reads fractional frame rates and a GOP given in frames', () => {
    const ntsc = { FramerateNumerator: 30_000, FramerateDenominator: 1001 };
    expect(renditionOf(ntsc).framesPerSecond).toBeCloseTo(29.97, 2);
    expect(renditionOf({ GopSize: 60, GopSizeUnits: 'FRAMES' }).gopSeconds).toBe(2);
    expect(renditionOf({ GopSize: 60, GopSizeUnits: undefined }).gopSeconds).toBe(2);
    expect(renditionOf({ GopSize: 3, GopSizeUnits: 'SECONDS' }).gopSeconds).toBe(3);
  });

  it('reads sample rate and channels of the audio', () => {
    const { audioSampleRateHz, audioChannels } = renditionOf({});
    expect({ audioSampleRateHz, audioChannels }).toEqual({ audioSampleRateHz: 48_000, audioChannels: 2 });
    const encoder = makeEncoderSettings(makeRtmpGroup());
    const [audio] = encoder.AudioDescriptions!;
    const mono = { AacSettings: { CodingMode: 'CODING_MODE_1_0' as const, SampleRate: 32_000 } };
    const changed = { ...encoder, AudioDescriptions: [{ ...audio!, CodecSettings: mono }] };
    expect(buildRendition(changed, changed.OutputGroups![0]!.Outputs![0]!)).toMatchObject({
      audioSampleRateHz: 32_000,
      audioChannels: 1,
    });
  });

  it('converts colours for Rec. 709, and keeps them without settings and for a passthrough', () => {
    expect(renditionOf({ ColorSpaceSettings: { Rec709Settings: {} } }).colour).toBe('bt709');
    for (const settings of [undefined, { ColorSpacePassthroughSettings: {} }])
      expect(renditionOf({ ColorSpaceSettings: settings })).not.toHaveProperty('colour');
  });

  it('maps to the three H.264 profiles of the engine', () => {
    expect(renditionOf({ Profile: 'BASELINE' }).h264Profile).toBe('baseline');
    expect(renditionOf({ Profile: undefined }).h264Profile).toBe('main');
    expect(renditionOf({ Profile: 'HIGH' }).h264Profile).toBe('high');
  });
});
