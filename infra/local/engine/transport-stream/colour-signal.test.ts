import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { findTestFfmpeg } from '../../../../test/support/test-media.ts';
import { COLOUR_NOT_STATED } from './colour-signal.ts';
import { parseSequenceParameters, splitAnnexB } from './h264.ts';
import { parseHevcSequence } from './hevc.ts';

it.each([
  ['BT.2020 and PQ', 'bt2020', 'smpte2084', 'bt2020nc', 'tv', [9, 16, 9, false]],
  ['BT.2020 and HLG', 'bt2020', 'arib-std-b67', 'bt2020nc', 'tv', [9, 18, 9, false]],
  ['BT.709', 'bt709', 'bt709', 'bt709', 'tv', [1, 1, 1, false]],
  ['full range', 'bt709', 'bt709', 'bt709', 'pc', [1, 1, 1, true]],
] as const)('reads %s from x264 and from x265', (_name, primaries, transfer, matrix, range, expected) => {
  const [colourPrimaries, transferCharacteristics, matrixCoefficients, isFullRange] = expected;
  const colour = { colourPrimaries, transferCharacteristics, matrixCoefficients, isFullRange };
  const tags = { primaries, transfer, matrix, range };
  const h264 = encode('libx264', tags).find((unit) => (unit[0]! & 0x1f) === 7)!;
  expect(parseSequenceParameters(h264)).toMatchObject({ colour, framesPerSecond: 30, bitDepthLuma: 10, width: 98 });
  const hevc = encode('libx265', tags).find((unit) => unit[0]! >> 1 === 33)!;
  const coding = { profileIdc: 2, levelIdc: 30, chromaFormat: 1, bitDepthLuma: 10, bitDepthChroma: 10 };
  expect(parseHevcSequence(hevc)).toEqual({ width: 98, height: 66, isProgressive: true, ...coding, colour });
});

it('reads nothing where x264 and x265 state no colours', () => {
  const h264 = encode('libx264', null).find((unit) => (unit[0]! & 0x1f) === 7)!;
  expect(parseSequenceParameters(h264)).toMatchObject({ colour: COLOUR_NOT_STATED, framesPerSecond: 30 });
  const hevc = encode('libx265', null).find((unit) => unit[0]! >> 1 === 33)!;
  expect(parseHevcSequence(hevc).colour).toEqual(COLOUR_NOT_STATED);
});

it('rejects a sequence parameter set of HEVC that is cut short or damaged, and never hangs', () => {
  const hevc = encode('libx265', null).find((unit) => unit[0]! >> 1 === 33)!;
  for (let length = 2; length < hevc.length / 2; length += 1)
    expect(() => parseHevcSequence(hevc.subarray(0, length))).toThrow(RangeError);
  let seed = 7;
  for (let round = 0; round < 500; round += 1) {
    const damaged = Buffer.from(hevc);
    for (let at = 4; at < damaged.length; at += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      if (seed % 3 === 0) damaged[at] = seed & 0xff;
    }
    expect(errorOf(() => parseHevcSequence(damaged))).toSatisfy((error) => !error || error instanceof RangeError);
  }
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
    return null;
  } catch (error) {
    return error;
  }
}

interface Tags {
  primaries: string;
  transfer: string;
  matrix: string;
  range: string;
}

/** Returns the NAL units of two 10-bit pictures of an odd size. */
function encode(codec: 'libx264' | 'libx265', tags: Tags | null): Buffer[] {
  const stated = tags && [
    ...['-color_primaries', tags.primaries, '-color_trc', tags.transfer],
    ...['-colorspace', tags.matrix, '-color_range', tags.range],
  ];
  const quiet = codec === 'libx265' ? ['-x265-params', 'log-level=none'] : [];
  const data = execFileSync(findTestFfmpeg()!, [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', 'color=gray:s=98x66:r=30'],
    ...['-frames:v', '2', '-pix_fmt', 'yuv420p10le', '-c:v', codec, '-preset', 'ultrafast', ...quiet],
    ...(stated ?? []),
    ...['-f', codec === 'libx264' ? 'h264' : 'hevc', 'pipe:1'],
  ]);
  return splitAnnexB(data);
}
