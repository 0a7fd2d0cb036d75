/**
 * Fits a picture to the shape of the outputs. MediaLive stretches a slate of another shape, and reads no JPEG, so the
 * browser draws such a picture on black, as a PNG. What it cannot read is left to the API, which says what is wrong.
 */

/** In pixels; also a shape, such as 16 by 9. */
export interface Size {
  width: number;
  height: number;
}

/** The shape of every preset with a size of its own. */
const PRESET_SHAPE: Size = { width: 16, height: 9 };
/** 854 × 480 counts as 16:9. */
const SHAPE_TOLERANCE = 0.01;
/** What the API takes. */
const BYTES_MAX = 4_000_000;
const SIDE_MIN = 64;
const LARGEST: Size = { width: 3840, height: 2160 };
/** Longest sides of what is drawn: no output is larger, and a picture full of noise is below the limit at the second. */
const DRAWN_SIDES = [1920, 1280];
const PNG_START = [0x89, 0x50, 0x4e, 0x47];

/**
 * Returns the picture to upload: the file itself if it is a PNG in the shape of a preset or of the source, otherwise the
 * picture with black bars.
 * @param source size of the source's picture; null while it is not known
 */
export async function fitSlate(file: Blob, source: Size | null): Promise<Blob> {
  if (file.size > BYTES_MAX) return file;
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return file;
  try {
    if (!isAllowed(picture)) return file;
    const shape = shapeFor(picture, source);
    if (isShape(picture, shape) && (await isPng(file))) return file;
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
  return Math.min(width, height) >= SIDE_MIN && width <= LARGEST.width && height <= LARGEST.height;
}

async function isPng(file: Blob): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, PNG_START.length).arrayBuffer());
  return PNG_START.every((byte, at) => start[at] === byte);
}

/** Draws the picture as large as the API takes it; null when the browser cannot write a PNG. */
async function drawWithin(picture: ImageBitmap, shape: Size): Promise<Blob | null> {
  let png: Blob | null = null;
  for (const sideMax of DRAWN_SIDES) {
    png = await draw(picture, placeOn(picture, shape, sideMax));
    if (png === null || png.size <= BYTES_MAX) break;
  }
  return png;
}

function draw(picture: ImageBitmap, { area, at }: ReturnType<typeof placeOn>): Promise<Blob | null> {
  const canvas = Object.assign(document.createElement('canvas'), area);
  const context = canvas.getContext('2d');
  if (context === null) return Promise.resolve(null);
  context.fillRect(0, 0, area.width, area.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, at.x, at.y, at.width, at.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
