import { expect, it } from 'vitest';

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
