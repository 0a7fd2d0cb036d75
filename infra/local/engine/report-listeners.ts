import type { EngineReport } from './contract.ts';
import type { EngineLogger } from './engine-logger.ts';

export interface ReportListeners {
  /** Returns the function that removes the listener. */
  add(listener: (report: EngineReport) => void): () => void;
  /** Passes a report to all listeners. One that throws is logged; the others are unaffected. */
  notify(report: EngineReport): void;
}

/** Creates an empty set of listeners. */
export function createReportListeners(logger: EngineLogger): ReportListeners {
  const listeners = new Set<(report: EngineReport) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    notify(report) {
      for (const listener of listeners) {
        try {
          listener(report);
        } catch (error) {
          logger.error('a listener of the engine report failed', {
            error: error instanceof Error ? error.message : 'unknown',
          });
        }
      }
    },
  };
}
