import { expect, it } from 'vitest';

import { decideCopy, type SourceFacts } from './copy-decision.ts';
import { makeRendition, SAMPLE_FORMAT } from './test-media.ts';

const streams = { video: { pid: 256, streamType: 0x1b }, audio: { pid: 257, streamType: 0x0f }, programCount: 1 };
const measurement = {
  bitrateBps: 3_200_000,
  videoBitrateBps: 3_000_000,
  framesPerSecond: 30,
  gopSeconds: 2,
  settled: true,
};
const facts: SourceFacts = { streams, format: SAMPLE_FORMAT, measurement };
const wanted = makeRendition({ width: 1280, height: 720, framesPerSecond: 30, videoBitrateBps: 3_000_000 });

it('copies what is wanted already', () => {
  expect(decideCopy(facts, wanted)).toBe('copy');
  expect(
    decideCopy(
      { ...facts, measurement: { ...measurement, framesPerSecond: 29.97, videoBitrateBps: 3_400_000 } },
      wanted,
    ),
  ).toBe('copy');
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

it('encodes sound of more than two channels for a platform, and what no header can describe for everybody', () => {
  const withChannels = (channels: number) => ({
    ...facts,
    format: { ...SAMPLE_FORMAT, audio: { ...SAMPLE_FORMAT.audio!, channels } },
  });
  expect(decideCopy(withChannels(1), wanted)).toBe('copy');
  expect(decideCopy(withChannels(6), wanted)).toBe('encode');
  expect(decideCopy(withChannels(6), makeRendition())).toBe('copy');
  expect(decideCopy(withChannels(0), makeRendition())).toBe('encode');
});

it('copies any H.264 and AAC for a rendition without a size, without waiting for rates', () => {
  const unsettled = { ...measurement, settled: false, framesPerSecond: null };
  expect(decideCopy({ ...facts, measurement: unsettled }, makeRendition())).toBe('copy');
});

it.each([
  ['HEVC', { ...streams, video: { pid: 256, streamType: 0x24 } }],
  ['AC-3 audio', { ...streams, audio: { pid: 257, streamType: 0x81 } }],
  ['several programs', { ...streams, programCount: 2 }],
])('encodes %s whatever is wanted', (_name, other) => {
  expect(decideCopy({ ...facts, streams: other, format: null }, makeRendition())).toBe('encode');
});

it('waits until it knows', () => {
  expect(decideCopy({ ...facts, streams: null }, wanted)).toBe('undecided');
  expect(decideCopy({ ...facts, format: null }, makeRendition())).toBe('undecided');
  expect(decideCopy({ ...facts, measurement: { ...measurement, settled: false } }, wanted)).toBe('undecided');
});
