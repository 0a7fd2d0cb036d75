import type { ChannelReport } from '../contract.ts';
import type { Clock } from '../../host/clock.ts';

export type OutputStatus = Pick<ChannelReport, 'state' | 'problem'>;

/** The state of an output as it is reported. */
export interface ReportedStatus {
  set(status: OutputStatus): void;
  /** Shows that an attempt to connect has begun, together with the problem of the last one. */
  attemptBegun(attempt: { isFirst: boolean }): void;
  report(): OutputStatus & Pick<ChannelReport, 'sinceMs'>;
}

/** Creates the status of an output that waits for input. */
export function createReportedStatus(clock: Clock, onChange: () => void): ReportedStatus {
  let current: OutputStatus = { state: 'waiting_for_input' };
  let sinceMs = clock.now();

  function set({ state, problem }: OutputStatus): void {
    if (state === current.state && problem === current.problem) return;
    if (state !== current.state) sinceMs = clock.now();
    current = { state, problem };
    onChange();
  }

  return {
    set,
    attemptBegun({ isFirst }) {
      const { state, problem } = current;
      if (isFirst) set({ state: 'connecting' });
      else if (problem) set({ state, problem: { ...problem, nextAttemptAtMs: undefined } });
    },
    report: () => ({ state: current.state, sinceMs, ...(current.problem && { problem: current.problem }) }),
  };
}
