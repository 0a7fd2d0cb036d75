import { expect, it } from 'vitest';
import { describeSound, PLAIN_SOUND, readSound, readTrack, writeSound, writeTrack } from './sound-value.ts';

it.each([
  ['first', { by: 'first' }],
  ['pid 257', { by: 'pid', pid: 257 }],
  ['track 2', { by: 'number', number: 2 }],
  ['spa', { by: 'language', language: 'spa' }],
] as const)('%s is the same text after reading and writing', (text, track) => {
  expect(readTrack(` ${text.toUpperCase()} `)).toEqual(track);
  expect(writeTrack(track)).toBe(text);
});

it('sends text that is no track, so that the API can refuse it', () => {
  expect(readTrack('xx-invalid')).toEqual({ by: 'language', language: 'xx-invalid' });
});

it('keeps settings as one value of the form, and ignores one that cannot be read', () => {
  expect(readSound(writeSound(PLAIN_SOUND))).toEqual(PLAIN_SOUND);
  expect(readSound('')).toBeNull();
  expect(readSound('{')).toBeNull();
});

it('describes settings in words', () => {
  expect(describeSound(null)).toBe('as the deployment');
  expect(describeSound(PLAIN_SOUND)).toBe('first track');
  const own = { track: { by: 'language', language: 'spa' }, channels: 'mono_to_stereo', loudnessLufs: -14 } as const;
  expect(describeSound(own)).toBe('language spa, first channel on both sides, −14 LUFS');
});
