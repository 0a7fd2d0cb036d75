import type { AnalysisState } from '../../../../functions/domain/analysis-state.ts';
import type { Clock } from '../../host/clock.ts';
import type { EngineLogger } from '../engine-logger.ts';
import { startMediaChild, yieldToMedia, type MediaLauncher } from '../media-child.ts';
import { buildAnalysisArguments } from './analysis-arguments.ts';
import { createAnalysisFeed, type AnalysisFeed } from './analysis-feed.ts';
import { createReadingParser, type AnalysisReading } from './analysis-reading.ts';

/** Bytes that may wait for the analyser; sound and keyframes of several seconds. */
const QUEUE_BYTES_MAX = 4 * 1024 * 1024;
/** An analyser that is fed and answers nothing for this long is too slow or hangs. */
const BEHIND_MS = 15_000;
/** A source that pauses for this long is no fault of the analyser. */
const PAUSE_MS = 2_000;

/** One run of the analyser's ffmpeg. */
export interface AnalysisRun extends AnalysisFeed {
  /** Ends it without a call of `onFailure`. */
  end(): Promise<void>;
}

export interface AnalysisRunOptions {
  hasSound: boolean;
  videoType: number;
  launcher: MediaLauncher;
  clock: Clock;
  logger: EngineLogger;
  onReading(reading: AnalysisReading): void;
  /** Called at most once: it ended by itself, cannot be used, or has to be ended. */
  onFailure(state: AnalysisState): void;
}

/** Starts ffmpeg at the lowest priority. What it does not take in time is dropped. */
export function startAnalysisRun(options: AnalysisRunOptions): AnalysisRun {
  const { clock, hasSound, videoType } = options;
  let ended = false;
  let wroteAtMs = clock.now();
  /** Since when it has been fed without answering; null when it has answered everything. */
  let unansweredSinceMs: number | null = null;

  const child = startMediaChild({
    launcher: options.launcher,
    arguments: buildAnalysisArguments({ hasSound }),
    onData: createReadingParser((reading) => {
      unansweredSinceMs = null;
      if (!ended) options.onReading(reading);
    }),
    onExit({ code, signal }) {
      if (ended) return;
      const output = child.errorOutput();
      options.logger.warn('the analyser of the source ended', { code, signal, output: output.slice(-500) });
      fail(/No such filter/i.test(output) ? 'unsupported' : 'ended');
    },
  });
  yieldToMedia(child);

  function fail(state: AnalysisState): void {
    ended = true;
    options.onFailure(state);
  }

  function write(packets: Buffer): void {
    if (ended) return;
    const now = clock.now();
    if (now - wroteAtMs > PAUSE_MS) unansweredSinceMs = null;
    wroteAtMs = now;
    unansweredSinceMs ??= now;
    if (now - unansweredSinceMs > BEHIND_MS) fail('behind');
    else if (child.stdin.writableLength + packets.length <= QUEUE_BYTES_MAX) child.stdin.write(packets);
  }

  return {
    ...createAnalysisFeed({ clock, videoType, write }),
    end() {
      ended = true;
      return child.end();
    },
  };
}
