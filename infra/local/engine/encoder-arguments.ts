import type { ColourNumbers } from '../../../functions/domain/picture-colour.ts';
import { buildColourFilters } from './colour-arguments.ts';
import type { Rendition } from './contract.ts';
import { buildSoundArguments } from './sound-arguments.ts';

const INTERLEAVE_MAX_MICROSECONDS = 500_000;
/** Players join and change the rendition at keyframes. The encoder adds keyframes where the source's are further apart. */
const KEYFRAMES_CLOSE_SECONDS = 4;
const FRAMES_PER_SECOND_ASSUMED = 30;
/** Timestamps are rounded to milliseconds, so a picture may be early by this share of its duration. */
const SLOT_TOLERANCE = 0.1;

/**
 * Builds the arguments of the ffmpeg that turns a transport stream on its input into one rendition, as FLV on its
 * output. Pure. `veryfast` with `zerolatency` adds about 190 ms to a copy and needs about half a core at 720p30;
 * checking for fields adds the duration of one picture.
 * @param input.hasSound false leaves the sound out: ffmpeg would wait for a named sound stream that never arrives
 * @param input.followsKeyframes keeps the source's keyframes and all timestamps, so that all renditions can be cut at
 * the same keyframes. The frame rate is then an upper limit
 * @param input.colour of the source, to convert it to BT.709; absent while it is unknown
 */
export function buildEncoderArguments(
  rendition: Rendition,
  input: { hasSound: boolean; followsKeyframes: boolean; colour?: ColourNumbers },
): string[] {
  const { width, height, framesPerSecond, videoBitrateBps, gopSeconds } = rendition;
  // Two fields in one picture would show as combs at any size. Pictures without fields pass unchanged.
  const filters = ['yadif=deint=interlaced'];
  if (framesPerSecond !== undefined)
    filters.push(input.followsKeyframes ? keepKeyframes(framesPerSecond) : `fps=${toFraction(framesPerSecond)}`);
  if (width !== undefined && height !== undefined) {
    filters.push(
      `scale=${width}:${height}:force_original_aspect_ratio=decrease`,
      `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
      'setsar=1',
    );
  }
  // After the size, because pictures are usually made smaller and this is the most expensive filter.
  filters.push(...buildColourFilters(input.colour), 'format=yuv420p');
  const sound = buildSoundArguments(rendition, input.hasSound);
  return [
    ['-hide_banner', '-loglevel', 'error', '-probesize', '1000000', '-analyzeduration', '300000'],
    ['-f', 'mpegts', '-i', 'pipe:0', ...sound.input, '-map', '0:v:0', ...sound.output, '-vf', filters.join(',')],
    ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-profile:v', rendition.h264Profile],
    ['-b:v', String(videoBitrateBps), '-maxrate', String(videoBitrateBps), '-bufsize', String(videoBitrateBps * 2)],
    ['-sc_threshold', '0'],
    ...(input.followsKeyframes ? sourceKeyframes(framesPerSecond) : regularKeyframes(framesPerSecond, gopSeconds)),
    ['-c:a', 'aac', '-b:a', String(rendition.audioBitrateBps)],
    ['-ar', String(rendition.audioSampleRateHz), '-ac', String(rendition.audioChannels)],
    // Sound that ends must not delay the picture: ffmpeg would wait ten seconds for it and remain that late.
    ['-max_interleave_delta', String(INTERLEAVE_MAX_MICROSECONDS + sound.delayMs * 1000)],
    ['-f', 'flv', '-flvflags', 'no_duration_filesize', '-flush_packets', '1', 'pipe:1'],
  ].flat();
}

/**
 * Drops pictures above the rate, but never a keyframe. ffmpeg's own rate changes (`fps`, `-r`) move keyframes by up to
 * three pictures, or drop one and mark the next picture instead.
 */
function keepKeyframes(framesPerSecond: number): string {
  const slot = `floor((t-ld(0))*${framesPerSecond}+${SLOT_TOLERANCE})`;
  return `select='st(0,if(key,t,ld(0)));st(2,${slot});if(key+gt(ld(2),ld(1)),st(1,ld(2))*0+1,0)'`;
}

/** Returns a constant distance in pictures, so that 29.97 frames per second have one every 60, and never one after 59. */
function regularKeyframes(framesPerSecond: number | undefined, gopSeconds: number): string[][] {
  if (framesPerSecond === undefined) return [['-g', '600', '-force_key_frames', `expr:gte(t,n_forced*${gopSeconds})`]];
  const apart = String(Math.round(framesPerSecond * gopSeconds));
  return [['-g', apart, '-keyint_min', apart]];
}

/** Writes a frame rate as an exact fraction: 29.97 is 30000/1001. */
function toFraction(framesPerSecond: number): string {
  const nearest = Math.round(framesPerSecond);
  const isNtsc = Math.abs(framesPerSecond - (nearest * 1000) / 1001) < 0.005 && !Number.isInteger(framesPerSecond);
  return isNtsc ? `${nearest * 1000}/1001` : String(framesPerSecond);
}

function sourceKeyframes(framesPerSecond: number | undefined): string[][] {
  const apart = Math.ceil((framesPerSecond ?? FRAMES_PER_SECOND_ASSUMED) * KEYFRAMES_CLOSE_SECONDS);
  return [
    ['-force_key_frames', 'source', '-g', String(apart)],
    ['-fps_mode', 'passthrough', '-enc_time_base', '1:1000'],
    // The encoder's rate control needs it.
    framesPerSecond === undefined ? [] : ['-x264-params', `fps=${framesPerSecond}`],
  ];
}
