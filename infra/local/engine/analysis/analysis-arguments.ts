/** Pictures are compared at this size. Reducing them averages the coding noise of a still picture away. */
const SIZE = '160:90';
/** A pixel darker than this is black; black is 16 in video levels. */
const BLACK_LUMA_MAX = 32;
/** Frames of `ebur128`, 100 ms each, per reading of the sound. */
const FRAMES_PER_READING = 5;

/** Length of the sound that one reading covers. */
export const SOUND_READING_MS = FRAMES_PER_READING * 100;

/**
 * Builds the arguments of the ffmpeg that reads keyframes and sound as a transport stream from its input and writes
 * what it measures to its output, for `analysis-reading.ts`.
 *
 * It measures every picture by itself and by its difference to the last one. `freezedetect` and `blackdetect` compare
 * durations instead, and report every second keyframe as a freeze when there is one keyframe in two seconds.
 * One filter graph for both, so that ffmpeg never mixes the lines of a picture with those of the sound.
 *
 * @param input.hasSound false leaves the sound out: ffmpeg would wait for a named sound stream that never arrives
 */
export function buildAnalysisArguments(input: { hasSound: boolean }): string[] {
  const picture = [
    `[0:v:0]scale=${SIZE}:flags=area`,
    'format=yuv420p',
    `blackframe=amount=0:threshold=${BLACK_LUMA_MAX}`,
    'signalstats',
    'metadata=print:file=-:direct=1[picture]',
  ].join(',');
  const sound = [
    '[0:a:0]ebur128=metadata=1:peak=true',
    `astats=metadata=1:reset=${FRAMES_PER_READING}:measure_perchannel=Peak_level:measure_overall=none`,
    // The last frame of each reading has the peaks of all its frames.
    `aselect=eq(mod(n\\,${FRAMES_PER_READING})\\,${FRAMES_PER_READING - 1})`,
    'ametadata=print:file=-:direct=1[sound]',
  ].join(',');
  return [
    // Reads no further than the tables. Looking at the streams would take many keyframes, each seconds after the other.
    ['-hide_banner', '-loglevel', 'error', '-probesize', '10000', '-nofind_stream_info', '-fflags', 'nobuffer'],
    ['-flags', 'low_delay', '-threads', '1', '-skip_frame', 'nokey', '-f', 'mpegts', '-i', 'pipe:0'],
    ['-filter_complex_threads', '1', '-filter_complex', input.hasSound ? `${picture};${sound}` : picture],
    ['-map', '[picture]', '-f', 'null', '-'],
    ...(input.hasSound ? [['-map', '[sound]', '-f', 'null', '-']] : []),
  ].flat();
}
