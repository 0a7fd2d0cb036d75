import { describe, expect, it } from 'vitest';

import { buildEncoderArguments } from './encoder-arguments.ts';
import { makeRendition } from '../../../test/support/test-media.ts';

it('leaves out missing sound', () => {
  expect(buildEncoderArguments(makeRendition(), { hasSound: true, followsKeyframes: false })).toContain('0:a:0?');
  const silent = buildEncoderArguments(makeRendition(), { hasSound: false, followsKeyframes: false });
  expect(silent).toContain('-an');
  expect(silent).not.toContain('0:a:0?');
});

it('deinterlaces the picture before any other filter', () => {
  const built = buildEncoderArguments(makeRendition({ width: 640, height: 360 }), {
    hasSound: true,
    followsKeyframes: false,
  });
  expect(built[built.indexOf('-vf') + 1]).toMatch(/^yadif=deint=interlaced,scale=/);
});

it('limits the time the picture waits for sound', () => {
  const built = buildEncoderArguments(makeRendition(), { hasSound: true, followsKeyframes: false });
  expect(Number(built[built.indexOf('-max_interleave_delta') + 1])).toBeLessThanOrEqual(500_000);
});

it.each([
  [23.976, '24000/1001', '48'],
  [24, '24', '48'],
  [25, '25', '50'],
  [29.97, '30000/1001', '60'],
  [30000 / 1001, '30000/1001', '60'],
  [30, '30', '60'],
  [50, '50', '100'],
  [59.94, '60000/1001', '120'],
  [60, '60', '120'],
])('encodes %s frames per second exactly, with a keyframe every two seconds', (framesPerSecond, fraction, apart) => {
  const rendition = makeRendition({ framesPerSecond, gopSeconds: 2 });
  const built = buildEncoderArguments(rendition, { hasSound: true, followsKeyframes: false });
  expect(built[built.indexOf('-vf') + 1]).toContain(`fps=${fraction},`);
  expect(built.slice(built.indexOf('-g'), built.indexOf('-g') + 4)).toEqual(['-g', apart, '-keyint_min', apart]);
});

describe('buildEncoderArguments for a source', () => {
  const filtersFor = (
    colourPrimaries: number,
    transferCharacteristics: number,
    matrixCoefficients = colourPrimaries,
  ) => {
    const colour = { colourPrimaries, transferCharacteristics, matrixCoefficients, isFullRange: false };
    const rendition = makeRendition({ width: 640, height: 360 });
    const built = buildEncoderArguments(rendition, { hasSound: true, followsKeyframes: false, colour });
    return built[built.indexOf('-vf') + 1]!;
  };

  it.each([
    ['PQ', 16, 'tin=smpte2084:t=linear'],
    ['HLG', 18, 'tin=arib-std-b67:t=linear'],
  ])('in %s maps its tones to BT.709 after changing the size', (_name, transfer, linear) => {
    const filters = filtersFor(9, transfer);
    expect(filters).toMatch(/setsar=1,zscale=.*tonemap=.*,zscale=t=bt709:m=bt709:r=tv,format=yuv420p$/);
    expect(filters).toContain(linear);
    expect(filters).not.toContain('pin=');
  });

  it('in PQ that does not state its primaries takes BT.2020', () => {
    expect(filtersFor(2, 16)).toContain('tin=smpte2084:pin=bt2020:min=bt2020nc:t=linear');
  });

  it('in BT.2020 without HDR converts its primaries alone', () => {
    expect(filtersFor(9, 14)).toMatch(/zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p$/);
    expect(filtersFor(9, 14)).not.toContain('tonemap');
  });

  it.each([
    ['BT.709', 1],
    ['BT.601', 6],
    ['an unknown colour', 2],
  ])('in %s converts nothing', (_name, colour) => {
    expect(filtersFor(colour, colour)).not.toContain('zscale');
  });
});
