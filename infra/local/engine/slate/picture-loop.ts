import type { SlateImage } from '../contract.ts';
import type { ProgramFormat } from '../program.ts';

type Video = NonNullable<ProgramFormat['video']>;

/** Pictures that can be repeated for ever: the first is a keyframe, and none needs a picture of another round. */
export interface PictureLoop {
  video: Video;
  /** FLV tag bodies without composition offset. */
  pictures: { flvBody: Buffer; keyframe: boolean }[];
  /** Distance of two pictures in milliseconds. */
  stepMs: number;
}

/** What a loop has to look like. */
export interface LoopShape {
  width: number;
  height: number;
  framesPerSecond: number;
  /** profile_idc of the pictures it replaces. */
  profileIdc: number;
}

const FRAMES_PER_SECOND_ASSUMED = 30;
const LOOP_SECONDS = 2;
const PROFILES: Record<number, string> = { 66: 'baseline', 77: 'main' };
/** From this height on, BT.709 is what players assume (ITU-R BT.709, BT.601). */
const HIGH_DEFINITION_HEIGHT = 720;
const COMPOSITION_OFFSET_AT = 2;
/** A larger keyframe is repeated every two seconds, so that it needs no more bandwidth than a stream. */
const LARGE_KEYFRAME_BYTES = 400_000;

/** Returns the shape of a program's pictures. */
export function shapeOf({ avcConfiguration, framesPerSecond, height, width }: Video): LoopShape {
  return {
    width,
    height,
    framesPerSecond: framesPerSecond ?? FRAMES_PER_SECOND_ASSUMED,
    profileIdc: avcConfiguration[1] ?? 100,
  };
}

/** Makes a loop of one keyframe. Its headers are those of the program it is from. */
export function repeatKeyframe(video: Video, flvBody: Buffer): PictureLoop {
  const body = Buffer.from(flvBody);
  // The picture is shown at its decode time: nothing is reordered around it.
  body.writeIntBE(0, COMPOSITION_OFFSET_AT, 3);
  const stepMs = body.length > LARGE_KEYFRAME_BYTES ? 2_000 : 1_000;
  return { video, pictures: [{ flvBody: body, keyframe: true }], stepMs };
}

/** Builds the arguments of the ffmpeg that encodes an image as one closed group of pictures, as FLV. Pure. */
export function buildLoopArguments(image: SlateImage, shape: LoopShape): string[] {
  const { framesPerSecond, height, profileIdc, width } = shape;
  const pictures = String(Math.round(framesPerSecond * LOOP_SECONDS));
  const matrix = height >= HIGH_DEFINITION_HEIGHT ? 'bt709' : 'smpte170m';
  const input =
    image.kind === 'file'
      ? ['-loop', '1', '-framerate', String(framesPerSecond), '-i', image.path]
      : ['-f', 'lavfi', '-i', `color=c=0x${image.rgb}:s=${width}x${height}:r=${framesPerSecond}`];
  const filters = [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:out_color_matrix=${matrix}:out_range=tv`,
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`,
    'setsar=1',
    'format=yuv420p',
  ];
  return [
    ['-hide_banner', '-loglevel', 'error', '-threads', '1', ...input, '-frames:v', pictures, '-an'],
    ['-vf', filters.join(','), '-threads', '1', '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency'],
    // Without B-frames every picture is shown when it is decoded.
    ['-profile:v', PROFILES[profileIdc] ?? 'high', '-crf', '18', '-bf', '0', '-sc_threshold', '0'],
    ['-g', pictures, '-keyint_min', pictures],
    ['-colorspace', matrix, '-color_primaries', matrix, '-color_trc', matrix, '-color_range', 'tv'],
    ['-f', 'flv', '-flvflags', 'no_duration_filesize', 'pipe:1'],
  ].flat();
}
