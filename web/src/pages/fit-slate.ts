import { SLATE_LIMITS } from '../api/picture-limits.ts';
import { drawPng, formatOf, type Size } from '../ui/draw-picture.ts';

/**
 * Fits a picture to the shape of the outputs. MediaLive stretches a slate of another shape, and reads no JPEG, so the
 * browser draws such a picture on black, as a PNG. What it cannot read is left to the API, which says what is wrong.
 */

/** The shape of every preset with a size of its own. */
const PRESET_SHAPE: Size = { width: 16, height: 9 };
/** 854 × 480 counts as 16:9. */
const SHAPE_TOLERANCE = 0.01;
/** Longest sides of what is drawn: no output is larger, and a picture full of noise is below the limit at the second. */
const DRAWN_SIDES = [1920, 1280];

/**
 * Returns the picture to upload: the file itself if it is a PNG in the shape of a preset or of the source, otherwise the
 * picture with black bars.
 * @param source size of the source's picture; null while it is not known
 */
export async function fitSlate(file: Blob, source: Size | null): Promise<Blob> {
  if (file.size > SLATE_LIMITS.bytesMax) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return file;
  try {
    if (!isAllowed(picture)) return file;
    const shape = shapeFor(picture, source);
    if (isShape(picture, shape) && (await formatOf(file)) === 'png') return file;
    return (await drawWithin(picture, shape)) ?? file;
  } finally {
    picture.close();
  }
}

/** Returns the shape to fill: of a preset or of the source if the picture has it, otherwise that of the source. */
export function shapeFor(picture: Size, source: Size | null): Size {
  if (source === null || isShape(picture, PRESET_SHAPE)) return PRESET_SHAPE;
  return source;
}

/** Returns true when a picture fills a shape without visible distortion. */
export function isShape(picture: Size, shape: Size): boolean {
  return Math.abs((picture.width * shape.height) / (picture.height * shape.width) - 1) <= SHAPE_TOLERANCE;
}

/** Returns the smallest area of a shape that holds the picture, no longer than `sideMax`, and the place of the picture. */
export function placeOn(
  picture: Size,
  shape: Size,
  sideMax: number,
): { area: Size; at: Size & { x: number; y: number } } {
  const whole = Math.max(picture.width / shape.width, picture.height / shape.height);
  const unit = Math.min(whole, sideMax / Math.max(shape.width, shape.height));
  const area = { width: Math.round(shape.width * unit), height: Math.round(shape.height * unit) };
  const scale = Math.min(area.width / picture.width, area.height / picture.height);
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  const at = { x: Math.floor((area.width - width) / 2), y: Math.floor((area.height - height) / 2), width, height };
  return { area, at };
}

function isAllowed({ height, width }: Size): boolean {
  const { heightMax, heightMin, widthMax, widthMin } = SLATE_LIMITS;
  return width >= widthMin && height >= heightMin && width <= widthMax && height <= heightMax;
}

/** Draws the picture as large as the API takes it; null when the browser cannot write a PNG. */
async function drawWithin(picture: ImageBitmap, shape: Size): Promise<Blob | null> {
  let png: Blob | null = null;
  for (const sideMax of DRAWN_SIDES) {
    png = await drawPng(picture, placeOn(picture, shape, sideMax));
    if (png === null || png.size <= SLATE_LIMITS.bytesMax) break;
  }
  return png;
}
