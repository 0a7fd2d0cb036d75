import { describe, expect, it } from 'vitest';
import { checkExpectedSource, type ExpectedSource } from './expected-source.ts';
import type { FeedFacts, SourceFacts } from './preflight-source.ts';

const NOTHING: ExpectedSource = {
  ...{ width: null, height: null, framesPerSecond: null, soundChannels: null, soundSampleRateHz: null },
};
const FLOW = { status: 'ACTIVE', outputsUsed: 0, outputsMax: 50, egressIp: null };
const SOURCE: SourceFacts = {
  isFresh: true,
  connected: true,
  picture: { width: 1920, height: 1080, framesPerSecond: 50 },
  hasAudio: true,
  sound: { channels: 2, sampleRateHz: 48_000 },
};

/** Checks one expectation against a source that differs from 1920x1080, 50 frames per second, stereo at 48 kHz. */
function check(expected: Partial<ExpectedSource>, source: Partial<SourceFacts> = {}) {
  const facts: FeedFacts = { occasion: 'request', flow: FLOW, source: { ...SOURCE, ...source } };
  const found = checkExpectedSource({ ...NOTHING, ...expected }, facts);
  expect(found).toHaveLength(1);
  return found[0]![1];
}

it('only what is expected is compared', () => {
  const facts: FeedFacts = { occasion: 'request', flow: FLOW, source: SOURCE };
  expect(checkExpectedSource(NOTHING, facts)).toEqual([]);
  const all = { width: 1920, height: 1080, framesPerSecond: 50, soundChannels: 2, soundSampleRateHz: 48_000 };
  expect(checkExpectedSource(all, facts).map(([name, { state }]) => `${name} ${state}`)).toEqual([
    'expected_size passed',
    'expected_rate passed',
    'expected_sound passed',
  ]);
});

describe('the expected size', () => {
  it.each([
    [1920, 1080, 'passed'],
    [1280, 720, 'warning'],
    [3840, 2160, 'failed'],
    [1080, 1920, 'failed'],
    [1440, 1080, 'failed'],
    [854, 480, 'warning'],
  ])('%ix%i is compared with 1920x1080', (width, height, state) => {
    expect(check({ width, height }).state).toBe(state);
  });

  it('says what the source has, what is expected, and what to do', () => {
    expect(check({ width: 3840, height: 2160 })).toEqual({
      state: 'failed',
      detail: 'The source has 1920x1080, but the show expects 3840x2160.',
      remedy: 'Set the encoder to 3840x2160, or change what the show expects.',
    });
  });
});

describe('the expected frame rate', () => {
  it.each([
    [50, 50, 'passed'],
    [50, 25, 'warning'],
    [59.94, 60, 'warning'],
    [29.97, 59.94, 'warning'],
    [25, 30, 'failed'],
    [24, 25, 'failed'],
  ])('%d frames per second are compared with %d', (framesPerSecond, expected, state) => {
    const picture = { ...SOURCE.picture!, framesPerSecond };
    expect(check({ framesPerSecond: expected }, { picture }).state).toBe(state);
  });
});

describe('the expected sound', () => {
  it.each([
    ['the same', { soundChannels: 2, soundSampleRateHz: 48_000 }, {}, 'passed'],
    ['fewer channels', { soundChannels: 6 }, {}, 'failed'],
    ['more channels', { soundChannels: 1 }, {}, 'warning'],
    ['another sample rate', { soundSampleRateHz: 44_100 }, {}, 'warning'],
    ['no sound', { soundChannels: 1 }, { hasAudio: false, sound: null }, 'failed'],
    [
      'channels that are not known',
      { soundChannels: 2 },
      { sound: { channels: null, sampleRateHz: 48_000 } },
      'not_possible',
    ],
    [
      'a sample rate that is not known',
      { soundChannels: 2, soundSampleRateHz: 48_000 },
      { sound: { channels: 2, sampleRateHz: null } },
      'not_possible',
    ],
    ['no figures at all', { soundSampleRateHz: 48_000 }, { sound: null }, 'not_possible'],
  ] as const)('with %s', (_, expected, source, state) => {
    expect(check(expected, source).state).toBe(state);
  });
});

describe('nothing passes that is not known', () => {
  const unknown: [string, Partial<SourceFacts>][] = [
    ['an old observation', { isFresh: false }],
    ['no encoder', { connected: false }],
    ['an encoder that may be connected', { connected: null }],
    ['a picture and sound that are not read yet', { picture: undefined, hasAudio: null, sound: null }],
  ];
  it.each(unknown)('with %s', (_, source) => {
    const all = [{ width: 1920, height: 1080 }, { framesPerSecond: 50 }, { soundChannels: 2 }];
    expect(all.map((expected) => check(expected, source).state)).toEqual(all.map(() => 'not_possible'));
  });
});
