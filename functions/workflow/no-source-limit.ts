import type { TableDeps } from '../aws/clients.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { getNoSourceLimit, putNoSourceLimit } from '../aws/no-source-limit-table.ts';
import { listOpenShows } from '../aws/show-table.ts';
import { getSourceObservation } from '../aws/source-table.ts';
import { decideCeilingStop } from '../domain/ceiling.ts';
import { runInProgress, type Destination } from '../domain/destination.ts';
import {
  evaluateNoSourceLimit,
  governedByShows,
  NO_SOURCE_ACTOR,
  noSourceCourseOf,
  noSourceSince,
  noSourceText,
  stoppedByLimit,
  unfedChannels,
  type NoSourceLimit,
} from '../domain/no-source-limit.ts';
import { DEPLOYMENT_OWNER, stopEach } from './ceilings.ts';
import type { OperationDeps } from './workflow-deps.ts';

/** Applies the no-source limit to the channels that run while no source delivers. */

/** What the limit finds now. */
export interface NoSource {
  limit: NoSourceLimit;
  /** Since when no source delivers; null while one delivers, and undefined when that is not known. */
  lostSince: string | null | undefined;
  /** Channels that have run without a source for the minutes of the limit. */
  unfed: Destination[];
}

/** Reads the limit and what it counts. Shows are read only when a channel may be due. @param records read before */
export async function readNoSource(
  deps: TableDeps & { now: () => Date },
  records: readonly Destination[],
): Promise<NoSource> {
  const [limit, source] = await Promise.all([getNoSourceLimit(deps), getSourceObservation(deps)]);
  const now = deps.now();
  const lostSince = noSourceSince(source, now);
  if (!lostSince) return { limit, lostSince, unfed: [] };
  const seen = { records, lostSince, governed: new Set<string>() };
  if (unfedChannels(limit, seen, now).length === 0) return { limit, lostSince, unfed: [] };
  const governed = governedByShows(await listOpenShows(deps));
  return { limit, lostSince, unfed: unfedChannels(limit, { ...seen, governed }, now) };
}

/** What the limit's rule of incidents watches. */
export interface NoSourceSeen {
  /** Null: not known. */
  unfed: boolean | null;
  detail: string;
}

/**
 * Evaluates the limit and acts on it. May be repeated and interrupted anywhere: the decision is stored before anything is
 * stopped, and every later call stops what is left, unless the source has returned.
 * @param connected what this run has seen of the source
 */
export async function evaluateNoSource(
  deps: OperationDeps,
  records: readonly Destination[],
  connected: boolean | null | undefined,
): Promise<NoSourceSeen> {
  if (connected || !records.some(({ held }) => runInProgress(held))) return { unfed: false, detail: '' };
  const found = await readNoSource(deps, records);
  const { lostSince, unfed } = found;
  // Without evidence of this minute nothing is decided and nothing is stopped.
  if (!lostSince) return { unfed: null, detail: '' };
  const limit = await move(deps, { ...found, lostSince });
  await stopUnfed(deps, stoppedByLimit(limit, lostSince, unfed));
  const names = unfed.map(({ name }) => name).join(', ');
  const doing = noSourceCourseOf(limit, lostSince) ? noSourceText(limit) : `no source for ${limit.minutes} min`;
  return { unfed: unfed.length > 0, detail: `${doing}; running: ${names}` };
}

async function move(deps: OperationDeps, found: NoSource & { lostSince: string }): Promise<NoSourceLimit> {
  const { limit, lostSince, unfed } = found;
  const next = evaluateNoSourceLimit(limit, lostSince, unfed, deps.now());
  if (next === limit) return limit;
  const stored = await putNoSourceLimit(deps, limit, next);
  // Another monitor or a person was faster. The next evaluation starts from what they stored.
  if (!stored) return limit;
  await noteNoSource(deps, stored, { actor: NO_SOURCE_ACTOR, detail: noSourceText(stored) });
  return stored;
}

/** Records what happened to the limit on the timeline. */
export async function noteNoSource(
  deps: TableDeps & { now: () => Date },
  { revision }: NoSourceLimit,
  { actor, detail }: { actor: string; detail: string },
): Promise<void> {
  const entry = { at: deps.now().toISOString(), actor, kind: 'source' as const, detail };
  await putTimelineEntry(deps, DEPLOYMENT_OWNER, entry, `no-source-${revision}`);
}

/** Stops channels in the run in which they were found; one that was started again meanwhile is left alone. */
export async function stopUnfed(
  deps: OperationDeps,
  unfed: readonly Destination[],
  requestedBy: string = NO_SOURCE_ACTOR,
): Promise<void> {
  const runs = new Map(unfed.map(({ destinationId, held }) => [destinationId, runInProgress(held)?.startedAt]));
  await stopEach(deps, [...runs.keys()], {
    requestedBy,
    decide: (found) =>
      runInProgress(found.held)?.startedAt === runs.get(found.destinationId)
        ? decideCeilingStop(found)
        : { record: found, begins: null },
  });
}
