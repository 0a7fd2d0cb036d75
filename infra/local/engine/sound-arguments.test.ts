import { expect, it } from 'vitest';
import { makeRendition } from '../../../test/support/test-media.ts';
import { buildEncoderArguments } from './encoder-arguments.ts';
import type { RenditionSound } from './contract.ts';
import { buildSoundArguments } from './sound-arguments.ts';

const build = (sound: RenditionSound, hasSound = true) => buildSoundArguments(makeRendition({ sound }), hasSound);
const filtersOf = ({ output }: { output: string[] }) => output[output.indexOf('-af') + 1];

it('mixes channels by their factors, and maps an unused one to silence', () => {
  expect(filtersOf(build({ remix: [[1], [1]] }))).toBe('pan=stereo|c0=1*c0|c1=1*c0');
  expect(
    filtersOf(
      build({
        remix: [
          [0.5, 0.5],
          [0, 0],
        ],
      }),
    ),
  ).toBe('pan=stereo|c0=0.5*c0+0.5*c1|c1=0*c0');
});

it('brings the sound to a loudness after the mix, at the rate of the rendition', () => {
  const built = build({ remix: [[1], [1]], loudness: { targetLufs: -23, truePeakDbtp: -1 } });
  expect(filtersOf(built)).toBe(
    'pan=stereo|c0=1*c0|c1=1*c0,aresample=async=1,aformat=channel_layouts=stereo,loudnorm=I=-23:LRA=11:TP=-1,aresample=48000',
  );
});

it('lets the picture wait for sound that is measured ahead', () => {
  const loudness = { targetLufs: -14, truePeakDbtp: -1 };
  const built = buildEncoderArguments(makeRendition({ sound: { loudness } }), {
    hasSound: true,
    followsKeyframes: false,
  });
  expect(Number(built[built.indexOf('-max_interleave_delta') + 1])).toBeGreaterThan(3_000_000);
});

it('encodes silence instead of a chosen stream that is missing', () => {
  const built = build({ selection: { by: 'pid', pid: 0x102 }, loudness: { targetLufs: -14, truePeakDbtp: -1 } }, false);
  expect(built).toEqual({
    input: ['-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=stereo'],
    output: ['-map', '1:a:0'],
    delayMs: 0,
  });
});
