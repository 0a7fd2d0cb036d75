import { AppError } from './errors.ts';
import type { PictureLimits } from './picture-limits.ts';
import { isPng, PngFault, readPngHeader, rebuildPng } from './png.ts';

/** Pictures that people upload, such as the slate and covers: what an upload may be. Pure. */

const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);

/** A picture as it is kept: a PNG that was written by us. */
export interface Picture {
  png: Buffer;
  width: number;
  height: number;
}

/** What converts a JPEG into a PNG; absent on AWS, where no function can decode one. */
export type ConvertJpeg = (jpeg: Buffer) => Promise<Buffer>;

/**
 * Checks an upload by its content and writes it again, so that nothing but its pixels is kept.
 * @param upload undefined when there was no picture in the request
 * @throws {AppError} `validation_failed` for anything but one still picture within the limits
 */
export async function toPicture(
  upload: Buffer | undefined,
  limits: PictureLimits,
  convertJpeg?: ConvertJpeg,
): Promise<Picture> {
  if (upload === undefined || upload.length === 0) throw refusal('is empty', limits);
  if (upload.length > limits.bytesMax) throw refusal(`is larger than ${megabytes(limits)}`, limits);
  if (isPng(upload)) return rebuild(upload, limits);
  if (!upload.subarray(0, JPEG_START.length).equals(JPEG_START)) throw refusal('is neither a PNG nor a JPEG', limits);
  const size = readJpegSize(upload);
  if (!size) throw refusal('is a damaged JPEG', limits);
  requireAllowedSize(size, limits);
  if (!convertJpeg)
    throw refusal('is a JPEG, which cannot be converted here', limits, 'save it as a PNG and send that');
  let converted: Buffer;
  try {
    converted = await convertJpeg(upload);
  } catch {
    throw refusal('is a damaged JPEG', limits);
  }
  return rebuild(converted, limits);
}

function rebuild(bytes: Buffer, limits: PictureLimits): Picture {
  try {
    const { height, width } = readPngHeader(bytes);
    // Checked before anything is unpacked.
    requireAllowedSize({ width, height }, limits);
    return { png: rebuildPng(bytes), width, height };
  } catch (error) {
    if (error instanceof PngFault) throw refusal(error.message, limits);
    throw error;
  }
}

function requireAllowedSize({ height, width }: { width: number; height: number }, limits: PictureLimits): void {
  const { bestSize, heightMax, heightMin, widthMax, widthMin } = limits;
  const isTooSmall = width < widthMin || height < heightMin;
  const isTooLarge = width > widthMax || height > heightMax;
  if (!isTooSmall && !isTooLarge) return;
  throw refusal(
    `is ${width} × ${height} pixels`,
    limits,
    `send one from ${widthMin} × ${heightMin} to ${widthMax} × ${heightMax} pixels, such as ${bestSize}`,
  );
}

/** Finds the size in the frame header (ITU-T T.81, B.2.2); null without one. */
function readJpegSize(bytes: Buffer): { width: number; height: number } | null {
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) break;
    // SOF0 to SOF15 without DHT, JPG and DAC, which share the range.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

function megabytes({ bytesMax }: PictureLimits): string {
  return `${bytesMax / 1_000_000} MB`;
}

function refusal(
  what: string,
  limits: PictureLimits,
  remedy = `send one still picture as PNG or JPEG, at most ${megabytes(limits)}`,
): AppError {
  return new AppError('validation_failed', {
    detail: `the image ${what}`,
    remedy,
    errors: [{ field: 'body', message: what }],
  });
}
