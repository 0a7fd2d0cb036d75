import { FRAMES_PER_SECOND, VIDEO_BITRATE_BPS } from './bench-media.ts';
import { native } from './bench-fan-out.ts';
import { measure } from './measure.ts';
import type { Outcome } from '../outcome.ts';
import type { BenchMedia } from './bench-media.ts';

export interface CapacityOptions {
  destinations: number;
  seconds: number;
}

/**
 * Longest step between two pictures that leaves none out: one that does lasts two frames. It is this near to that because
 * the clip's end, where audio is a little longer than video, makes a step of 1.8 frames.
 */
const STEP_MAX_MS = 1.9 * (1000 / FRAMES_PER_SECOND);

/**
 * Whether so many copy destinations run without a dropped frame. Both ends are asked: the publishers count what they drop,
 * the receivers see holes, and a connection that broke would have lost frames too.
 */
export async function benchCapacity(media: BenchMedia, { destinations, seconds }: CapacityOptions): Promise<Outcome> {
  const run = await measure(native, media, destinations, seconds);
  const { sessions } = run.summary;
  const withHole = sessions.filter(({ largestTimestampGapMs }) => largestTimestampGapMs > STEP_MAX_MS).length;
  const pictures = sessions.reduce((sum, { videoFrames }) => sum + videoFrames, 0);
  const cpu = `${run.fanOutPercent.toFixed(1)} % of a core for the fan-out`;
  return {
    rows: [
      {
        figure: `${destinations} copy destinations of ${VIDEO_BITRATE_BPS / 1e6} Mbit/s`,
        measured: `${run.droppedFrames} of ${pictures} frames dropped, ${withHole} receivers with a hole, ${run.reconnects} reconnects`,
        compared: cpu,
        aim: '0 dropped',
      },
    ],
    gates: [
      { name: `frames dropped at ${destinations} destinations`, value: run.droppedFrames, limit: 0 },
      { name: `receivers with a hole at ${destinations} destinations`, value: withHole, limit: 0 },
      { name: `reconnects at ${destinations} destinations`, value: run.reconnects, limit: 0 },
    ],
  };
}
