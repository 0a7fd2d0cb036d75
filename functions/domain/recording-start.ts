import type { Destination, Operation } from './destination.ts';
import type { Recording } from './recording.ts';

/**
 * Where a recording begins: at the later of what was asked for and the first instant that the preview can deliver. Pure.
 * All times are ISO 8601 in UTC, so they compare as text.
 */

/** One run of the preview, as far as MediaPackage has media of it. */
export interface PreviewRun {
  /** When the channel was seen to run. Its first segment reaches MediaPackage around then, or seconds later. */
  since: string;
  /** Null while it runs. */
  until: string | null;
}

/** The preview's segments on its origin endpoint. */
export const PREVIEW_SEGMENT_SECONDS = 2;
/** A channel that runs has delivered its first segment after this time. */
const WARM_UP_SECONDS = 30;

/**
 * Returns the runs of the preview, the oldest first.
 * @param operations the finished ones, read before the record: a run that begins in between is then in the record
 */
export function previewRuns(primary: Destination | null, operations: readonly Operation[]): PreviewRun[] {
  const runs: PreviewRun[] = [];
  const end = (at: string) => {
    const last = runs.at(-1);
    if (last?.until === null && at > last.since) last.until = at;
  };
  for (const { kind, outcome, startedAt, endedAt } of operations.toSorted((one, other) =>
    one.startedAt.localeCompare(other.startedAt),
  )) {
    end(startedAt);
    if (kind === 'start' && outcome === 'succeeded' && endedAt !== undefined)
      runs.push({ since: endedAt, until: null });
  }
  if (primary?.status === 'running' && primary.runningSince !== null) {
    const since = primary.runningSince;
    if (runs.at(-1)?.since === since) return runs;
    end(since);
    return [...runs, { since, until: null }];
  }
  if (primary) end(primary.operation?.startedAt ?? primary.lastModified);
  return runs;
}

/** Returns the first instant from which the preview delivers, not before the one asked for; null while none is known. */
export function firstDelivery(runs: readonly PreviewRun[], askedAt: string): string | null {
  const run = runs.find(({ until }) => until === null || until > askedAt);
  if (!run) return null;
  return run.since > askedAt ? run.since : askedAt;
}

/**
 * Returns a later beginning for a recording that MediaPackage did not copy: one segment later while that is within the
 * seconds in which a run delivers its first segment. Null when the beginning cannot be the reason.
 */
export function laterStart(
  { startedAt, endedAt }: Pick<Recording, 'startedAt' | 'endedAt'>,
  runs: readonly PreviewRun[],
): string | null {
  const run = runs.findLast(({ since }) => since <= startedAt);
  const startMs = Date.parse(startedAt);
  if (!run || startMs - Date.parse(run.since) >= WARM_UP_SECONDS * 1000) return null;
  const later = new Date(startMs + PREVIEW_SEGMENT_SECONDS * 1000).toISOString();
  return endedAt !== null && later >= endedAt ? null : later;
}
