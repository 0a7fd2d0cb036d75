import type { EncoderProblem } from './encoder-restarts.ts';
import type { EncoderLoad, EncoderRun } from './encoder-run.ts';

/** An encoder further behind than this restarts at the newest keyframe, because late pictures are useless. */
const LAG_MAX_MS = 6_000;
/** Limits the memory at any bitrate. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
/** An encoder that is fed and delivers nothing for this long hangs or cannot read the source. */
const MUTE_MS = 10_000;
const MUTE_SHOWN_MS = 5_000;
const MUTE: EncoderProblem = {
  code: 'encoder_failed',
  detail: 'the encoder reads the source but delivers no pictures',
};
/** Assumed when neither the pictures nor the rendition state a rate. */
const USUAL_FRAMES_PER_SECOND = 30;

type JudgedRun = Pick<EncoderRun, 'pace' | 'waitingBytes' | 'framesPerSecond'>;

export interface EncoderVerdict {
  problem: EncoderProblem;
  /** Whether the encoder is to be replaced. */
  isFinal: boolean;
  /** Source frames that its replacement will skip. */
  skippedFrames: number;
}

/**
 * Judges a fed encoder by its lag and its silence. Pure; called for every packet.
 * @param reported the problem that is reported already
 * @returns null when there is nothing new to report
 */
export function judgeEncoder(
  run: JudgedRun,
  load: EncoderLoad,
  reported: EncoderProblem | null,
): EncoderVerdict | null {
  const { pace } = run;
  const isSlow = pace.slow() !== null;
  if (run.waitingBytes() > QUEUE_BYTES_MAX || (isSlow && pace.lagMs() > LAG_MAX_MS)) {
    const skippedFrames = Math.round((pace.lagMs() / 1000) * (run.framesPerSecond() ?? USUAL_FRAMES_PER_SECOND));
    return { problem: describeSlowness(run, load), isFinal: true, skippedFrames };
  }
  const silentMs = pace.silentMs();
  if (silentMs >= MUTE_MS) return { problem: MUTE, isFinal: true, skippedFrames: 0 };
  if (isSlow && reported?.code !== 'encoder_slow')
    return { problem: describeSlowness(run, load), isFinal: false, skippedFrames: 0 };
  if (silentMs >= MUTE_SHOWN_MS && reported === null) return { problem: MUTE, isFinal: false, skippedFrames: 0 };
  return null;
}

function describeSlowness({ pace, framesPerSecond }: JudgedRun, { running }: EncoderLoad): EncoderProblem {
  const rate = pace.slow()?.framesPerSecond ?? 0;
  const wanted = framesPerSecond();
  const rates = `${rate.toFixed(1)}${wanted ? ` of ${wanted}` : ''} frames per second`;
  const detail = `this machine is too slow for ${running} ${running === 1 ? 'encode' : 'encodes'}: ${rates}`;
  return { code: 'encoder_slow', detail };
}
