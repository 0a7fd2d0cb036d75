import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { TEST_SRT_PASSPHRASE } from './product.ts';

export interface Clip {
  width: number;
  height: number;
  framesPerSecond: number;
  seconds: number;
  videoBitrate: string;
  /** 2 when absent. With B-frames, the looped clip has a gap of as many frames at each restart. */
  bFrames?: number;
  /** A black picture without sound, instead of a test picture with a tone. */
  isEmpty?: boolean;
}

/** Encodes a test picture with a tone, or an empty one, as an MPEG transport stream: H.264 High, one keyframe per second, AAC. */
export async function makeClip(ffmpegPath: string, file: string, clip: Clip): Promise<void> {
  const { width, height, framesPerSecond, seconds, videoBitrate, bFrames = 2, isEmpty = false } = clip;
  const [picture, sound] = isEmpty
    ? ['color=black:', 'anullsrc=r=48000:cl=mono']
    : ['testsrc2=', 'sine=frequency=440:sample_rate=48000'];
  await promisify(execFile)(ffmpegPath, [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'],
    ...['-f', 'lavfi', '-i', `${picture}size=${width}x${height}:rate=${framesPerSecond}:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', sound],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'high', '-pix_fmt', 'yuv420p'],
    ...['-bf', String(bFrames)],
    ...['-b:v', videoBitrate, '-maxrate', videoBitrate, '-bufsize', videoBitrate],
    ...['-g', String(framesPerSecond), '-keyint_min', String(framesPerSecond), '-sc_threshold', '0'],
    ...['-c:a', 'aac', '-b:a', '128k', '-ac', '2', '-t', String(seconds), '-f', 'mpegts', file],
  ]);
}

/**
 * Sends a clip over SRT in real time in an endless loop, and reconnects when the connection drops, as encoders do.
 * @param passphrase null calls without one. It is passed in a file next to the clip, so that a search of process
 * arguments finds only the product's
 * @returns a function that ends it; with SIGKILL without a word to the receiver, as when the encoder loses power
 */
export function sendSrt(
  ffmpegPath: string,
  clipFile: string,
  port: number,
  passphrase: string | null = TEST_SRT_PASSPHRASE,
): (signal?: 'SIGTERM' | 'SIGKILL') => Promise<void> {
  const presetFile = `${clipFile}.${port}.ffpreset`;
  writeFileSync(presetFile, passphrase === null ? 'mode=caller\n' : `mode=caller\npassphrase=${passphrase}\n`);
  let isStopped = false;
  let child: ChildProcess;
  const call = () => {
    child = spawn(
      ffmpegPath,
      [
        ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-re', '-stream_loop', '-1', '-i', clipFile],
        ...['-map', '0', '-c', 'copy', '-f', 'mpegts', '-fpre', presetFile],
        `srt://127.0.0.1:${port}?latency=200000&pkt_size=1316`,
      ],
      { stdio: 'ignore' },
    );
    child.once('exit', () => {
      if (!isStopped) setTimeout(() => !isStopped && call(), 500);
    });
  };
  call();
  return async (signal = 'SIGTERM') => {
    isStopped = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    // ffmpeg sometimes ignores SIGTERM while it waits on SRT.
    const impatience = setTimeout(() => child.kill('SIGKILL'), 1000);
    await gone;
    clearTimeout(impatience);
  };
}
