/**
 * One encoder shared by all subscribers to the same rendition of the same source. It runs from the first subscription
 * to the last, is fed the source's bytes from a keyframe on, and keeps the source's timeline, so that outputs can
 * switch between the copy and an encoder. An encoder that dies or cannot keep up is replaced; only its own subscribers
 * see the gap.
 */
import type { ColourNumbers } from '../../../functions/domain/picture-colour.ts';
import type { Clock } from '../host/clock.ts';
import type { Rendition } from './contract.ts';
import { createEncoderRestarts, type EncoderProblem } from './encoder-restarts.ts';
import { startEncoderRun, type EncoderLoad, type EncoderRun } from './encoder-run.ts';
import { judgeEncoder } from './encoder-verdict.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFrameHub } from './frame-hub.ts';
import type { MediaLauncher } from './media-child.ts';
import { isSameFormat, type Frame, type Program, type ProgramFormat } from './program.ts';
import type { RawStart } from './raw-taps.ts';
import { createRunSplice } from './run-splice.ts';
import type { SourceProgram } from './source-program.ts';

export interface EncoderProgram {
  program: Program;
  /** Set from a failure until frames arrive, and after repeated failures until a run has kept up for a while. */
  problem(): EncoderProblem | null;
  /** Source frames skipped because the encoder was too slow, since its creation. */
  droppedFrames(): number;
  /** Reports to the subscribers that the source has sent nothing for a while. */
  sourceSilent(): void;
  /** Handles the end of the source's connection: the next one starts a new run. */
  sourceLost(): void;
  close(): Promise<void>;
}

export interface EncoderProgramOptions {
  rendition: Rendition;
  /** Places keyframes where the source has them instead of at the rendition's interval. */
  followsKeyframes: boolean;
  /** Colour of the source that has to be converted; absent for none. */
  colour?: ColourNumbers;
  source: Pick<SourceProgram, 'tap'>;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  load: EncoderLoad;
  onChange(): void;
}

/** Creates the encoder without running it. */
export function createEncoderProgram(options: EncoderProgramOptions): EncoderProgram {
  const { clock, colour, followsKeyframes, launcher, load, logger, rendition, source } = options;
  const hub = createFrameHub({ logger, onSubscribers: (count) => (count > 0 ? start() : stop()) });
  const splice = createRunSplice();
  const restarts = createEncoderRestarts({ clock, restart: listen, onChange: options.onChange });
  let active = false;
  let run: EncoderRun | null = null;
  let untap: (() => void) | undefined;
  let droppedFrames = 0;
  const ending = new Set<Promise<void>>();

  function start(): void {
    if (active) return;
    active = true;
    listen();
  }

  function stop(): void {
    active = false;
    untap?.();
    endRun();
    restarts.forget();
  }

  /** Starts the run with the first bytes, because there may be none for hours. */
  function listen(): void {
    untap?.();
    untap = source.tap({
      onBytes(bytes, beginning) {
        if (beginning) beginRun(beginning);
        if (run) feed(run, bytes);
      },
    });
  }

  /** Replaces an encoder that delivers nothing or is too far behind, instead of feeding it. */
  function feed(current: EncoderRun, bytes: Buffer): void {
    current.pace.fed(clock.now(), current.waitingBytes());
    const verdict = judgeEncoder(current, load, restarts.problem());
    if (verdict?.isFinal) {
      droppedFrames += verdict.skippedFrames;
      return fail(verdict.problem);
    }
    if (verdict) restarts.report(verdict.problem);
    current.write(bytes);
  }

  function beginRun({ keyframePtsMs, hasSound }: RawStart): void {
    endRun();
    splice.beginRun();
    run = startEncoderRun({
      ...{ launcher, clock, logger, load, rendition, followsKeyframes, colour, keyframePtsMs, hasSound },
      onFormat: setFormat,
      onFrame: deliver,
      onFailed: (detail) => fail({ code: 'encoder_failed', detail }),
    });
    restarts.begun();
  }

  function endRun(): void {
    if (!run) return;
    const end = run.end().finally(() => ending.delete(end));
    ending.add(end);
    run = null;
  }

  function fail(problem: EncoderProblem): void {
    const healthyMs = run?.pace.healthyMs() ?? 0;
    untap?.();
    endRun();
    restarts.failed(problem, healthyMs);
    if (restarts.areRepeated()) hub.sourceLost();
  }

  function setFormat(format: ProgramFormat): void {
    const before = hub.format();
    if (!before || !isSameFormat(before, format)) hub.setFormat(format);
  }

  function deliver(frame: Frame): void {
    if (!splice.accepts(frame)) return;
    hub.push(frame);
    if (frame.keyframe && run) restarts.delivered(run.pace.healthyMs());
  }

  return {
    program: hub.program,
    problem: restarts.problem,
    droppedFrames: () => droppedFrames,
    sourceSilent: hub.sourceLost,
    sourceLost() {
      endRun();
      hub.sourceLost();
    },
    async close() {
      stop();
      await Promise.all(ending);
    },
  };
}
