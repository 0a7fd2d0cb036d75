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
 * Largest gap between two pictures without a missing one; a missing picture makes a gap of two frames. The limit is
 * this close to two because the end of the clip, where audio is slightly longer than video, makes a gap of 1.8 frames.
 */
const STEP_MAX_MS = 1.9 * (1000 / FRAMES_PER_SECOND);

/**
 * Checks whether this many copy destinations run without a dropped frame. Both ends are checked: the publishers count
 * dropped frames, the receivers detect gaps, and a reconnect would lose frames, too.
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
        measured: `${run.droppedFrames} of ${pictures} frames dropped, ${withHole} receivers with a gap, ${run.reconnects} reconnects`,
        compared: cpu,
        aim: '0 dropped',
      },
    ],
    gates: [
      { name: `frames dropped at ${destinations} destinations`, value: run.droppedFrames, limit: 0 },
      { name: `receivers with a gap at ${destinations} destinations`, value: withHole, limit: 0 },
      { name: `reconnects at ${destinations} destinations`, value: run.reconnects, limit: 0 },
    ],
  };
}
