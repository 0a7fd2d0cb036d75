import { COVER_LIMITS } from '../api/picture-limits.ts';
import { drawPng, formatOf, type Size } from '../ui/draw-picture.ts';

/**
 * Makes a chosen picture a cover that the API takes: a JPEG becomes a PNG, because a deployment on AWS cannot convert it,
 * and what is too large becomes smaller. A PNG that fits is sent as it is.
 */

/** How much smaller each next attempt is, until a picture has few enough bytes. */
const SHRINK = 0.8;

/** Returns the cover to upload, or what is wrong with the file. */
export async function fitCover(file: Blob): Promise<{ picture: Blob } | { fault: string }> {
  const format = await formatOf(file);
  const picture = format && (await createImageBitmap(file).catch(() => null));
  if (!picture) return { fault: 'This file is no picture: choose a PNG or a JPEG.' };
  try {
    const size = coverSize(picture);
    if (size === null) return { fault: tooSmall(picture) };
    if (format === 'png' && size.width === picture.width && file.size <= COVER_LIMITS.bytesMax) {
      return { picture: file.slice(0, file.size, 'image/png') };
    }
    return toResult(await drawWithin(picture, size));
  } finally {
    picture.close();
  }
}

/** Returns the size of a cover, at most as large as it may be; null when it is then too small. */
export function coverSize({ height, width }: Size): Size | null {
  const { heightMax, heightMin, widthMax, widthMin } = COVER_LIMITS;
  const scale = Math.min(1, widthMax / width, heightMax / height);
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  return size.width >= widthMin && size.height >= heightMin ? size : null;
}

function tooSmall({ height, width }: Size): string {
  const { heightMin, widthMin } = COVER_LIMITS;
  return `The picture is ${width} × ${height} pixels: choose one of at least ${widthMin} × ${heightMin}.`;
}

/** Draws the picture as large as the API takes it. */
async function drawWithin(picture: ImageBitmap, largest: Size): Promise<Blob | null> {
  let png: Blob | null = null;
  for (let scale = 1; ; scale *= SHRINK) {
    const area = { width: Math.round(largest.width * scale), height: Math.round(largest.height * scale) };
    // The smallest cover has few bytes, whatever it shows.
    if (coverSize(area) === null) return png;
    png = await drawPng(picture, { area, at: { x: 0, y: 0, ...area } });
    if (png === null || png.size <= COVER_LIMITS.bytesMax) return png;
  }
}

function toResult(picture: Blob | null): { picture: Blob } | { fault: string } {
  return picture ? { picture } : { fault: 'The browser cannot prepare this picture: choose another one.' };
}
