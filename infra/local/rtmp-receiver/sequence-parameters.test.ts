import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readFlvContent } from '../../../test/support/flv-content.ts';
import { makeFlvFile } from '../../../test/support/rehearsal-media.ts';
import { readPictureSize } from './sequence-parameters.ts';

const directory = mkdtempSync(join(tmpdir(), 'sluice-picture-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it.each([
  [1920, 1080],
  [854, 480],
  [720, 1280],
  [426, 240],
])('readPictureSize reads %d x %d from x264’s output', async (width, height) => {
  const path = join(directory, `${width}.flv`);
  await makeFlvFile(path, {
    width,
    height,
    framesPerSecond: 30,
    seconds: 0.2,
    videoBitrateBps: 1_000_000,
    gopFrames: 5,
  });
  const { format } = readFlvContent(readFileSync(path));
  expect(readPictureSize(format.video!.avcConfiguration)).toEqual({ width, height });
});

it('readPictureSize returns null for bytes without a parameter set', () => {
  expect(readPictureSize(Buffer.alloc(4))).toBeNull();
  expect(readPictureSize(Buffer.from('0164001fffe1000367640000', 'hex'))).toBeNull();
});
