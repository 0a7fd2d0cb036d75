/**
 * Sends every frame rate of broadcasting through the engine, copied and encoded, to ffmpeg as receiver. A flash and a
 * beep in each second show whether picture and sound stay together.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputRate } from '../../../functions/domain/frame-rate.ts';
import { createTestEngine, startReceivedChannel, startTestFlow } from '../../../test/support/engine-feeds.ts';
import type { FfmpegReceiver } from '../../../test/support/ffmpeg-receiver.ts';
import {
  findTestFfmpeg,
  makeRendition,
  makeTemporaryDirectory,
  sendSrt,
  until,
  type Sender,
} from '../../../test/support/test-media.ts';
import type { MediaEngine, Rendition } from './contract.ts';
import type { FlvTag } from './flv-reader.ts';

/** Fractions as ffmpeg and MediaLive write them. */
const RATES = ['24000/1001', '24', '25', '30000/1001', '30', '50', '60000/1001', '60'];
const MAXIMUM = 30;
const GOP_SECONDS = 2;
const CLIP_SECONDS = 30;
const SECONDS_RECORDED = 9;
/** How far sound and picture may move against each other. */
const SHIFT_MAX_SECONDS = 0.04;

const ffmpeg = findTestFfmpeg()!;
const valueOf = (rate: string) => {
  const [numerator, denominator = '1'] = rate.split('/');
  return Number(numerator) / Number(denominator);
};

describe.skipIf(!findTestFfmpeg())('a source of every frame rate', { timeout: 300_000 }, () => {
  const directory = makeTemporaryDirectory();
  let engine: MediaEngine;
  const senders: Sender[] = [];
  const received = new Map<string, { clip: string; copied: FfmpegReceiver; encoded: FfmpegReceiver }>();

  beforeAll(async () => {
    engine = await createTestEngine(directory);
    for (const [index, rate] of RATES.entries()) received.set(rate, await startOne(index, rate));
    const all = [...received.values()].flatMap(({ copied, encoded }) => [copied, encoded]);
    await until('every recording', () => all.every((receiver) => secondsIn(receiver) >= SECONDS_RECORDED), 240_000);
    for (const { process } of all) process.kill('SIGKILL');
    for (const sender of senders) await sender.stop();
  }, 300_000);

  afterAll(async () => {
    await engine.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Starts a flow with a copied and an encoded channel, and a sender. */
  async function startOne(index: number, rate: string) {
    const clip = makeFlashingClip(join(directory, `${index}.ts`), rate);
    const { port, inputAddress } = await startTestFlow(engine, index);
    const publish = (name: string, rendition: Rendition) => {
      const channelId = `${index}-${name}`;
      const path = join(directory, `${channelId}.flv`);
      return startReceivedChannel(engine, { channelId, inputAddress, path, rendition });
    };
    const copied = await publish('copied', makeRendition());
    const encoded = await publish(
      'encoded',
      makeRendition({
        width: 160,
        height: 90,
        framesPerSecond: outputRate(valueOf(rate), MAXIMUM),
        gopSeconds: GOP_SECONDS,
      }),
    );
    senders.push(sendSrt(ffmpeg, clip, { port }));
    return { clip, copied, encoded };
  }

  it.each(RATES)('of %s is copied with its rate', (rate) => {
    const expected = valueOf(rate);
    expectRate(longestRun(received.get(rate)!.copied.pictures(), expected), expected);
  });

  it.each(RATES)('of %s is encoded with its rate or half of it, and a keyframe every two seconds', (rate) => {
    const expected = outputRate(valueOf(rate), MAXIMUM);
    const pictures = longestRun(received.get(rate)!.encoded.pictures(), expected);
    expectRate(pictures, expected);
    const keyframes = pictures.flatMap(({ body }, index) => (body[0]! >> 4 === 1 ? [index] : []));
    const distances = keyframes.slice(1).map((place, index) => place - keyframes[index]!);
    expect(distances.length).toBeGreaterThan(0);
    expect(new Set(distances)).toEqual(new Set([Math.round(expected * GOP_SECONDS)]));
  });

  it.each(RATES)('of %s keeps picture and sound together', (rate) => {
    const { clip, copied, encoded } = received.get(rate)!;
    const before = shiftSeconds(clip);
    for (const receiver of [copied, encoded])
      expect(Math.abs(shiftSeconds(receiver.path) - before)).toBeLessThanOrEqual(SHIFT_MAX_SECONDS);
  });
});

/** Writes a black picture that is white in the first fifth of each second, while a tone sounds. */
function makeFlashingClip(path: string, rate: string): string {
  const picture = `color=black:size=320x180:rate=${rate},drawbox=c=white:t=fill:enable='lt(mod(t,1),0.2)'`;
  const sound = "aevalsrc='if(lt(mod(t,1),0.2),0.5*sin(2*PI*1000*t),0)':s=48000:c=stereo";
  const gop = String(Math.round(valueOf(rate)));
  execFileSync(ffmpeg, [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'],
    ...['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound, '-t', String(CLIP_SECONDS)],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-bf', '2', '-g', gop, '-sc_threshold', '0'],
    ...['-c:a', 'aac', '-b:a', '96k', '-f', 'mpegts', path],
  ]);
  return path;
}

function secondsIn(receiver: FfmpegReceiver): number {
  let pictures: FlvTag[];
  try {
    pictures = receiver.pictures();
  } catch {
    // The file does not exist before the publisher has connected.
    return 0;
  }
  return pictures.length < 2 ? 0 : (pictures.at(-1)!.timestampMs - pictures[0]!.timestampMs) / 1000;
}

/** Returns the longest part without a missing picture, because a busy machine loses some of what the sender sends. */
function longestRun(pictures: FlvTag[], rate: number): FlvTag[] {
  const runs: FlvTag[][] = [];
  for (const picture of pictures) {
    const last = runs.at(-1)?.at(-1);
    if (last && picture.timestampMs - last.timestampMs < 1500 / rate) runs.at(-1)!.push(picture);
    else runs.push([picture]);
  }
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), []);
}

