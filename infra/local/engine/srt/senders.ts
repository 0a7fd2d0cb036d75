import type { Clock } from '../../host/clock.ts';
import type { CallerReport, SrtReceiver } from '../contract.ts';
import { createSrtSender, type SrtSender } from './caller.ts';
import { createPayloadCutter, type PayloadCutter } from './payload-cutter.ts';

/** The SRT senders of all flows. */
export interface SrtSenders {
  /** Replaces the set of receivers of a flow. The connections of those that stay unchanged stay too. */
  set(flowArn: string, callers: readonly SrtReceiver[]): void;
  /** Returns where a flow puts its transport stream. Costs nothing while the flow has no receivers. */
  feedOf(flowArn: string): PayloadCutter;
  report(): CallerReport[];
  /** Ends every connection; resolves when the sockets are closed. */
  close(): Promise<void>;
}

/** Creates the senders. @param options.onChange called when a state or a problem has changed */
export function createSrtSenders(options: { clock: Clock; loopbackAllowed: boolean; onChange(): void }): SrtSenders {
  const byFlow = new Map<string, SrtSender[]>();
  const closing = new Set<Promise<void>>();

  function close(sender: SrtSender): void {
    const closed = sender.close().finally(() => closing.delete(closed));
    closing.add(closed);
  }

  return {
    set(flowArn, callers) {
      const wanted = new Set(callers.map((target) => JSON.stringify(target)));
      const before = byFlow.get(flowArn) ?? [];
      const kept = before.filter(({ target }) => wanted.has(JSON.stringify(target)));
      for (const sender of before) if (!kept.includes(sender)) close(sender);
      const known = new Set(kept.map(({ target }) => JSON.stringify(target)));
      const added = callers.filter((target) => !known.has(JSON.stringify(target)));
      byFlow.set(flowArn, [...kept, ...added.map((target) => createSrtSender({ target, ...options }))]);
    },
    feedOf(flowArn) {
      const cutter = createPayloadCutter((payload) => {
        for (const sender of byFlow.get(flowArn) ?? []) sender.send(payload);
      });
      return {
        push(chunk) {
          if ((byFlow.get(flowArn)?.length ?? 0) > 0) cutter.push(chunk);
        },
        restart: cutter.restart,
      };
    },
    report: () => [...byFlow.values()].flat().map((sender) => sender.report()),
    async close() {
      for (const sender of [...byFlow.values()].flat()) close(sender);
      byFlow.clear();
      await Promise.all(closing);
    },
  };
}
