import type { Clock } from '../../host/clock.ts';
import type { Frame, ProgramFormat } from '../program.ts';
import type { FillTicker } from './fill-ticker.ts';
import type { OutputTimes } from './output-times.ts';
import type { PictureLoop } from './picture-loop.ts';
import { buildSilentSound } from './silent-sound.ts';

/** Sends pictures and silence at the pace of the clock until it is ended. */
export interface FillRun {
  startedAtMs: number;
  end(): void;
}

export interface FillRunOptions {
  clock: Clock;
  ticker: FillTicker;
  times: OutputTimes;
  /** The sound to be silent in; null for none. */
  audio: ProgramFormat['audio'];
  /** Returns the pictures to send now. @param elapsedMs since the start of the run */
  pictures(elapsedMs: number): PictureLoop;
  /** The headers of the frames that follow, where they change. */
  onFormat(format: ProgramFormat): void;
  onFrame(frame: Frame): void;
}

/** Sound that ended earlier than this is not caught up with. */
const SOUND_GAP_MS_MAX = 2_000;

/** Starts sending at once. */
export function startFillRun(options: FillRunOptions): FillRun {
  const { audio, clock, times } = options;
  const startedAtMs = clock.now();
  const silence = audio && buildSilentSound(audio);
  let loop: PictureLoop | null = null;
  let index = 0;
  let nextPictureMs = Math.max(times.nowMs(), times.afterPicturesMs());
  let nextSoundMs = firstSoundMs();
  let hasEnded = false;

  /** Continues the sound in exact steps of access units. */
  function firstSoundMs(): number {
    if (!silence) return Infinity;
    const newestMs = times.newestSoundMs();
    const nowMs = times.nowMs();
    return newestMs === null || nowMs - newestMs > SOUND_GAP_MS_MAX ? nowMs : newestMs + silence.durationMs;
  }

  function tick(): void {
    const untilMs = times.nowMs();
    choosePictures(untilMs);
    while (isDue(untilMs)) {
      if (nextSoundMs <= nextPictureMs) sendSilence();
      else sendPicture();
    }
  }

  /** The subscriber may leave while it is supplied. */
  function isDue(untilMs: number): boolean {
    return !hasEnded && Math.min(nextPictureMs, nextSoundMs) <= untilMs;
  }

  function choosePictures(nowMs: number): void {
    const wanted = options.pictures(clock.now() - startedAtMs);
    if (wanted === loop) return;
    loop = wanted;
    index = 0;
    // Another image is shown at once instead of after the distance of the earlier pictures.
    nextPictureMs = Math.max(times.afterPicturesMs(), Math.min(nextPictureMs, nowMs));
    options.onFormat({ video: loop.video, audio });
  }

  function sendPicture(): void {
    const { flvBody, keyframe } = loop!.pictures[index]!;
    options.onFrame({ kind: 'video', dtsMs: Math.round(nextPictureMs), compositionOffsetMs: 0, keyframe, flvBody });
    index = (index + 1) % loop!.pictures.length;
    nextPictureMs += loop!.stepMs;
  }

  function sendSilence(): void {
    const { durationMs, flvBody } = silence!;
    options.onFrame({
      kind: 'audio',
      dtsMs: Math.round(nextSoundMs),
      compositionOffsetMs: 0,
      keyframe: false,
      flvBody,
    });
    nextSoundMs += durationMs;
  }

  tick();
  const leaveTicker = options.ticker.join(tick);
  return {
    startedAtMs,
    end() {
      hasEnded = true;
      leaveTicker();
    },
  };
}
