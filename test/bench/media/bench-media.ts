import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findRehearsalFfmpeg, makeFlvFile } from '../../support/rehearsal-media.ts';

/** The media that all parts of the benchmark send: 1080p30 H.264 at a constant 4.5 Mbit/s, keyframes every 2 s, AAC. */
export interface BenchMedia {
  /** Ten seconds, for playing in a loop. */
  flvPath: string;
  transportStreamPath: string;
  /** A minute and a half with continuous timestamps. */
  longTransportStreamPath: string;
}

export const VIDEO_BITRATE_BPS = 4_500_000;
export const FRAMES_PER_SECOND = 30;
const CONTENT_SECONDS = 10;
const LONG_ROUNDS = 9;

/** Encodes the media into a directory. */
export async function makeBenchMedia(directory: string): Promise<BenchMedia> {
  const media = {
    flvPath: join(directory, 'bench.flv'),
    transportStreamPath: join(directory, 'bench.ts'),
    longTransportStreamPath: join(directory, 'bench-long.ts'),
  };
  await makeFlvFile(media.flvPath, {
    ...{ width: 1920, height: 1080, framesPerSecond: FRAMES_PER_SECOND, gopFrames: 2 * FRAMES_PER_SECOND },
    ...{ seconds: CONTENT_SECONDS, videoBitrateBps: VIDEO_BITRATE_BPS },
  });
  await remux([], media.flvPath, media.transportStreamPath);
  await remux(['-stream_loop', String(LONG_ROUNDS - 1)], media.flvPath, media.longTransportStreamPath);
  return media;
}

/** Copies the streams of a file into a transport stream. @param before arguments in front of the input */
export async function remux(before: string[], from: string, to: string): Promise<void> {
  const args = ['-v', 'error', '-nostdin', ...before, '-i', from, '-c', 'copy', '-f', 'mpegts', to];
  await promisify(execFile)(findRehearsalFfmpeg(), args);
}
