import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../host/clock.ts';
import { silentLogger } from './engine-logger.ts';
import { findParentDeathPrefix } from './media-child.ts';
import { createSourcePictureMaker, type SourcePictureMaker } from './source-picture.ts';
import {
  findTestFfmpeg,
  makeTemporaryDirectory,
  makeTransportStream,
  readJpegSize,
  until,
} from '../../../test/support/test-media.ts';

const ffmpeg = findTestFfmpeg()!;

describe.skipIf(!findTestFfmpeg())('a picture of the source', { timeout: 60_000 }, () => {
  let directory: string;
  let large: Buffer;
  let small: Buffer;
  let nowMs: number;
  let keyframe: Buffer | null;
  let maker: SourcePictureMaker;
  const started: number[] = [];
  const running = new Set<number>();

  beforeAll(() => {
    directory = makeTemporaryDirectory();
    const make = (size: string) =>
      readFileSync(makeTransportStream(ffmpeg, join(directory, `${size}.ts`), { seconds: 0.2, size }));
    large = make('1280x720');
    small = make('320x180');
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  beforeEach(() => {
    nowMs = 1_000;
    keyframe = large;
    maker = makeMaker(findParentDeathPrefix());
  });
  const makeMaker = (prefix: string[]) =>
    createSourcePictureMaker({
      newestKeyframe: () => keyframe,
      launcher: {
        ffmpegPath: ffmpeg,
        prefix,
        registry: {
          add(pid) {
            started.push(pid);
            running.add(pid);
          },
          remove: (pid) => void running.delete(pid),
          clear: () => {},
        },
      },
      clock: { now: () => nowMs, after: systemClock.after },
      logger: silentLogger,
    });
  afterEach(async () => {
    await maker.close();
    await until('every decoder to be gone', () => running.size === 0);
    started.length = 0;
  });

  it('is a JPEG at most 640 px wide, and never enlarged', async () => {
    const picture = await maker.take();
    expect(readJpegSize(picture!.jpeg)).toEqual({ width: 640, height: 360 });
    expect(picture!.takenAtMs).toBe(1_000);
    maker.forget();
    keyframe = small;
    expect(readJpegSize((await maker.take())!.jpeg)).toEqual({ width: 320, height: 180 });
  });

  it('is rendered once for simultaneous requests, and again only after five seconds', async () => {
    const pictures = await Promise.all([maker.take(), maker.take(), maker.take()]);
    expect(new Set(pictures).size).toBe(1);
    nowMs += 4_999;
    expect(await maker.take()).toBe(pictures[0]);
    expect(started).toHaveLength(1);
    nowMs += 1;
    expect((await maker.take())!.takenAtMs).toBe(6_000);
    expect(started).toHaveLength(2);
  });

  it('is not shown after the source is lost, even if it was being rendered', async () => {
    const pending = maker.take();
    keyframe = null;
    maker.forget();
    expect(await pending).toBeNull();
    expect(await maker.take()).toBeNull();
    keyframe = large;
    await maker.take();
    keyframe = null;
    maker.forget();
    expect(await maker.take()).toBeNull();
  });

  it('is not shown after the source is lost, even if its decoder cannot be stopped in time', async () => {
    const [ready, go] = ['ready', 'go'].map((name) => join(directory, name)) as [string, string];
    const stubborn = `trap '' TERM; : > '${ready}'; until [ -e '${go}' ]; do sleep 0.02; done; printf '\\377\\330\\377'`;
    maker = makeMaker(['sh', '-c', stubborn]);
    const pending = maker.take();
    await until('the decoder', () => existsSync(ready));
    maker.forget();
    writeFileSync(go, '');
    expect(await pending).toBeNull();
  });

  it('is absent when the source cannot be decoded', async () => {
    keyframe = Buffer.alloc(188 * 50, 0x47);
    expect(await maker.take()).toBeNull();
  });

  it('is absent once its flow is closed, and leaves no decoder running', async () => {
    const pending = maker.take();
    maker.forget();
    await maker.close();
    expect(running.size).toBe(0);
    expect(await pending).toBeNull();
    expect(await maker.take()).toBeNull();
    expect(started).toHaveLength(1);
  });
});
