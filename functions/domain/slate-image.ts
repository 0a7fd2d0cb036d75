import type { Picture } from './picture.ts';

/** 854 × 480 counts as 16:9. */
const SHAPE_TOLERANCE = 0.01;

/** Returns what MediaLive does to an image of another shape than the presets' 16:9; null for one that fits. Pure. */
export function shapeWarning({
  height,
  width,
}: Pick<Picture, 'height' | 'width'>): { code: 'slate_shape'; detail: string; remedy: string } | null {
  if (Math.abs((width * 9) / (height * 16) - 1) <= SHAPE_TOLERANCE) return null;
  return {
    code: 'slate_shape',
    detail: `the image is ${width} × ${height} pixels, and MediaLive stretches it to outputs of another shape, such as 16:9`,
    remedy: 'send an image in the shape of the outputs, or choose it on the page Settings, which adds black bars',
  };
}
