/**
 * Analyses the picture and the sound of a source: black, freeze, silence, loudness. One ffmpeg decodes keyframes and
 * sound only, so a keyframe every two seconds finds black and freezes to within two seconds. A movement that repeats
 * exactly with the keyframes looks like a freeze.
 *
 * It never delays the source. Without fresh readings its figures are absent, because a figure that was true some seconds
 * ago may hide a fault.
 */
import type { AnalysisState } from '../../../../functions/domain/analysis-state.ts';
import type { Clock } from '../../host/clock.ts';
import type { SourceAnalysis } from '../contract.ts';
import type { EngineLogger } from '../engine-logger.ts';
import type { MediaLauncher } from '../media-child.ts';
import type { SourceProgram } from '../source-program.ts';
import { createAnalysisFindings } from './analysis-findings.ts';
import { startAnalysisRun, type AnalysisRun } from './analysis-run.ts';

/** An analyser that ended is started again after this time. */
const RESTART_MS = 5_000;
/** After this time when its ffmpeg cannot do it at all. */
const RESTART_UNSUPPORTED_MS = 60_000;

export interface SourceAnalyser {
  /** Begins with the next keyframe. */
  start(): void;
  stop(): void;
  /** Returns what is known now; undefined while it is stopped. */
  report(): SourceAnalysis | undefined;
  /** Handles the end of the source's connection: the next one is analysed from its start. */
  sourceLost(): void;
  close(): Promise<void>;
}

/** Creates an analyser that is stopped. */
export function createSourceAnalyser(options: {
  source: Pick<SourceProgram, 'tap' | 'streams'>;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
}): SourceAnalyser {
  const { clock, source } = options;
  let isStarted = false;
  let run: AnalysisRun | null = null;
  let findings = createAnalysisFindings();
  let state: AnalysisState = 'waiting';
  let untap: (() => void) | undefined;
  let cancelRestart: (() => void) | undefined;
  const ending = new Set<Promise<void>>();

  function listen(): void {
    untap = source.tap({
      onBytes(bytes, beginning) {
        if (beginning) begin(beginning.hasSound);
        run?.packets(bytes);
      },
      onKeyframe: (group) => run?.keyframe(group),
    });
  }

  function begin(isSoundArriving: boolean): void {
    endRun();
    const { video, audio } = source.streams() ?? {};
    run = startAnalysisRun({
      ...options,
      hasSound: isSoundArriving && !!audio,
      videoType: video?.streamType ?? 0,
      onReading(reading) {
        state = 'running';
        findings.take(reading, clock.now());
      },
      onFailure: fail,
    });
  }

  function fail(next: AnalysisState): void {
    state = next;
    untap?.();
    endRun();
    cancelRestart?.();
    cancelRestart = clock.after(next === 'unsupported' ? RESTART_UNSUPPORTED_MS : RESTART_MS, () => {
      if (isStarted) listen();
    });
  }

  function endRun(): void {
    findings = createAnalysisFindings();
    if (!run) return;
    const end = run.end().finally(() => ending.delete(end));
    ending.add(end);
    run = null;
  }

  function stop(): void {
    isStarted = false;
    cancelRestart?.();
    untap?.();
    endRun();
    state = 'waiting';
  }

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      listen();
    },
    stop,
    report: () => (isStarted ? { state, ...findings.read(clock.now()) } : undefined),
    sourceLost() {
      endRun();
      if (state === 'running' || state === 'behind') state = 'waiting';
    },
    async close() {
      stop();
      await Promise.all(ending);
    },
  };
}
