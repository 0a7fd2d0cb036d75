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
