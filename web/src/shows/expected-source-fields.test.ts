import { describe, expect, it } from 'vitest';
import { expectedWords, toExpectedDraft, toExpectedSource } from './expected-source-fields.ts';

const ALL = { width: 1920, height: 1080, framesPerSecond: 50, soundChannels: 2, soundSampleRateHz: 44_100 };
const NOTHING = { width: null, height: null, framesPerSecond: null, soundChannels: null, soundSampleRateHz: null };

describe('what a show expects of its source', () => {
  it.each([[ALL], [{ ...NOTHING, framesPerSecond: 29.97 }], [{ ...NOTHING, soundChannels: 8 }], [null]])(
    '%j stays the same in the form',
    (expected) => expect(toExpectedSource(toExpectedDraft(expected))).toEqual(expected),
  );

  it('is said in words', () => {
    expect(expectedWords(ALL)).toBe('1920x1080, 50 frames per second, stereo, 44.1 kHz');
    expect(expectedWords({ ...NOTHING, soundChannels: 8 })).toBe('8 channels');
  });
});
