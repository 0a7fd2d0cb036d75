import type { TimelineEntry } from '../timeline/timeline-text.ts';

/** The kind of operation, which is part of its id. */
const KIND = /-(create|start|stop|teardown)-\d+$/;

/** Returns the duration of the newest finished operation of a kind, or null. */
function tookMs(kind: 'start' | 'stop', timeline: readonly TimelineEntry[]): number | null {
  const ended = timeline.find(
    (entry) => entry.kind === 'operation_ended' && KIND.exec(entry.operationId ?? '')?.[1] === kind,
  );
  const began = timeline.find((entry) => entry.kind === 'operation_began' && entry.operationId === ended?.operationId);
  return ended && began ? Date.parse(ended.at) - Date.parse(began.at) : null;
}

/**
 * Estimates how long a restart keeps a destination off air from its last stop and start; null when it has never
 * started.
 * @param timeline newest first
 */
export function restartTookMs(timeline: readonly TimelineEntry[]): number | null {
  const start = tookMs('start', timeline);
  return start === null ? null : start + (tookMs('stop', timeline) ?? 0);
}
