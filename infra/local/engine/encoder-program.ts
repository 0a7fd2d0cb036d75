/**
 * One encoder shared by all subscribers to the same rendition of the same source. It runs from the first subscription
 * to the last, is fed the source's bytes from a keyframe on, and keeps the source's timeline, so that outputs can
 * switch between the copy and an encoder. An encoder that dies or cannot keep up is replaced; only its own subscribers
 * see the gap.
 */
import type { Clock } from '../host/clock.ts';
import type { Rendition } from './contract.ts';
import { buildEncoderArguments } from './encoder-arguments.ts';
import type { EngineLogger } from './engine-logger.ts';
import { createEncoderPace, type EncoderPace } from './encoder-pace.ts';
import { createFlvReader, type FlvTag } from './flv-reader.ts';
import { createFrameHub } from './frame-hub.ts';
import { startMediaChild, type MediaChild, type MediaLauncher } from './media-child.ts';
import type { Program, ProgramFormat } from './program.ts';
import type { SourceProgram } from './source-program.ts';
import { readAudioSpecificConfig } from './transport-stream/aac.ts';
import { parseSequenceParameters, readAvcConfiguration } from './transport-stream/h264.ts';

const RESPAWN_MS = 500;
const RESPAWN_MAX_MS = 5_000;
/** An encoder further behind than this restarts at the newest keyframe, because late pictures are useless. */
const LAG_MAX_MS = 6_000;
/** Limits the memory at any bitrate. */
const QUEUE_BYTES_MAX = 32 * 1024 * 1024;
/** A run that keeps up for this long clears earlier failures. */
const HEALTHY_AFTER_MS = 20_000;
/** An encoder that was too slow has to keep up for this long before it counts as good again. */
const KEEPS_UP_AFTER_MS = 8_000;
/** Consecutive failures after which the subscribers are notified that the program is lost. */
const FAILURES_SHOWN = 2;
/** An encoder that is fed and delivers nothing for this long hangs or cannot read the source. */
const MUTE_MS = 10_000;
const MUTE_SHOWN_MS = 5_000;
const MUTE: EncoderProblem = {
  code: 'encoder_failed',
  detail: 'the encoder reads the source but delivers no pictures',
};

export interface EncoderProblem {
  code: 'encoder_slow' | 'encoder_failed';
  detail: string;
  attempt?: number;
  nextAttemptAtMs?: number;
}

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
  source: Pick<SourceProgram, 'tap'>;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  /** Number of encoders running on this machine; each one increments it. */
  load: EncoderLoad;
  onChange(): void;
}

/** Shared by all encoders of one engine. */
export interface EncoderLoad {
  running: number;
}

interface Run {
  child: MediaChild;
  /** Presentation time, in the source, of the encoder's first picture. */
  keyframePtsMs: number;
  /** Program time of the encoder's time zero; null until its first picture. */
  baseMs: number | null;
  /** Sound received before that. */
  early: FlvTag[];
  /** Whether frames are delivered: from the first keyframe on that the previous run had not delivered. */
  delivers: boolean;
  formatSettled: boolean;
  ended: boolean;
  pace: EncoderPace;
}

