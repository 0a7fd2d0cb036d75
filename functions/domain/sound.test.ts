import { expect, it } from 'vitest';
import { DEFAULT_SOUND, refusedUnencoded, soundOf, type SoundSettings } from './sound.ts';

const spanish: SoundSettings = {
  track: { by: 'language', language: 'spa' },
  channels: 'mono_to_stereo',
  loudnessLufs: -23,
};

it('takes the settings of the deployment when a destination has none', () => {
  expect(soundOf(null, spanish, { isEncoded: true })).toBe(spanish);
  expect(soundOf(undefined, spanish, { isEncoded: true })).toBe(spanish);
  expect(soundOf(DEFAULT_SOUND, spanish, { isEncoded: true })).toBe(DEFAULT_SOUND);
});

it('takes only the track of them when the sound is sent as it is', () => {
  expect(soundOf(null, spanish, { isEncoded: false })).toEqual({ ...DEFAULT_SOUND, track: spanish.track });
});

it('names what needs an encoder', () => {
  expect(refusedUnencoded(spanish)).toEqual(['channels', 'loudnessLufs']);
  expect(refusedUnencoded({ ...DEFAULT_SOUND, track: spanish.track })).toEqual([]);
});
