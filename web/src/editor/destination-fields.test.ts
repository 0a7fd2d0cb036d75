import { describe, expect, it } from 'vitest';
import { changedFields, describeEncoding, platformDefaults, toFields } from './destination-fields.ts';

const fields = {
  name: 'Main',
  group: null,
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

describe('toFields', () => {
  it('leaves the key out, and reads a group of blanks as none', () => {
    const values = { ...fields, streamKey: 'zzzz' };
    expect(toFields({ ...values, group: ' ' })).toEqual(fields);
    expect(toFields({ ...values, group: ' Sunday service ' })).toEqual({ ...fields, group: 'Sunday service' });
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
