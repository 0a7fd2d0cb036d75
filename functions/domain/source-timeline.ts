import type { TimelineEntry } from './destination.ts';
import { formatDuration } from './incident-timeline.ts';

/**
 * The source's own lines on the timeline. A loss is one line: it is written when the encoder is lost, and written again
 * in its place with its duration when the encoder is back.
 */

/** What the lines need of an observation of the source. */
export interface SourceSighting {
  observedAt: string;
  /** Null: unknown. */
  connected: boolean | null;
  lostSince: string | null;
  /** Set once the flow was observed not to run after this observation. */
  flowStoppedAt?: string;
  /** Whether the backup source feeds the flow; null or absent: unknown, or there is only one source. */
  onBackup?: boolean | null;
}

/** The history keeps the source's lines under this id, beside the destinations'. */
export const SOURCE_OWNER = { destinationId: 'source', name: 'Source' };

const line = (at: string, source: NonNullable<TimelineEntry['source']>, detail: string): TimelineEntry => ({
  at,
  actor: 'monitor',
  kind: 'source',
  detail,
  source,
});

/**
 * Returns the line that an observation of the running flow adds or completes; null when nothing has changed.
 * @param before the stored observation that it replaces; null for the first
 */
export function sourceLineOf(before: SourceSighting | null, after: SourceSighting): TimelineEntry | null {
  if (after.connected === null) return null;
  const isNewRun = before === null || before.flowStoppedAt !== undefined;
  if (!isNewRun && before.connected === after.connected) return null;
  if (!after.connected) return line(after.lostSince ?? after.observedAt, { state: 'lost' }, 'the encoder disconnected');
  if (isNewRun || before.lostSince === null)
    return line(after.observedAt, { state: 'connected' }, 'the encoder connected');
  const seconds = (Date.parse(after.observedAt) - Date.parse(before.lostSince)) / 1000;
  const detail = `the encoder was disconnected for ${formatDuration(seconds)}`;
  return line(before.lostSince, { state: 'lost', until: after.observedAt }, detail);
}

/** Returns the line of a change from one source to the other; null when nothing has changed, or is not known. */
export function switchLineOf(before: SourceSighting | null, after: SourceSighting): TimelineEntry | null {
  if (after.onBackup === null || after.onBackup === undefined) return null;
  const wasOnBackup = before?.onBackup ?? false;
  if (after.onBackup === wasOnBackup) return null;
  const detail = `Switched to the ${after.onBackup ? 'backup' : 'main'} source`;
  return line(after.observedAt, { state: 'switched' }, detail);
}

/** Returns the line of a flow that runs no longer. */
export function flowStoppedLine(at: string): TimelineEntry {
  return line(at, { state: 'flow_stopped' }, 'the flow stopped');
}
