import { AppError } from './errors.ts';
import { isPng, PngFault, readPngHeader, rebuildPng } from './png.ts';

/** The operator's own slate: what an upload may be. Pure. */

/** Lambda takes 6 MB with the body as base64. */
export const SLATE_BYTES_MAX = 4_000_000;
const SIDE_MIN = 64;
/** MediaLive scales an image down to the output; a larger one costs memory and shows no more. */
const WIDTH_MAX = 3840;
const HEIGHT_MAX = 2160;
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);

/** The image as it is kept: a PNG that was written by us. */
export interface SlateImage {
  png: Buffer;
  width: number;
  height: number;
}

/** What converts a JPEG into a PNG; absent on AWS, where no function can decode one. */
export type ConvertJpeg = (jpeg: Buffer) => Promise<Buffer>;

/**
 * Checks an upload by its content and writes it again, so that nothing but its pixels is kept.
 * @throws {AppError} `validation_failed` for anything but one still picture within the limits
 */
export async function toSlateImage(upload: Buffer, convertJpeg?: ConvertJpeg): Promise<SlateImage> {
  if (upload.length === 0) throw refusal('is empty');
  if (upload.length > SLATE_BYTES_MAX) throw refusal(`is larger than ${SLATE_BYTES_MAX / 1_000_000} MB`);
  if (isPng(upload)) return rebuild(upload);
  if (!upload.subarray(0, JPEG_START.length).equals(JPEG_START)) throw refusal('is neither a PNG nor a JPEG');
  requireAllowedSize(readJpegSize(upload));
  if (!convertJpeg) throw refusal('is a JPEG, which MediaLive does not read', 'save it as a PNG and send that');
  let converted: Buffer;
  try {
    converted = await convertJpeg(upload);
  } catch {
    throw refusal('is a damaged JPEG');
  }
  return rebuild(converted);
}

function rebuild(bytes: Buffer): SlateImage {
  try {
    const { height, width } = readPngHeader(bytes);
    // Checked before anything is unpacked.
    requireAllowedSize({ width, height });
    return { png: rebuildPng(bytes), width, height };
  } catch (error) {
    if (error instanceof PngFault) throw refusal(error.message);
    throw error;
  }
}

function requireAllowedSize({ height, width }: { width: number; height: number }): void {
  const isTooSmall = width < SIDE_MIN || height < SIDE_MIN;
  const isTooLarge = width > WIDTH_MAX || height > HEIGHT_MAX;
  if (!isTooSmall && !isTooLarge) return;
  throw refusal(
    `is ${width} × ${height} pixels`,
    `send one from ${SIDE_MIN} × ${SIDE_MIN} to ${WIDTH_MAX} × ${HEIGHT_MAX} pixels, such as 1920 × 1080`,
  );
}

/** 854 × 480 counts as 16:9. */
const SHAPE_TOLERANCE = 0.01;

/** Returns what MediaLive does to an image of another shape than the presets' 16:9; null for one that fits. Pure. */
export function shapeWarning({
  height,
  width,
}: Pick<SlateImage, 'height' | 'width'>): { code: 'slate_shape'; detail: string; remedy: string } | null {
  if (Math.abs((width * 9) / (height * 16) - 1) <= SHAPE_TOLERANCE) return null;
  return {
    code: 'slate_shape',
    detail: `the image is ${width} × ${height} pixels, and MediaLive stretches it to outputs of another shape, such as 16:9`,
    remedy: 'send an image in the shape of the outputs, or choose it on the page Settings, which adds black bars',
  };
}

/** Finds the size in the frame header (ITU-T T.81, B.2.2). */
function readJpegSize(bytes: Buffer): { width: number; height: number } {
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) break;
    // SOF0 to SOF15 without DHT, JPG and DAC, which share the range.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw refusal('is a damaged JPEG');
}

function refusal(what: string, remedy = 'send one still picture as PNG or JPEG, at most 4 MB'): AppError {
  return new AppError('validation_failed', {
    detail: `the image ${what}`,
    remedy,
    errors: [{ field: 'body', message: what }],
  });
}
