/** What becomes of the SRT caller outputs of flows: errors and events. */
import type { CallerReport, EngineReport } from '../../engine/contract.ts';
import { describeProblem } from '../media/describe-problem.ts';
import { emit, type MediaContext } from '../media/media-context.ts';
import type { FlowRecord } from '../media/media-state.ts';
import { isCaller, readPassphrase } from '../media/srt-callers.ts';

/** Returns why outputs of a flow do not reach their receivers, one line each, beginning with the output's name. */
export function callerErrors(context: MediaContext, flow: FlowRecord): string[] {
  const reports = new Map(context.engine.report().callers.map((report) => [report.outputArn, report]));
  return flow.outputs.filter(isCaller).flatMap((output) => {
    if (readPassphrase(context, output.Encryption) === null) {
      return [`output ${output.Name}: secret_unreadable: the secret of the output cannot be read`];
    }
    const problem = reports.get(output.arn)?.problem;
    return problem === undefined ? [] : [`output ${output.Name}: ${describeProblem(problem)}`];
  });
}

/** Emits a `MediaConnect Output Health` event for each change of a connection. */
export function createOutputHealth(context: MediaContext): (report: EngineReport) => void {
  const last = new Map<string, string>();
  return (report) => {
    const flows = Object.values(context.state.flows);
    for (const caller of report.callers) {
      const flow = flows.find(({ outputs }) => outputs.some(({ arn }) => arn === caller.outputArn));
      const state = stateOf(caller);
      const previous = last.get(caller.outputArn) ?? 'DISCONNECTED';
      if (flow === undefined || state === previous) continue;
      last.set(caller.outputArn, state);
      emit(context, {
        source: 'aws.mediaconnect',
        detailType: 'MediaConnect Output Health',
        resources: [flow.id, caller.outputArn],
        detail: { current: { state }, previous: { state: previous } },
      });
    }
    const present = new Set(report.callers.map(({ outputArn }) => outputArn));
    for (const outputArn of last.keys()) if (!present.has(outputArn)) last.delete(outputArn);
  };
}

function stateOf({ state }: CallerReport): string {
  return state === 'connected' ? 'CONNECTED' : 'DISCONNECTED';
}
