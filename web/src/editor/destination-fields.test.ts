import { describe, expect, it } from 'vitest';
import {
  changedFields,
  describeEncoding,
  fieldsOf,
  isUpscaled,
  platformDefaults,
  toFields,
  toFormValues,
} from './destination-fields.ts';

const fields = {
  name: 'Main',
  group: null,
  platform: 'youtube',
  rtmpUrl: 'rtmp://h.example/a',
  preset: '1080p30',
  standby: 'warm',
  sound: null,
  backupIngest: false,
  onSourceLoss: 'hold',
  holdMinutes: 10,
  keyUse: 'reusable',
  keyValidUntil: null,
} as const;

describe('changedFields', () => {
  it('returns only changed fields', () => {
    expect(changedFields(fields, { ...fields, name: 'Other' })).toEqual({ name: 'Other' });
    expect(changedFields(fields, { ...fields })).toEqual({});
  });
});

describe('toFields', () => {
  it('omits the secrets, and treats a blank group as none', () => {
    const values = { ...toFormValues(fields), streamKey: 'zzzz', passphrase: 'a passphrase' };
    expect(toFields({ ...values, group: ' ' }, youtube)).toEqual(fields);
    expect(toFields({ ...values, group: ' Sunday service ' }, youtube)).toEqual({ ...fields, group: 'Sunday service' });
  });

  it('has a backup ingest only for a platform that takes one', () => {
    const values = { ...toFormValues(fields), backupIngest: 'on' as const, backupStreamKey: 'zzzz' };
    const backupRtmpUrl = ' rtmps://b.example/live2 ';
    const sent = { ...fields, backupIngest: true, backupRtmpUrl: 'rtmps://b.example/live2' };
    expect(toFields({ ...values, backupRtmpUrl }, youtube)).toEqual(sent);
    // The API takes the platform's address.
    expect(toFields({ ...values, backupRtmpUrl: ' ' }, youtube)).toEqual({ ...fields, backupIngest: true });
    expect(toFields({ ...values, backupRtmpUrl }, { ...youtube, backupRefusal: 'no' })).toEqual(fields);
    expect(fieldsOf({ ...fields, backupRtmpUrl: null })).toEqual(fields);
  });

  it('has stream ID and latency for SRT alone, which keeps nothing warm', () => {
    const srt = { ...youtube, platformId: 'srt', protocols: ['srt' as const] };
    const values = { ...toFormValues(fields), platform: 'srt', streamId: ' live ', latencyMs: '300' };
    const { backupIngest: _none, keyUse: _use, keyValidUntil: _until, ...plain } = fields;
    const sent = { ...plain, platform: 'srt', standby: 'cold', streamId: 'live', latencyMs: 300 };
    expect(toFields(values, srt)).toEqual(sent);
    expect(toFields({ ...values, streamId: '', latencyMs: '' }, srt)).toMatchObject({ streamId: null, latencyMs: 0 });
    expect(fieldsOf({ ...fields, platform: 'srt', standby: 'cold', streamId: null, latencyMs: 300 })).toMatchObject({
      streamId: null,
      latencyMs: 300,
    });
    expect(fieldsOf({ ...fields, streamId: null, latencyMs: null })).toEqual(fields);
  });
});

const encoding = (encodingId: string, height: number | null, framesPerSecond: number | null) => ({
  encodingId,
  name: encodingId,
  width: height && (height * 16) / 9,
  height,
  framesPerSecond,
  videoBitrateBps: height && 4_500_000,
  audioBitrateBps: 128_000,
  gopSeconds: 2,
});
const youtube = {
  platformId: 'youtube',
  name: 'YouTube',
  rtmpUrl: 'rtmps://a.example/live2',
  rtmpUrlHint: '',
  streamKeyHint: '',
  protocols: ['rtmps' as 'rtmps' | 'srt'],
  backupRefusal: null,
  backupRtmpUrl: null,
  backupRtmpUrlHint: null,
  defaultEncoding: '1080p30',
  onSourceLoss: 'hold' as const,
  encodings: ['1080p60', '1080p30', '720p60', '720p30', '480p30', 'source'],
  videoBitrateBpsByEncoding: { '1080p30': 9_900_000, source: 20_000_000 },
  videoBitrateBpsMax: 51_000_000,
  notes: [],
  source: '',
  seenOn: '',
};
const presets = {
  platforms: [youtube],
  encodings: [
    encoding('1080p60', 1080, 60),
    encoding('1080p30', 1080, 30),
    encoding('720p60', 720, 60),
    encoding('720p30', 720, 30),
    encoding('480p30', 480, 30),
    encoding('source', null, null),
  ],
};
const video = (height: number) => ({ codec: 'h264', width: (height * 16) / 9, height, framesPerSecond: 30 });

describe('platformDefaults', () => {
  it('leaves the URL empty where the platform assigns one per event', () => {
    expect(platformDefaults(undefined, presets, null)).toEqual({
      platform: '',
      rtmpUrl: '',
      preset: '',
      onSourceLoss: 'wait',
    });
  });

  it('uses the platform’s default encoding unless it would scale the source up', () => {
    const presetFor = (height: number | null) =>
      platformDefaults(youtube, presets, height ? video(height) : null).preset;
    expect([null, 2160, 1080].map(presetFor)).toEqual(['1080p30', '1080p30', '1080p30']);
    expect([1079, 720, 576].map(presetFor)).toEqual(['720p30', '720p30', '480p30']);
    expect(presetFor(360)).toBe('source');
  });
});

describe('isUpscaled', () => {
  it('is false when one of the sizes is unknown', () => {
    expect(isUpscaled(presets.encodings[1]!, video(720))).toBe(true);
    expect(isUpscaled(presets.encodings[1]!, video(1080))).toBe(false);
    expect(isUpscaled(presets.encodings[1]!, null)).toBe(false);
    expect(isUpscaled(presets.encodings.at(-1)!, video(360))).toBe(false);
  });
});

describe('describeEncoding', () => {
  it('shows the bitrate sent to the platform, not the encoding’s default', () => {
    expect(describeEncoding(presets.encodings[1]!, youtube)).toBe('1080p30 · 1920 × 1080 · 9.9 Mbps');
    expect(describeEncoding(presets.encodings[1]!, undefined)).toBe('1080p30 · 1920 × 1080 · 4.5 Mbps');
    expect(describeEncoding(presets.encodings.at(-1)!, youtube)).toBe('source · up to 20.0 Mbps');
  });

  it('omits what the encoding does not set', () => {
    expect(describeEncoding(presets.encodings.at(-1)!, undefined)).toBe('source');
  });
});
