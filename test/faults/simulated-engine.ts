import { createIdleEngine, type EngineReport, type MediaEngine } from '../../infra/local/engine/contract.ts';

/** A media engine without media: every channel that it has to run reports that it publishes while the encoder sends. */
export interface SimulatedEngine extends MediaEngine {
  /** Reports once, like the real engine each second. */
  tick(nowMs: number): void;
  /** Decides whether the encoder sends. */
  setSending(isSending: boolean): void;
}

/** Creates an engine with nothing running. */
export function makeSimulatedEngine(): SimulatedEngine {
  const channels = new Set<string>();
  const flows = new Set<string>();
  const callers = new Map<string, string[]>();
  const listeners = new Set<(report: EngineReport) => void>();
  let isSending = true;
  const reportAt = (nowMs: number): EngineReport => ({
    atMs: nowMs,
    sources: [...flows].map((flowArn) => ({
      flowArn,
      state: isSending ? 'connected' : 'listening',
      sinceMs: nowMs,
      bitrateBps: isSending ? 6_000_000 : 0,
      continuityErrors: 0,
      connections: 1,
    })),
    channels: [...channels].map((channelId) => ({
      channelId,
      state: isSending ? 'publishing' : 'waiting_for_input',
      sinceMs: nowMs,
      mode: 'copy',
      bitrateBps: 3_000_000,
      framesPerSecond: 30,
      framesSent: 1_000,
      droppedFrames: 0,
      unsentFrames: 0,
      reconnects: 0,
      bytesSent: 1_000_000,
      queuedBytes: 0,
    })),
    callers: [...callers.values()].flat().map((outputArn) => ({
      outputArn,
      state: 'connected',
      sinceMs: nowMs,
      bitrateBps: 6_000_000,
      packetsSent: 1_000,
      packetsResent: 0,
      packetsDropped: 0,
      bytesDelivered: 1_000_000,
      disconnections: 0,
    })),
  });
  return {
    ...createIdleEngine(),
    startFlow: async ({ flowArn }) => void flows.add(flowArn),
    stopFlow: async (flowArn) => void flows.delete(flowArn),
    setFlowCallers: async (flowArn, wanted) =>
      void callers.set(
        flowArn,
        wanted.map(({ outputArn }) => outputArn),
      ),
    startChannel: async ({ channelId }) => void channels.add(channelId),
    stopChannel: async (channelId) => void channels.delete(channelId),
    onReport(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tick(nowMs) {
      const report = reportAt(nowMs);
      for (const listener of listeners) listener(report);
    },
    setSending: (value) => (isSending = value),
  };
}
