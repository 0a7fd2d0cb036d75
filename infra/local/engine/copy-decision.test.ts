import { expect, it } from 'vitest';

import { decideCopy, type SourceFacts } from './copy-decision.ts';
import type { AudioFacts, VideoFacts } from './source-facts.ts';
import { COLOUR_NOT_STATED } from './transport-stream/colour-signal.ts';
import { makeRendition } from '../../../test/support/test-media.ts';

const video: VideoFacts = {
  id: 0,
  width: 1280,
  height: 720,
  profile: 'high',
  profileIdc: 100,
  level: 31,
  framesPerSecond: 30,
  colour: COLOUR_NOT_STATED,
  chromaFormat: 1,
  bitDepthLuma: 8,
  bitDepthChroma: 8,
  isProgressive: true,
  slice: { frameNumberBits: 4, hasSeparatePlanes: false },
  sps: Buffer.alloc(0),
};
const audio: AudioFacts = { objectType: 2, sampleRateHz: 48_000, channels: 2, blocks: 1 };
const streams = { video: { pid: 256, streamType: 0x1b }, audio: { pid: 257, streamType: 0x0f } };
const measurement = {
  bitrateBps: 3_200_000,
  videoBitrateBps: 3_000_000,
  framesPerSecond: 30,
  gopSeconds: 2,
  settled: true,
};
const facts: SourceFacts = { streams, video, audio, measurement };
const unsettled = { ...measurement, settled: false, framesPerSecond: null };
const asTheSource = makeRendition({ h264Profile: 'high', colour: 'bt709' });
const wanted = { ...asTheSource, width: 1280, height: 720, framesPerSecond: 30, videoBitrateBps: 3_000_000 };

it('copies a source that already fits the rendition', () => {
  expect(decideCopy(facts, wanted)).toBe('copy');
  const close = { ...measurement, framesPerSecond: 29.97, videoBitrateBps: 3_400_000 };
  expect(decideCopy({ ...facts, measurement: close }, wanted)).toBe('copy');
  expect(decideCopy({ ...facts, video: { ...video, profile: 'constrained_baseline', level: 42 } }, wanted)).toBe(
    'copy',
  );
  expect(decideCopy({ ...facts, streams: { ...streams, audio: null }, audio: null }, wanted)).toBe('copy');
});

it.each([
  ['another size', { width: 1920, height: 1080 }, {}],
  ['another frame rate', { framesPerSecond: 60 }, {}],
  ['a bit rate well above', {}, { videoBitrateBps: 3_500_000 }],
  ['keyframes too far apart', {}, { gopSeconds: 5 }],
])('encodes for %s', (_reason, rendition, measured) => {
  expect(decideCopy({ ...facts, measurement: { ...measurement, ...measured } }, { ...wanted, ...rendition })).toBe(
    'encode',
  );
});

it.each<[string, Partial<VideoFacts>]>([
  ['fields', { isProgressive: false }],
  ['4:4:4', { chromaFormat: 3, profile: 'high444' }],
  ['4:2:2 in 10 bit', { chromaFormat: 2, bitDepthLuma: 10, bitDepthChroma: 10, profile: 'high422' }],
  ['10 bit', { bitDepthLuma: 10, bitDepthChroma: 10, profile: 'high10' }],
  ['10 bit of colour alone', { bitDepthChroma: 10, profile: 'high10' }],
  ['no colour', { chromaFormat: 0 }],
  ['PQ', { colour: { ...COLOUR_NOT_STATED, colourPrimaries: 9, transferCharacteristics: 16 } }],
  ['HLG', { colour: { ...COLOUR_NOT_STATED, transferCharacteristics: 18 } }],
  ['BT.2020 primaries', { colour: { ...COLOUR_NOT_STATED, colourPrimaries: 9, transferCharacteristics: 14 } }],
  ['the extended profile', { profile: 'extended' }],
  ['an unknown profile', { profile: 'profile_44' }],
])('encodes pictures with %s for any rendition, before any rate is known', (_name, other) => {
  const odd = { ...facts, video: { ...video, ...other }, measurement: unsettled };
  expect(decideCopy(odd, wanted)).toBe('encode');
  expect(decideCopy(odd, asTheSource)).toBe('encode');
});

it('copies HDR for a rendition that keeps the colours', () => {
  const hdr = { ...video, colour: { ...COLOUR_NOT_STATED, colourPrimaries: 9, transferCharacteristics: 16 } };
  const { colour: _colour, ...unchanged } = wanted;
  expect(decideCopy({ ...facts, video: hdr }, unchanged)).toBe('copy');
});

it.each([
  ['BT.709', { colourPrimaries: 1, transferCharacteristics: 1, matrixCoefficients: 1, isFullRange: false }],
  ['BT.601', { colourPrimaries: 6, transferCharacteristics: 6, matrixCoefficients: 6, isFullRange: false }],
  ['full range and nothing else', { ...COLOUR_NOT_STATED, isFullRange: true }],
])('copies pictures that state %s', (_name, colour) => {
  expect(decideCopy({ ...facts, video: { ...video, colour } }, wanted)).toBe('copy');
});

it('encodes a source with a profile above the requested one', () => {
  expect(decideCopy(facts, { ...wanted, h264Profile: 'main' })).toBe('encode');
  expect(decideCopy({ ...facts, video: { ...video, profile: 'main' } }, { ...wanted, h264Profile: 'main' })).toBe(
    'copy',
  );
  expect(decideCopy({ ...facts, video: { ...video, profile: 'main' } }, { ...wanted, h264Profile: 'baseline' })).toBe(
    'encode',
  );
});

it('encodes a source whose level exceeds what 1080p60 needs, unless the picture is larger', () => {
  expect(decideCopy({ ...facts, video: { ...video, level: 52 } }, wanted)).toBe('encode');
  const large = { ...video, width: 3_840, height: 2_160, level: 51 };
  expect(decideCopy({ ...facts, video: large }, { ...wanted, width: 3_840, height: 2_160 })).toBe('copy');
});

it.each<[string, Partial<AudioFacts>]>([
  ['one channel', { channels: 1 }],
  ['six channels', { channels: 6 }],
  ['channels that only a table within the sound describes', { channels: 0 }],
  ['16 kHz', { sampleRateHz: 16_000 }],
  ['44.1 kHz', { sampleRateHz: 44_100 }],
  ['the main profile', { objectType: 1 }],
  ['several access units in a frame', { blocks: 2 }],
])('encodes sound with %s', (_name, other) => {
  const odd = { ...facts, audio: { ...audio, ...other }, measurement: unsettled };
  expect(decideCopy(odd, wanted)).toBe('encode');
  expect(decideCopy(odd, asTheSource)).toBe('encode');
});

it('copies any plain H.264 and AAC for a rendition without a size, without waiting for rates', () => {
  expect(decideCopy({ ...facts, measurement: unsettled }, asTheSource)).toBe('copy');
});

it.each([
  ['HEVC', { ...streams, video: { pid: 256, streamType: 0x24 } }],
  ['AC-3 audio', { ...streams, audio: { pid: 257, streamType: 0x81 } }],
])('encodes %s whatever is wanted', (_name, other) => {
  expect(decideCopy({ ...facts, streams: other, video: null }, asTheSource)).toBe('encode');
});

it('stays undecided while facts are missing', () => {
  expect(decideCopy({ ...facts, streams: null }, wanted)).toBe('undecided');
  expect(decideCopy({ ...facts, video: null }, asTheSource)).toBe('undecided');
  expect(decideCopy({ ...facts, measurement: unsettled }, wanted)).toBe('undecided');
});
