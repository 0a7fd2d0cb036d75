/**
 * Measures whether an encoder keeps up with its source, from the media time it has delivered per time fed and from the
 * input waiting for it. A source that pauses or is slow itself leaves no input waiting.
 */
export interface EncoderPace {
  /** Records that the encoder was fed. */
  fed(nowMs: number, waitingBytes: number): void;
  /** Records a delivered picture. */
  gave(dtsMs: number): void;
  /** Set while the encoder delivers pictures too slowly. */
  slow(): Slowness | null;
  /** Returns how long the encoder has been fed since its last picture. */
  silentMs(): number;
  /** Returns its lag behind the time it was fed. */
  lagMs(): number;
  /** Returns how long it has been fed and has kept up. */
  healthyMs(): number;
}

export interface Slowness {
  framesPerSecond: number;
}

interface Sample {
  fedMs: number;
  givenMs: number;
  pictures: number;
  waits: boolean;
}

const FEED_PAUSE_MS = 1_000;
const SAMPLE_MS = 250;
const WINDOW_MS = 3_000;
/** Media time delivered per time fed; a shortfall smaller than this is jitter. */
const KEEPS_UP_FROM = 0.97;
/** The lag a starting encoder may catch up. */
const LAG_ALLOWED_MS = 2_000;

/** @param baseMs decode time of its first keyframe */
export function createEncoderPace(baseMs: number, nowMs: number): EncoderPace {
  let fedAtMs = nowMs;
  let fedMs = 0;
  let givenMs = 0;
  let pictures = 0;
  let gaveAtFedMs = 0;
  let slowUntilFedMs = 0;
  let slowness: Slowness | null = null;
  let samples: Sample[] = [{ fedMs: 0, givenMs: 0, pictures: 0, waits: true }];

  function judge(last: Sample): void {
    const first = samples[0]!;
    const spanMs = last.fedMs - first.fedMs;
    if (spanMs < WINDOW_MS) return;
    const keepsUp = (last.givenMs - first.givenMs) / spanMs >= KEEPS_UP_FROM;
    const waits = samples.every((sample) => sample.waits) || (last.waits && last.fedMs - last.givenMs > LAG_ALLOWED_MS);
    const given = last.pictures - first.pictures;
    slowness = keepsUp || !waits || given === 0 ? null : { framesPerSecond: (given * 1000) / spanMs };
    if (slowness) slowUntilFedMs = last.fedMs;
  }

  return {
    fed(atMs, waitingBytes) {
      if (atMs - fedAtMs <= FEED_PAUSE_MS) fedMs += atMs - fedAtMs;
      fedAtMs = atMs;
      if (fedMs - samples.at(-1)!.fedMs < SAMPLE_MS) return;
      const sample = { fedMs, givenMs, pictures, waits: waitingBytes > 0 };
      samples.push(sample);
      samples = samples.slice(
        Math.max(
          0,
          samples.findLastIndex((each) => fedMs - each.fedMs >= WINDOW_MS),
        ),
      );
      judge(sample);
    },
    gave(dtsMs) {
      givenMs = Math.max(givenMs, dtsMs - baseMs);
      pictures += 1;
      // The start-up time says nothing about the encoder's speed.
      if (pictures === 1) samples = [{ fedMs, givenMs, pictures, waits: true }];
      gaveAtFedMs = fedMs;
    },
    slow: () => slowness,
    silentMs: () => fedMs - gaveAtFedMs,
    lagMs: () => fedMs - givenMs,
    healthyMs: () => fedMs - slowUntilFedMs,
  };
}