export function createEncoderProgram(options: EncoderProgramOptions): EncoderProgram {
  const { clock, logger, rendition, source } = options;
  const hub = createFrameHub({ logger, onSubscribers: (count) => (count > 0 ? start() : stop()) });
  let active = false;
  let run: Run | null = null;
  let untap: (() => void) | undefined;
  let cancelRespawn: (() => void) | undefined;
  let newestMs = 0;
  let newestSoundMs = 0;
  let failures = 0;
  let droppedFrames = 0;
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

  /** Starts the child with the first bytes, because there may be none for hours. */
  function listen(): void {
    untap?.();
    untap = source.tap({
      onBytes(bytes, beginning) {
        if (beginning) {
          endRun({ keepTap: true });
          run = startRun(beginning.keyframePtsMs, beginning.hasSound);
          if (problem?.nextAttemptAtMs) report({ ...problem, nextAttemptAtMs: undefined });
        }
        if (!run) return;
        run.pace.fed(clock.now(), run.child.stdin.writableLength);
        if (isLate(run)) return;
        run.child.stdin.write(bytes);
      },
    });
  }

  /** Replaces an encoder that delivers nothing or is too far behind. */
  function isLate(current: Run): boolean {
    const { pace, child } = current;
    if (pace.slow() && problem?.code !== 'encoder_slow') report(describeSlowness(current));
    const isFull = child.stdin.writableLength > QUEUE_BYTES_MAX;
    if (isFull || (pace.slow() && pace.lagMs() > LAG_MAX_MS)) {
      droppedFrames += Math.round((pace.lagMs() / 1000) * (video?.framesPerSecond ?? rendition.framesPerSecond ?? 30));
      fail(describeSlowness(current));
      return true;
    }
    if (pace.silentMs() >= MUTE_SHOWN_MS && problem === null) report(MUTE);
    if (pace.silentMs() < MUTE_MS) return false;
    fail(MUTE);
    return true;
  }

  function describeSlowness({ pace }: Run): EncoderProblem {
    const count = options.load.running;
    const rate = pace.slow()?.framesPerSecond ?? 0;
    const wanted = video?.framesPerSecond ?? rendition.framesPerSecond;
    const rates = `${rate.toFixed(1)}${wanted ? ` of ${wanted}` : ''} frames per second`;
    const detail = `this machine is too slow for ${count} ${count === 1 ? 'encode' : 'encodes'}: ${rates}`;
    return { code: 'encoder_slow', detail };
  }

  function report(next: EncoderProblem | null): void {
    problem = next;
    options.onChange();
  }

  function startRun(keyframePtsMs: number, hasSound: boolean): Run {
    const read = createFlvReader((tag) => {
      if (!started.ended) takeTag(started, tag);
    });
    const child = startMediaChild({
      launcher: options.launcher,
      arguments: buildEncoderArguments(rendition, { hasSound, followsKeyframes: options.followsKeyframes }),
      onData: read,
      onExit({ code, signal }) {
        if (started.ended) return;
        logger.warn('an encoder ended', {
          rendition: rendition.name,
          code,
          signal,
          output: child.errorOutput().slice(-500),
        });
        const how = signal ? `was ended by ${signal}` : `ended with code ${code ?? 'none'}`;
        fail({ code: 'encoder_failed', detail: `the encoder ${how}` });
      },
    });
    const started: Run = {
      child,
      keyframePtsMs,
      baseMs: null,
      early: [],
      delivers: false,
      formatSettled: false,
      ended: false,
      pace: createEncoderPace(keyframePtsMs, clock.now()),
    };
    options.load.running += 1;
    video = null;
    audio = null;
    return started;
  }

  function fail(next: EncoderProblem): void {
    // A run that kept up for a while ends the series of failures.
    if (run && run.pace.healthyMs() >= HEALTHY_AFTER_MS) failures = 0;
    endRun();
    failures += 1;
    const delayMs = Math.min(RESPAWN_MAX_MS, RESPAWN_MS * 2 ** (failures - 1));
    if (failures >= FAILURES_SHOWN) hub.sourceLost();
    cancelRespawn?.();
    cancelRespawn = clock.after(delayMs, () => {
      if (active) listen();
    });
    report({ ...next, attempt: failures, nextAttemptAtMs: clock.now() + delayMs });
  }

  function endRun(keep: { keepTap?: boolean } = {}): void {
    if (!keep.keepTap) untap?.();
    if (!run) return;
    run.ended = true;
    options.load.running -= 1;
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
        fail({ code: 'encoder_failed', detail: 'the encoder wrote unreadable headers' });
      }
      return;
    }
    if (!current.formatSettled) settleFormat();
    current.formatSettled = true;
    if (current.baseMs !== null) return deliver(current, tag, current.baseMs);
    if (tag.kind === 'audio') {
      current.early.push(tag);
      return;
    }
    // ffmpeg counts from the earliest time in its input, which may be the sound's.
    current.baseMs = Math.round(current.keyframePtsMs - tag.timestampMs - tag.body.readIntBE(2, 3));
    for (const ready of [tag, ...current.early.splice(0)].toSorted((one, other) => one.timestampMs - other.timestampMs))
      deliver(current, ready, current.baseMs);
  }

  function deliver(current: Run, tag: FlvTag, baseMs: number): void {
    const dtsMs = baseMs + tag.timestampMs;
    const keyframe = tag.kind === 'video' && tag.body[0]! >> 4 === 1;
    if (tag.kind === 'video') current.pace.gave(dtsMs);
    // A run that began at an older keyframe repeats pictures of the previous run.
    current.delivers ||= keyframe && dtsMs > newestMs;
    if (!current.delivers || (tag.kind === 'audio' && dtsMs < newestSoundMs)) return;
    newestMs = Math.max(newestMs, dtsMs);
    if (tag.kind === 'audio') newestSoundMs = dtsMs;
    const compositionOffsetMs = tag.kind === 'video' ? tag.body.readIntBE(2, 3) : 0;
    hub.push({ kind: tag.kind, dtsMs, compositionOffsetMs, keyframe, flvBody: tag.body });
    if (problem && keyframe && isOver(current, problem)) report(null);
  }

  /**
   * Clears a single failure when pictures arrive, and slowness or repeated failures when the encoder has kept up for a
   * while.
   */
  function isOver({ pace }: Run, { code }: EncoderProblem): boolean {
    if (code === 'encoder_slow' || failures >= FAILURES_SHOWN) return pace.healthyMs() >= KEEPS_UP_AFTER_MS;
    return true;
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

  /** Publishes the format when its headers change; ffmpeg writes all headers before the first frame. */
  function settleFormat(): void {
    const before = hub.format();
    const sameVideo = isSame(before?.video?.avcConfiguration, video?.avcConfiguration);
    if (before && sameVideo && isSame(before.audio?.specificConfig, audio?.specificConfig)) return;
    hub.setFormat({ video, audio });
  }

  return {
    program: hub.program,
    problem: () => problem,
    droppedFrames: () => droppedFrames,
    sourceSilent: hub.sourceLost,
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
