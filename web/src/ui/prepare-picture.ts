import type { PictureLimits } from '../../../functions/domain/picture-limits.ts';

/** Prepares pictures for an upload, by the same limits as the API. */

const PNG_START = [0x89, 0x50, 0x4e, 0x47];
const JPEG_START = [0xff, 0xd8, 0xff];
/** How much smaller each next attempt is, until a picture has few enough bytes. */
const SHRINK = 0.8;

/**
 * Returns a picture as the API takes it: a JPEG becomes a PNG, because a deployment on AWS cannot convert it, and what is
 * too large becomes smaller. The content decides, not the name of the file. Anything else is returned as it is, so that
 * the API says what is wrong.
 */
export async function preparePicture(file: Blob, limits: PictureLimits): Promise<Blob> {
  const isPng = await startsWith(file, PNG_START);
  if (!isPng && !(await startsWith(file, JPEG_START))) return asPng(file);
  const image = await decode(file);
  if (!image) return asPng(file);
  const { naturalHeight: height, naturalWidth: width } = image;
  const fit = Math.min(1, limits.widthMax / width, limits.heightMax / height);
  if (isPng && fit === 1 && file.size <= limits.bytesMax) return asPng(file);
  for (let scale = fit; ; scale *= SHRINK) {
    const png = await draw(image, Math.round(width * scale), Math.round(height * scale));
    if (png.size <= limits.bytesMax || width * scale < limits.widthMin) return png;
  }
}

/** Returns the size of a picture in pixels; null for a file that is none. */
export async function pictureSize(picture: Blob): Promise<{ width: number; height: number } | null> {
  const image = await decode(picture);
  return image && { width: image.naturalWidth, height: image.naturalHeight };
}

async function startsWith(file: Blob, bytes: readonly number[]): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, bytes.length).arrayBuffer());
  return bytes.every((byte, index) => start[index] === byte);
}

function asPng(file: Blob): Blob {
  return file.slice(0, file.size, 'image/png');
}

/** An image element turns a photo the right way up, as its camera noted it. */
async function decode(file: Blob): Promise<HTMLImageElement | null> {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return image;
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

async function draw(image: HTMLImageElement, width: number, height: number): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.getContext('2d')!.drawImage(image, 0, 0, width, height);
  const png = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  if (!png) throw new Error('the browser could not draw the picture');
  return png;
}