/** Neighbours such as 29.97 and 30 differ by 0.1 %. Timestamps are rounded to milliseconds, so a run must be long. */
function expectRate(pictures: FlvTag[], expected: number): void {
  const spanMs = pictures.at(-1)!.timestampMs - pictures[0]!.timestampMs;
  expect(spanMs).toBeGreaterThan(4000);
  const rate = ((pictures.length - 1) * 1000) / spanMs;
  expect(Math.abs(rate - expected)).toBeLessThan(expected * 0.0006);
}

/** Returns how much later than the flash the beep begins, as the median over all seconds. */
function shiftSeconds(path: string): number {
  const { stderr } = spawnSync(
    ffmpeg,
    [
      ...['-hide_banner', '-nostdin', '-i', path, '-t', String(CLIP_SECONDS - 1)],
      ...['-vf', 'blackdetect=d=0.1:pix_th=0.5', '-af', 'silencedetect=n=-25dB:d=0.1', '-f', 'null', '-'],
    ],
    { encoding: 'utf8' },
  );
  const timesOf = (pattern: RegExp) => [...stderr.matchAll(pattern)].map(([, time]) => Number(time));
  const flashes = timesOf(/black_end:([\d.]+)/g);
  const beeps = timesOf(/silence_end: ([\d.]+)/g);
  const shifts = flashes.flatMap((flash) => {
    const nearest = beeps.toSorted((one, other) => Math.abs(one - flash) - Math.abs(other - flash))[0];
    return nearest !== undefined && Math.abs(nearest - flash) < 0.5 ? [nearest - flash] : [];
  });
  expect(shifts.length).toBeGreaterThan(3);
  return shifts.toSorted((one, other) => one - other)[Math.floor(shifts.length / 2)]!;
}
