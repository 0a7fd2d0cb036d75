/** Draws pictures that were chosen for an upload, in the browser. */

/** In pixels; also a shape, such as 16 by 9. */
export interface Size {
  width: number;
  height: number;
}

const PNG_START = [0x89, 0x50, 0x4e, 0x47];
const JPEG_START = [0xff, 0xd8, 0xff];

/** Returns the format of a file by its content; null for any other. */
export async function formatOf(file: Blob): Promise<'png' | 'jpeg' | null> {
  const start = new Uint8Array(await file.slice(0, PNG_START.length).arrayBuffer());
  const begins = (bytes: readonly number[]) => bytes.every((byte, at) => start[at] === byte);
  return begins(PNG_START) ? 'png' : begins(JPEG_START) ? 'jpeg' : null;
}

/** Draws a picture on a black area. @returns null when the browser cannot write a PNG */
export function drawPng(
  picture: ImageBitmap,
  { area, at }: { area: Size; at: Size & { x: number; y: number } },
): Promise<Blob | null> {
  const canvas = Object.assign(document.createElement('canvas'), area);
  const context = canvas.getContext('2d');
  if (context === null) return Promise.resolve(null);
  context.fillRect(0, 0, area.width, area.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, at.x, at.y, at.width, at.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
