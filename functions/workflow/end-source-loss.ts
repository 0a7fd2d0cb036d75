import { putTimelineEntry } from '../aws/history-table.ts';
import type { Destination } from '../domain/destination.ts';
import { decideStop } from '../domain/requests.ts';
import { holdMinutesOf, onSourceLossOf, stopDueAt } from '../domain/source-loss.ts';
import { requestChange } from './operations.ts';
import type { OperationDeps } from './workflow-deps.ts';
import { errorName } from '../domain/errors.ts';

/** Who stops a destination that has had no source for too long, in the history and in the log of requests. */
const ACTOR = 'source-loss rule';

/**
 * Stops the destinations whose time without a source is over, because they cost. The record decides once more when it is
 * written, so a source that has returned in the meantime, or an edit, keeps its destination on air.
 * @param records with their newest observations
 */
export async function endSourceLosses(deps: OperationDeps, records: readonly Destination[]): Promise<void> {
  for (const record of records) {
    if (isDue(record, deps.now())) await endOne(deps, record);
  }
}

/** Stops one. A failure is only logged: the next observation tries again. */
async function endOne(deps: OperationDeps, record: Destination): Promise<void> {
  try {
    const change = await requestChange(deps, record.destinationId, {
      requestedBy: ACTOR,
      decide: (found) => (isDue(found, deps.now()) ? decideStop(found) : { record: found, begins: null }),
    });
    if (!change || change.record.desired === change.before.desired) return;
    const entry = { at: deps.now().toISOString(), actor: ACTOR, kind: 'source' as const, detail: toDetail(record) };
    await putTimelineEntry(deps, change.record, entry, change.record.writeCount);
  } catch (error) {
    deps.logger.error('a destination without a source was not stopped', {
      destinationId: record.destinationId,
      error: errorName(error),
    });
  }
}

function isDue(record: Destination, now: Date): boolean {
  const dueAt = stopDueAt(record);
  return dueAt !== null && dueAt.getTime() <= now.getTime();
}

function toDetail(record: Destination): string {
  const minutes = holdMinutesOf(record);
  const what = onSourceLossOf(record) === 'hold' ? 'the slate was on air' : 'no source delivered';
  return `stopped: ${what} for ${minutes} minute${minutes === 1 ? '' : 's'}, the limit of this destination`;
}
