import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { readPngHeader } from '../../functions/domain/png.ts';
import { toPicture } from '../../functions/domain/picture.ts';
import { SLATE_LIMITS } from '../../functions/domain/picture-limits.ts';
import { convertJpeg } from './convert-jpeg.ts';
import { findFfmpeg } from './host/programs.ts';

it('a JPEG becomes a PNG of its size without its metadata, and a damaged one is refused', async () => {
  const found = await findFfmpeg({ environment: process.env, cacheDirectory: tmpdir() });
  if (!found.found) throw new Error(found.reason);
  const draw = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180', '-frames:v', '1', '-metadata', 'comment=taken at home'];
  const jpeg = execFileSync(found.path, ['-loglevel', 'error', ...draw, '-f', 'image2pipe', '-c:v', 'mjpeg', 'pipe:1']);
  const convert = (bytes: Buffer) => convertJpeg(found.path, bytes);
  const { png } = await toPicture(jpeg, SLATE_LIMITS, convert);
  expect(readPngHeader(png)).toMatchObject({ width: 320, height: 180, colourType: 2 });
  expect(png.includes('taken at home')).toBe(false);
  const broken = Buffer.concat([jpeg.subarray(0, 700), Buffer.alloc(2_000, 0xff)]);
  expect(jpeg.length).toBeGreaterThan(2_000);
  await expect(toPicture(broken, SLATE_LIMITS, convert)).rejects.toMatchObject({
    detail: 'the image is a damaged JPEG',
  });
});
