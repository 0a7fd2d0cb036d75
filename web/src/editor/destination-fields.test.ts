import { describe, expect, it } from 'vitest';
import { changedFields, describeEncoding, platformDefaults } from './destination-fields.ts';

const fields = {
  name: 'Main',
  platform: 'youtube',
  rtmpUrl: 'rtmp://h.example/a',
  preset: '1080p30',
  standby: 'warm',
} as const;

describe('changedFields', () => {
  it('sends only what was changed', () => {
    expect(changedFields(fields, { ...fields, name: 'Other' })).toEqual({ name: 'Other' });
    expect(changedFields(fields, { ...fields })).toEqual({});
  });
});

describe('platformDefaults', () => {
  it('leaves the URL empty where the platform gives one per event', () => {
    expect(platformDefaults(undefined)).toEqual({ platform: '', rtmpUrl: '', preset: '' });
  });
});

describe('describeEncoding', () => {
  it('leaves out what the encoding does not fix', () => {
    const source = { encodingId: 'source', name: 'Source', width: null, height: null, framesPerSecond: null };
    expect(describeEncoding({ ...source, videoBitrateBps: null, audioBitrateBps: null, gopSeconds: null })).toBe(
      'Source',
    );
  });
});
