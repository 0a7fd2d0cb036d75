import type { EngineReport, ListenerReport, SourceReport, SourceState } from '../../engine/contract.ts';
import { LISTENER_NAMES } from '../../engine/contract.ts';
import { emit } from '../media/media-context.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FlowRecord, SourceRecord } from '../media/media-state.ts';

const HEALTH: Record<SourceState, string> = {
  connected: 'CONNECTED',
  listening: 'DISCONNECTED',
  failed: 'DISCONNECTED',
  stopped: 'IDLE',
};

/** Returns the sources of a flow with what the engine reports on each. */
export function listenersOf(
  flow: FlowRecord,
  report: SourceReport,
): { source: SourceRecord; listener: Omit<ListenerReport, 'name'> }[] {
  const { listeners, state, sinceMs, error, bitrateBps, packetLossPercent, roundTripMs, jitterMs } = report;
  const [first] = flow.sources;
  if (listeners === undefined) {
    const only = { state, sinceMs, error, bitrateBps, packetLossPercent, roundTripMs, jitterMs, isSelected: true };
    return first === undefined ? [] : [{ source: first, listener: only }];
  }
  return listeners.flatMap((listener) => {
    const source = flow.sources[LISTENER_NAMES.indexOf(listener.name)];
    return source === undefined ? [] : [{ source, listener }];
  });
}

/** Emits a `MediaConnect Source Health` event for each change of a source's state. */
export function createSourceHealth(context: MediaContext): (report: EngineReport) => void {
  const last = new Map<string, string>();
  return (report) => {
    for (const reported of report.sources) {
      const flow = context.state.flows[reported.flowArn];
      if (flow === undefined) continue;
      for (const { source, listener } of listenersOf(flow, reported)) {
        const state = HEALTH[listener.state];
        const previous = last.get(source.arn) ?? 'IDLE';
        if (state === previous) continue;
        last.set(source.arn, state);
        emit(context, {
          source: 'aws.mediaconnect',
          detailType: 'MediaConnect Source Health',
          resources: [flow.id, source.arn],
          detail: { unhealthy: state !== 'CONNECTED', current: { state }, previous: { state: previous } },
        });
      }
    }
  };
}
