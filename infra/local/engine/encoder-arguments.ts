import type { Rendition } from './contract.ts';

const INTERLEAVE_MAX_MICROSECONDS = 500_000;

/**
 * Builds the arguments of the ffmpeg that turns a transport stream on its input into one rendition, as FLV on its
 * output. Pure. `veryfast` with `zerolatency` adds about 190 ms to a copy and needs about half a core at 720p30;
 * checking for fields adds the duration of one picture.
 * @param input.hasSound false leaves the sound out: ffmpeg would wait for a named sound stream that never arrives
 * @param input.followsKeyframes places keyframes where the source has them, so that all renditions can be cut there
 */
export function buildEncoderArguments(
  rendition: Rendition,
  input: { hasSound: boolean; followsKeyframes: boolean },
): string[] {
  const { width, height, framesPerSecond, videoBitrateBps, gopSeconds } = rendition;
  // Two fields in one picture would show as combs at any size. Pictures without fields pass unchanged.
  const filters = ['yadif=deint=interlaced'];
  if (width !== undefined && height !== undefined) {
    filters.push(
      `scale=${width}:${height}:force_original_aspect_ratio=decrease`,
      `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
      'setsar=1',
    );
  }
  const rate = framesPerSecond === undefined ? [] : ['-r', String(framesPerSecond), '-fps_mode', 'cfr'];
  // The filter would drop a keyframe's mark with its picture; the encoder moves the mark to the next picture.
  if (framesPerSecond !== undefined && !input.followsKeyframes) filters.push(`fps=${framesPerSecond}`);
  filters.push('format=yuv420p');
  const sound = input.hasSound ? ['-map', '0:a:0?'] : ['-an'];
  return [
    ['-hide_banner', '-loglevel', 'error', '-probesize', '1000000', '-analyzeduration', '300000'],
    ['-f', 'mpegts', '-i', 'pipe:0', '-map', '0:v:0', ...sound, '-vf', filters.join(',')],
    ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-profile:v', rendition.h264Profile],
    ['-b:v', String(videoBitrateBps), '-maxrate', String(videoBitrateBps), '-bufsize', String(videoBitrateBps * 2)],
    // Keyframes by time fit any frame rate.
    ['-g', '600', '-sc_threshold', '0'],
    input.followsKeyframes
      ? ['-force_key_frames', 'source', ...rate]
      : ['-force_key_frames', `expr:gte(t,n_forced*${gopSeconds})`],
    ['-c:a', 'aac', '-b:a', String(rendition.audioBitrateBps)],
    ['-ar', String(rendition.audioSampleRateHz), '-ac', String(rendition.audioChannels)],
    // Sound that ends must not delay the picture: ffmpeg would wait ten seconds for it and remain that late.
    ['-max_interleave_delta', String(INTERLEAVE_MAX_MICROSECONDS)],
    ['-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', 'pipe:1'],
  ].flat();
}
