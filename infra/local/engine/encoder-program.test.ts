import { afterEach, beforeEach, expect, it } from 'vitest';

import { createEncoderProgram, type EncoderProgram } from './encoder-program.ts';
import { silentLogger } from './engine-logger.ts';
import type { RawTap } from './raw-taps.ts';
import { makeManualClock, type ManualClock } from '../../../test/support/rtmp.ts';
import { makeRendition } from '../../../test/support/test-media.ts';

let clock: ManualClock;
let encoder: EncoderProgram;
let tap: RawTap | null;

/** A stand-in for ffmpeg that reads its input and never writes. */
const launcher = {
  ffmpegPath: 'any',
  prefix: [process.execPath, '-e', 'process.stdin.resume()'],
  registry: { add() {}, remove() {}, clear() {} },
};

beforeEach(() => {
  clock = makeManualClock();
  tap = null;
  const source = {
    tap(added: RawTap) {
      tap = added;
      return () => {
        tap = null;
      };
    },
  };
  const rendition = makeRendition();
  encoder = createEncoderProgram({
    rendition,
    followsKeyframes: false,
    source,
    launcher,
    clock,
    logger: silentLogger,
    load: { running: 0 },
    onChange() {},
  });
  encoder.program.subscribe({ onFormat() {}, onFrame() {}, onSourceLost() {} });
});

afterEach(() => encoder.close());

function feed(seconds: number): void {
  for (let fed = 0; fed < seconds * 2; fed += 1) {
    tap?.onBytes(Buffer.alloc(188));
    clock.advance(500);
  }
}

it('replaces an encoder that delivers nothing within ten seconds of being fed, and reports it', () => {
  tap!.onBytes(Buffer.alloc(188), { keyframeDtsMs: 0, keyframePtsMs: 1_000, hasSound: true });
  feed(4.5);
  expect(encoder.problem()).toBeNull();
  feed(1);
  expect(encoder.problem()).toMatchObject({
    code: 'encoder_failed',
    detail: expect.stringContaining('delivers no pictures'),
  });
  expect(tap).not.toBeNull();
  feed(4.5);
  tap!.onBytes(Buffer.alloc(188));
  expect(encoder.problem()).toMatchObject({ attempt: 1, detail: expect.stringContaining('delivers no pictures') });
  expect(tap).toBeNull();
  clock.advance(600);
  expect(tap).not.toBeNull();
});

it('does not count a pause of the source against the encoder', () => {
  tap!.onBytes(Buffer.alloc(188), { keyframeDtsMs: 0, keyframePtsMs: 1_000, hasSound: true });
  clock.advance(60_000);
  feed(4.5);
  expect(encoder.problem()).toBeNull();
});
