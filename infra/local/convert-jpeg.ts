import { execFile } from 'node:child_process';

/** A slow machine decodes the largest allowed picture well within this. */
const WITHIN_MS = 20_000;
/** 3840 × 2160 pixels without compression. */
const PNG_BYTES_MAX = 3840 * 2160 * 4;

/**
 * Decodes a JPEG and returns it as a PNG. No network protocol and no other format is read.
 * @throws {Error} when it is damaged
 */
export function convertJpeg(ffmpegPath: string, jpeg: Buffer): Promise<Buffer> {
  const reads = [
    '-hide_banner',
    '-loglevel',
    'error',
    '-xerror',
    '-err_detect',
    'explode',
    '-f',
    'jpeg_pipe',
    '-protocol_whitelist',
    'pipe',
  ];
  const writes = [
    '-frames:v',
    '1',
    '-map_metadata',
    '-1',
    '-pix_fmt',
    'rgb24',
    '-f',
    'image2pipe',
    '-c:v',
    'png',
    'pipe:1',
  ];
  return new Promise((resolve, reject) => {
    const child = execFile(
      ffmpegPath,
      [...reads, '-i', 'pipe:0', ...writes],
      { encoding: 'buffer', timeout: WITHIN_MS, maxBuffer: PNG_BYTES_MAX },
      (error, png) => (error ? reject(error) : resolve(png)),
    );
    // ffmpeg may have ended before it has read everything.
    child.stdin!.on('error', () => {});
    child.stdin!.end(jpeg);
  });
}
