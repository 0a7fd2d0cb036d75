import type { EngineReport, SourceState } from '../../engine/contract.ts';
import { emit } from '../media/media-context.ts';
import type { MediaContext } from '../media/media-context.ts';

const HEALTH: Record<SourceState, string> = {
  connected: 'CONNECTED',
  listening: 'DISCONNECTED',
  failed: 'DISCONNECTED',
  stopped: 'IDLE',
};

/** Emits a `MediaConnect Source Health` event for each change of a source's state. */
export function createSourceHealth(context: MediaContext): (report: EngineReport) => void {
  const last = new Map<string, string>();
  return (report) => {
    for (const source of report.sources) {
      const flow = context.state.flows[source.flowArn];
      const state = HEALTH[source.state];
      const previous = last.get(source.flowArn) ?? 'IDLE';
      if (flow === undefined || state === previous) continue;
      last.set(source.flowArn, state);
      emit(context, {
        source: 'aws.mediaconnect',
        detailType: 'MediaConnect Source Health',
        resources: [flow.id, flow.source.arn],
        detail: { unhealthy: state !== 'CONNECTED', current: { state }, previous: { state: previous } },
      });
    }
  };
}
