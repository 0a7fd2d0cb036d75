/**
 * One shared encoder: whoever wants the same rendition of the same source subscribes here. It runs from the first
 * subscriber to the last, is fed the source's bytes from a keyframe on, and keeps the source's timeline, so that outputs
 * can change between the copy and an encoder. An encoder that dies or cannot keep up is replaced and nobody but its own
 * subscribers sees the gap.
 */
import type { Clock } from '../../clock.ts';
import type { Rendition } from './contract.ts';
import { buildEncoderArguments } from './encoder-arguments.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createFlvReader, type FlvTag } from './flv-reader.ts';
import { createFrameHub } from './frame-hub.ts';
import { startMediaChild, type MediaChild, type MediaLauncher } from './media-child.ts';
import type { Program, ProgramFormat } from './program.ts';
import type { SourceProgram } from './source-program.ts';
import { readAudioSpecificConfig } from './transport-stream/aac.ts';
import { parseSequenceParameters, readAvcConfiguration } from './transport-stream/h264.ts';

const RESPAWN_MS = 500;
const RESPAWN_MAX_MS = 5_000;
/** Input waiting for an encoder that is too slow; beyond this it starts again at the newest keyframe. */
const QUEUE_BYTES_MAX = 8 * 1024 * 1024;
/** Failures in a row after which the subscribers are told that nothing is coming. */
const FAILURES_SHOWN = 2;
const RUN_STEP_MS = 20;
/** An encoder that is fed and gives nothing for this long hangs, or cannot read the source. */
const MUTE_MS = 10_000;
const FEED_PAUSE_MS = 1_000;

export interface EncoderProblem {
  detail: string;
  attempt: number;
  nextAttemptAtMs?: number;
}

export interface EncoderProgram {
  program: Program;
  /** Set from a failure until frames come again. */
  problem(): EncoderProblem | null;
  /** The source's connection ended: begin afresh with the next one. */
  sourceLost(): void;
  close(): Promise<void>;
}

export interface EncoderProgramOptions {
  rendition: Rendition;
  source: Pick<SourceProgram, 'tap'>;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  onChange(): void;
}

interface Run {
  child: MediaChild;
  baseMs: number;
  formatSettled: boolean;
  ended: boolean;
  /** When it was last given bytes, and when the last frame came of it. */
  fedAtMs: number;
  heardAtMs: number;
}

