import { describe, expect, it } from 'vitest';
import { buildPlainPng } from '../domain/plain-png.ts';
import { toPicture, type ConvertJpeg } from './picture.ts';
import { COVER_LIMITS, PICTURE_BYTES_MAX, SLATE_LIMITS } from './picture-limits.ts';

const plain = buildPlainPng(640, 360, '1B2430');

/** The start of a JPEG: an application segment and the frame header. */
function jpeg(width: number, height: number): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]), frame]);
}

const refusalOf = (upload: Buffer, convert?: ConvertJpeg) =>
  toPicture(upload, SLATE_LIMITS, convert).then(
    () => null,
    (error: { detail: string; remedy: string }) => `${error.detail}; ${error.remedy}`,
  );

describe('an own slate', () => {
  it('is kept as a PNG of its size', async () => {
    expect(await toPicture(plain, SLATE_LIMITS)).toMatchObject({ width: 640, height: 360 });
  });

  it('may be a JPEG where it can be converted, and says what to send where it cannot', async () => {
    expect(await toPicture(jpeg(640, 360), SLATE_LIMITS, async () => plain)).toMatchObject({ width: 640 });
    expect(await refusalOf(jpeg(640, 360))).toBe(
      'the image is a JPEG, which cannot be converted here; save it as a PNG and send that',
    );
  });

  it.each<[string, Buffer]>([
    ['is empty', Buffer.alloc(0)],
    ['is larger than 4 MB', Buffer.alloc(PICTURE_BYTES_MAX + 1)],
    ['is neither a PNG nor a JPEG', Buffer.from('<svg/>')],
    ['is neither a PNG nor a JPEG', Buffer.from('GIF89a')],
    ['is 32 × 360 pixels', buildPlainPng(32, 360, '000000')],
    ['is 4000 × 360 pixels', buildPlainPng(4000, 360, '000000')],
    ['is cut off', plain.subarray(0, plain.length - 12)],
    ['is 8000 × 360 pixels', jpeg(8000, 360)],
    ['is a damaged JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4])],
  ])('that %s is refused with a remedy', async (what, upload) => {
    expect(await refusalOf(upload, async () => plain)).toMatch(new RegExp(`^the image ${what}; send one `));
  });

  it('reads the size of a JPEG before it is decoded', async () => {
    let decoded = 0;
    await refusalOf(jpeg(20_000, 20_000), async () => {
      decoded += 1;
      return plain;
    });
    expect(decoded).toBe(0);
  });
});

describe('a cover', () => {
  const refusalOfCover = (upload: Buffer) =>
    toPicture(upload, COVER_LIMITS).then(
      () => null,
      (error: { detail: string; remedy: string }) => `${error.detail}; ${error.remedy}`,
    );

  it('may have any size from 320 × 180 to 1920 × 1080', async () => {
    expect(await refusalOfCover(buildPlainPng(320, 180, '000000'))).toBeNull();
    expect(await refusalOfCover(buildPlainPng(1920, 1080, '000000'))).toBeNull();
    const remedy = 'send one from 320 × 180 to 1920 × 1080 pixels, such as 1280 × 720';
    expect(await refusalOfCover(buildPlainPng(1, 1, '000000'))).toBe(`the image is 1 × 1 pixels; ${remedy}`);
    expect(await refusalOfCover(buildPlainPng(1921, 1080, '000000'))).toBe(
      `the image is 1921 × 1080 pixels; ${remedy}`,
    );
  });

  it('has at most 2 MB', async () => {
    expect(await refusalOfCover(Buffer.alloc(2_000_001))).toBe(
      'the image is larger than 2 MB; send one still picture as PNG or JPEG, at most 2 MB',
    );
  });
});
