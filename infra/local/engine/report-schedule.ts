import type { Clock } from '../host/clock.ts';
import type { EngineReport } from './contract.ts';

const REPORT_MS = 1_000;

export interface ReportSchedule {
  /** Notes a change, which is reported at once if it is one of state. */
  changed(): void;
  close(): void;
}

/**
 * Reports every second, and at once when a state changes.
 * @param deps.build builds the current report
 */
export function createReportSchedule(deps: {
  clock: Clock;
  build: () => EngineReport;
  onReport: (report: EngineReport) => void;
}): ReportSchedule {
  let reportedStates = '';
  let changePending = false;
  let closed = false;

  function reportChange(): void {
    changePending = false;
    if (closed) return;
    const report = deps.build();
    const states = describeStates(report);
    if (states === reportedStates) return;
    reportedStates = states;
    deps.onReport(report);
  }

  function tick(): void {
    if (closed) return;
    const report = deps.build();
    reportedStates = describeStates(report);
    deps.onReport(report);
    cancelTick = deps.clock.after(REPORT_MS, tick);
  }
  let cancelTick = deps.clock.after(REPORT_MS, tick);

  return {
    changed() {
      if (changePending || closed) return;
      changePending = true;
      // Many changes happen in one turn of the event loop: one report after it covers them all.
      setImmediate(reportChange);
    },
    close() {
      closed = true;
      cancelTick();
    },
  };
}

/** Returns the part of a report whose changes are sent at once, as a comparable key. */
function describeStates(report: EngineReport): string {
  const sources = report.sources.map(({ flowArn, state, error, connections, video, audioTracks, listeners }) => [
    flowArn,
    state,
    error,
    connections,
    video?.codec,
    video?.width,
    video?.height,
    ...(audioTracks ?? []).flatMap(({ pid, codec }) => [pid, codec]),
    listeners?.map(({ state: listenerState, isSelected, error: reason }) => [listenerState, isSelected, reason]),
  ]);
  const channels = report.channels.map(({ channelId, state, mode, isSoundMissing, problem, backup }) => [
    channelId,
    state,
    mode,
    isSoundMissing,
    problem?.code,
    problem?.attempt,
    backup?.state,
    backup?.problem?.code,
    backup?.problem?.attempt,
  ]);
  const callers = report.callers.map(({ outputArn, state, problem }) => [
    outputArn,
    state,
    problem?.code,
    problem?.attempt,
  ]);
  return JSON.stringify([sources, channels, callers]);
}