export function createEncoderProgram(options: EncoderProgramOptions): EncoderProgram {
  const { clock, logger, rendition, source } = options;
  const hub = createFrameHub({ logger, onSubscribers: (count) => (count > 0 ? start() : stop()) });
  let active = false;
  let run: Run | null = null;
  let untap: (() => void) | undefined;
  let cancelRespawn: (() => void) | undefined;
  let newestMs = 0;
  let failures = 0;
  let problem: EncoderProblem | null = null;
  let video: ProgramFormat['video'] = null;
  let audio: ProgramFormat['audio'] = null;
  const ending = new Set<Promise<void>>();

  function start(): void {
    if (active) return;
    active = true;
    listen();
  }

  function stop(): void {
    active = false;
    cancelRespawn?.();
    endRun();
    problem = null;
    failures = 0;
  }

  /** The child starts with the first bytes: there may be none for hours. */
  function listen(): void {
    untap?.();
    untap = source.tap({
      onBytes(bytes, beginning) {
        if (beginning) {
          endRun({ keepTap: true });
          run = startRun(Math.max(beginning.keyframeDtsMs, newestMs + RUN_STEP_MS), beginning.hasSound);
        }
        if (!run) return;
        if (isMute(run)) {
          fail('the encoder takes the source and gives nothing');
          return;
        }
        if (run.child.stdin.writableLength > QUEUE_BYTES_MAX) {
          fail('the encoder is slower than the source: this machine has no room for it');
          return;
        }
        run.child.stdin.write(bytes);
      },
    });
  }

  /** Fed for long and without an answer. A pause of the source is none of the encoder's. */
  function isMute(current: Run): boolean {
    const nowMs = clock.now();
    if (nowMs - current.fedAtMs > FEED_PAUSE_MS) current.heardAtMs = nowMs;
    current.fedAtMs = nowMs;
    return nowMs - current.heardAtMs >= MUTE_MS;
  }

  function startRun(baseMs: number, hasSound: boolean): Run {
    const read = createFlvReader((tag) => {
      if (!started.ended) takeTag(started, tag);
    });
    const child = startMediaChild({
      launcher: options.launcher,
      arguments: buildEncoderArguments(rendition, { hasSound }),
      onData: read,
      onExit({ code, signal }) {
        if (started.ended) return;
        logger.warn('an encoder ended', {
          rendition: rendition.name,
          code,
          signal,
          output: child.errorOutput().slice(-500),
        });
        fail(signal ? `the encoder was ended by ${signal}` : `the encoder ended with code ${code ?? 'none'}`);
      },
    });
    const started: Run = {
      child,
      baseMs,
      formatSettled: false,
      ended: false,
      fedAtMs: clock.now(),
      heardAtMs: clock.now(),
    };
    video = null;
    audio = null;
    return started;
  }

  function fail(detail: string): void {
    endRun();
    failures += 1;
    const delayMs = Math.min(RESPAWN_MAX_MS, RESPAWN_MS * 2 ** (failures - 1));
    problem = { detail, attempt: failures, nextAttemptAtMs: clock.now() + delayMs };
    if (failures >= FAILURES_SHOWN) hub.sourceLost();
    cancelRespawn?.();
    cancelRespawn = clock.after(delayMs, () => {
      if (active) listen();
    });
    options.onChange();
  }

  function endRun(keep: { keepTap?: boolean } = {}): void {
    if (!keep.keepTap) untap?.();
    if (!run) return;
    run.ended = true;
    const end = run.child.end().finally(() => ending.delete(end));
    ending.add(end);
    run = null;
  }

  function takeTag(current: Run, tag: FlvTag): void {
    if (tag.body.length < 2) return;
    const isHeader = tag.body[1] === 0;
    if (isHeader) {
      try {
        readHeader(tag);
      } catch {
        fail('the encoder wrote headers that cannot be read');
      }
      return;
    }
    if (!current.formatSettled) settleFormat();
    current.formatSettled = true;
    current.heardAtMs = clock.now();
    const dtsMs = current.baseMs + tag.timestampMs;
    newestMs = Math.max(newestMs, dtsMs);
    const keyframe = tag.kind === 'video' && tag.body[0]! >> 4 === 1;
    const compositionOffsetMs = tag.kind === 'video' ? tag.body.readIntBE(2, 3) : 0;
    hub.push({ kind: tag.kind, dtsMs, compositionOffsetMs, keyframe, flvBody: tag.body });
    if (problem && keyframe) {
      problem = null;
      failures = 0;
      options.onChange();
    }
  }

  function readHeader(tag: FlvTag): void {
    if (tag.kind === 'audio') {
      const specificConfig = tag.body.subarray(2);
      const { sampleRateHz, channels } = readAudioSpecificConfig(specificConfig);
      audio = { specificConfig, sampleRateHz, channels };
    } else {
      const avcConfiguration = tag.body.subarray(5);
      const { width, height, framesPerSecond } = parseSequenceParameters(
        readAvcConfiguration(avcConfiguration).sps[0]!,
      );
      video = { avcConfiguration, width, height, framesPerSecond: rendition.framesPerSecond ?? framesPerSecond };
    }
  }

  /** ffmpeg writes every header before the first frame. */
  function settleFormat(): void {
    const before = hub.format();
    const sameVideo = isSame(before?.video?.avcConfiguration, video?.avcConfiguration);
    if (before && sameVideo && isSame(before.audio?.specificConfig, audio?.specificConfig)) return;
    hub.setFormat({ video, audio });
  }

  return {
    program: hub.program,
    problem: () => problem,
    sourceLost() {
      endRun({ keepTap: true });
      hub.sourceLost();
    },
    async close() {
      stop();
      await Promise.all(ending);
    },
  };
}

function isSame(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left && right ? left.equals(right) : left === right;
}
