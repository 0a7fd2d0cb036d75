import { describe, expect, it } from 'vitest';
import { isShape, placeOn, shapeFor } from './fit-slate.ts';

const size = (width: number, height: number) => ({ width, height });
const WIDE = size(16, 9);
const TALL = size(1080, 1920);

describe('the shape that a slate gets', () => {
  it.each([
    ['16:9 without a source', size(1280, 720), null, WIDE],
    ['16:9 while the source is upright', size(1280, 720), TALL, WIDE],
    ['that of an upright source', TALL, TALL, TALL],
    ['that of the source, when it has neither', size(800, 600), TALL, TALL],
    ['16:9, when it has another and there is no source', size(800, 600), null, WIDE],
  ])('is %s', (_, picture, source, shape) => expect(shapeFor(picture, source)).toEqual(shape));

  it('is the same when the difference is too small to see', () => {
    expect(isShape(size(854, 480), WIDE)).toBe(true);
    expect(isShape(size(800, 600), WIDE)).toBe(false);
    expect(isShape(size(1920, 1200), WIDE)).toBe(false);
  });
});

describe('the place of a slate on its black area', () => {
  it('is in the middle, with its own size where that is allowed', () => {
    expect(placeOn(size(600, 600), WIDE, 1920)).toEqual({
      area: size(1067, 600),
      at: { x: 233, y: 0, width: 600, height: 600 },
    });
    expect(placeOn(size(1280, 400), WIDE, 1920)).toEqual({
      area: size(1280, 720),
      at: { x: 0, y: 160, width: 1280, height: 400 },
    });
  });

  it('is scaled down to the longest side that is allowed', () => {
    expect(placeOn(size(3000, 2000), WIDE, 1920)).toEqual({
      area: size(1920, 1080),
      at: { x: 150, y: 0, width: 1620, height: 1080 },
    });
    expect(placeOn(size(2000, 1500), TALL, 1280).area).toEqual(size(720, 1280));
  });
});
