import { tickDistance } from './transport-stream/timeline.ts';

const BITRATE_WINDOW_MS = 5_000;
const VIDEO_WINDOW_MS = 5_000;
/** Media time needed before a rate is reported. */
const VIDEO_WINDOW_MIN_MS = 1_500;

export interface SourceMeasurement {
  /** Rate of the whole transport stream over the last seconds of clock time. */
  bitrateBps: number;
  /** Rate of the video alone over the last seconds of media time. Null until there is enough of it. */
  videoBitrateBps: number | null;
  framesPerSecond: number | null;
  /** Longest recent distance of two keyframes; after the first keyframe, the time since then. */
  gopSeconds: number | null;
  /** Whether rates and keyframe distance are accurate enough for a decision. */
  settled: boolean;
}

export interface SourceMeter {
  bytes(atMs: number, count: number): void;
  /** @param picture.frames half a frame when it is a single field; its `dts` is in ticks of 90 kHz */
  video(dtsMs: number, picture: { bytes: number; keyframe: boolean; frames: number; dts: number }): void;
  /** @param given.fromTicks time of the first picture that counts; null for the next one; absent: as before */
  restart(given?: { fromTicks: number | null }): void;
  read(atMs: number): SourceMeasurement;
}

/** Measures the source in its own media time, so that bursts on the network do not count as rate. */
export function createSourceMeter(): SourceMeter {
  const arrivals: { atMs: number; bytes: number }[] = [];
  let pictures: { dtsMs: number; bytes: number; frames: number }[] = [];
  let keyframeMs: number | null = null;
  let gops: number[] = [];
  let countedFrom: number | null = null;

  return {
    bytes(atMs, count) {
      const newest = arrivals.at(-1);
      if (newest && atMs - newest.atMs < 100) newest.bytes += count;
      else arrivals.push({ atMs, bytes: count });
      while (arrivals[0] && atMs - arrivals[0].atMs > BITRATE_WINDOW_MS) arrivals.shift();
    },
    video(dtsMs, { bytes, keyframe, frames, dts }) {
      if (countedFrom !== null && tickDistance(countedFrom, dts) < 0) return;
      countedFrom = null;
      pictures.push({ dtsMs, bytes, frames });
      while (pictures[0] && dtsMs - pictures[0].dtsMs > VIDEO_WINDOW_MS) pictures.shift();
      if (!keyframe) return;
      if (keyframeMs !== null) gops = [...gops.slice(-2), (dtsMs - keyframeMs) / 1000];
      keyframeMs = dtsMs;
    },
    restart(given) {
      if (given) countedFrom = given.fromTicks;
      pictures = [];
      keyframeMs = null;
      gops = [];
    },
    read(atMs) {
      const recent = arrivals.filter((arrival) => atMs - arrival.atMs <= BITRATE_WINDOW_MS);
      const first = recent[0];
      const bytes = recent.reduce((sum, arrival) => sum + arrival.bytes, 0);
      const overMs = first ? Math.max(1_000, atMs - first.atMs) : 1_000;
      const spanMs = pictures.length > 1 ? pictures.at(-1)!.dtsMs - pictures[0]!.dtsMs : 0;
      const enough = spanMs >= VIDEO_WINDOW_MIN_MS;
      // The newest picture belongs to the following interval.
      const measured = pictures.slice(0, -1);
      const videoBytes = measured.reduce((sum, picture) => sum + picture.bytes, 0);
      const frames = measured.reduce((sum, picture) => sum + picture.frames, 0);
      const sinceKeyframe =
        keyframeMs === null || pictures.length === 0 ? null : (pictures.at(-1)!.dtsMs - keyframeMs) / 1000;
      const gopSeconds = gops.length > 0 ? Math.max(...gops) : sinceKeyframe;
      return {
        bitrateBps: Math.round((bytes * 8_000) / overMs),
        videoBitrateBps: enough ? Math.round((videoBytes * 8_000) / spanMs) : null,
        framesPerSecond: enough ? Math.round((frames * 100_000) / spanMs) / 100 : null,
        gopSeconds,
        settled: enough && (gops.length > 0 || (gopSeconds ?? 0) > 4),
      };
    },
  };
}
