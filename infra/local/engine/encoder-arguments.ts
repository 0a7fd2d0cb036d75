import type { Rendition } from './contract.ts';

const INTERLEAVE_MAX_MICROSECONDS = 500_000;
/** Players join at keyframes, and change the rendition there: where the source has fewer, these are between them. */
const KEYFRAMES_CLOSE_SECONDS = 4;
const FRAMES_PER_SECOND_ASSUMED = 30;
/** Times of pictures are rounded to milliseconds on their way: part of a picture by which one may come early. */
const SLOT_TOLERANCE = 0.1;

/**
 * Builds the arguments of the ffmpeg that turns a transport stream on its input into one rendition, as FLV on its output.
 * Pure. `veryfast` with `zerolatency` adds about 190 ms to a copy and needs about half a core at 720p30; looking for fields
 * costs one picture more.
 * @param input.hasSound false leaves the sound out: ffmpeg would wait for one that is named and never comes
 * @param input.followsKeyframes keeps the source's keyframes and the times of all pictures, so that renditions can be cut at
 * the same ones. A frame rate is then the most that is kept
 */
export function buildEncoderArguments(
  rendition: Rendition,
  input: { hasSound: boolean; followsKeyframes: boolean },
): string[] {
  const { width, height, framesPerSecond, videoBitrateBps, gopSeconds } = rendition;
  // Two fields in one picture would show as combs at any size. Pictures without fields pass unchanged.
  const filters = ['yadif=deint=interlaced'];
  if (framesPerSecond !== undefined)
    filters.push(input.followsKeyframes ? keepKeyframes(framesPerSecond) : `fps=${framesPerSecond}`);
  if (width !== undefined && height !== undefined) {
    filters.push(
      `scale=${width}:${height}:force_original_aspect_ratio=decrease`,
      `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
      'setsar=1',
    );
  }
  filters.push('format=yuv420p');
  const sound = input.hasSound ? ['-map', '0:a:0?'] : ['-an'];
  return [
    ['-hide_banner', '-loglevel', 'error', '-probesize', '1000000', '-analyzeduration', '300000'],
    ['-f', 'mpegts', '-i', 'pipe:0', '-map', '0:v:0', ...sound, '-vf', filters.join(',')],
    ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-profile:v', rendition.h264Profile],
    ['-b:v', String(videoBitrateBps), '-maxrate', String(videoBitrateBps), '-bufsize', String(videoBitrateBps * 2)],
    ['-sc_threshold', '0'],
    ...(input.followsKeyframes
      ? sourceKeyframes(framesPerSecond)
      : // Keyframes by time hold whatever the frame rate turns out to be.
        [['-g', '600', '-force_key_frames', `expr:gte(t,n_forced*${gopSeconds})`]]),
    ['-c:a', 'aac', '-b:a', String(rendition.audioBitrateBps)],
    ['-ar', String(rendition.audioSampleRateHz), '-ac', String(rendition.audioChannels)],
    // Sound that ends must not delay the picture: ffmpeg would wait ten seconds for it and remain that late.
    ['-max_interleave_delta', String(INTERLEAVE_MAX_MICROSECONDS)],
    ['-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', 'pipe:1'],
  ].flat();
}

/**
 * Leaves out pictures above the rate, never a keyframe. Changing the rate by numbering pictures (`fps`, `-r`) would move
 * keyframes, or drop one and mark the next: by up to three pictures.
 */
function keepKeyframes(framesPerSecond: number): string {
  const slot = `floor((t-ld(0))*${framesPerSecond}+${SLOT_TOLERANCE})`;
  return `select='st(0,if(key,t,ld(0)));st(2,${slot});if(key+gt(ld(2),ld(1)),st(1,ld(2))*0+1,0)'`;
}

function sourceKeyframes(framesPerSecond: number | undefined): string[][] {
  const apart = Math.ceil((framesPerSecond ?? FRAMES_PER_SECOND_ASSUMED) * KEYFRAMES_CLOSE_SECONDS);
  return [
    ['-force_key_frames', 'source', '-g', String(apart)],
    ['-fps_mode', 'passthrough', '-enc_time_base', '1:1000'],
    // The encoder spends its bits by this.
    framesPerSecond === undefined ? [] : ['-x264-params', `fps=${framesPerSecond}`],
  ];
}
