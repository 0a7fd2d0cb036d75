import { describe, expect, it } from 'vitest';
import { coverSize } from './fit-cover.ts';

describe('the size of a cover', () => {
  it.each([
    ['stays', [1280, 720], [1280, 720]],
    ['stays at the least', [320, 180], [320, 180]],
    ['of a photo is as high as a cover may be', [4000, 3000], [1440, 1080]],
    ['of a wide picture is as wide as a cover may be', [3840, 1600], [1920, 800]],
    ['is refused for a picture that is too small', [319, 180], null],
    ['is refused for a strip that would be too flat', [4000, 300], null],
  ] as const)('%s', (_, [width, height], expected) => {
    const size = coverSize({ width, height });
    expect(size && [size.width, size.height]).toEqual(expected);
  });
});
