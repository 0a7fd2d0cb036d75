/** Sends an interlaced source through the engine. ffmpeg judges whether what arrives shows combs where it moves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTestEngine, startReceivedChannel, startTestFlow } from '../../../test/support/engine-feeds.ts';
import {
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  sendSrt,
  until,
} from '../../../test/support/test-media.ts';

const ffmpeg = findTestFfmpeg()!;
const PICTURES = 75;

describe.skipIf(!findTestFfmpeg())('an interlaced source', () => {
  const directory = makeTemporaryDirectory();
  const endings: (() => unknown)[] = [];

  afterAll(async () => {
    for (const end of endings.toReversed()) await end();
    rmSync(directory, { recursive: true, force: true });
  });

  it('arrives without combs, also with the preset that copies', async () => {
    const clip = makeInterlacedClip(join(directory, 'fields.ts'));
    const sent = countFields(clip);
    expect(sent.interlaced).toBeGreaterThan(sent.progressive);
    const engine = await createTestEngine(directory);
    endings.push(() => engine.close());
    const { port, inputAddress } = await startTestFlow(engine);
    const channel = { channelId: 'channel', inputAddress, path: join(directory, 'received.flv') };
    const receiver = await startReceivedChannel(engine, { ...channel, rendition: makeRendition() });
    endings.push(() => receiver.process.kill('SIGKILL'));
    const sender = sendSrt(ffmpeg, clip, { port });
    endings.push(() => sender.stop());
    await until('pictures', () => existsSync(receiver.path) && receiver.pictures().length >= PICTURES);
    expect(engine.report().channels[0]?.mode).toBe('encode');
    const received = countFields(receiver.path);
    expect(received.progressive).toBeGreaterThan(10 * received.interlaced);
  });
});

/** Writes 25 pictures a second of two fields each, the top one first, with motion in every one. */
function makeInterlacedClip(path: string): string {
  execFileSync(ffmpeg, [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'],
    ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=50,scroll=horizontal=0.01,tinterlace=interleave_top'],
    ...['-f', 'lavfi', '-i', 'sine=sample_rate=48000', '-t', '20', '-ac', '2'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '25', '-b:v', '2M'],
    ...['-flags', '+ilme+ildct', '-x264opts', 'tff=1', '-c:a', 'aac', '-f', 'mpegts', path],
  ]);
  return path;
}

/** Counts the pictures that look interlaced, whatever their headers say, and those that do not. */
function countFields(path: string): { interlaced: number; progressive: number } {
  const judge = ['-hide_banner', '-nostdin', '-i', path, '-frames:v', String(PICTURES), '-vf', 'idet', '-an'];
  const { stderr } = spawnSync(ffmpeg, [...judge, '-f', 'null', '-'], { encoding: 'utf8' });
  // The filter is set up twice; the last of its reports counts.
  const counts = [...stderr.matchAll(/Multi frame detection: TFF:\s*(\d+) BFF:\s*(\d+) Progressive:\s*(\d+)/g)].at(-1);
  expect(counts, stderr.slice(-500)).toBeDefined();
  const [, top, bottom, progressive] = counts!.map(Number);
  return { interlaced: top! + bottom!, progressive: progressive! };
}
