import { changeGroupStart, listGroupStarts } from '../aws/group-start-table.ts';
import type { Destination } from '../domain/destination.ts';
import { listToStart, withdrawFromGroup } from '../domain/group-start.ts';
import type { Decision } from '../domain/lifecycle.ts';
import { decideStop } from '../domain/requests.ts';
import type { ApiDeps } from './api-deps.ts';

/**
 * Takes destinations out of the group starts that have not started them yet. Otherwise one that is off air would be
 * started after a person has stopped it.
 * @returns the ids of those that were taken out
 */
export async function withdrawFromGroups(
  deps: ApiDeps,
  destinationIds: readonly string[],
  by: string,
): Promise<Set<string>> {
  const withdrawn = new Set<string>();
  for (const groupStart of await listGroupStarts(deps)) {
    const meant = listToStart(groupStart, destinationIds);
    if (groupStart.endedAt !== null || meant.length === 0) continue;
    await changeGroupStart(deps, groupStart.groupStartId, (found) => withdrawFromGroup(found, destinationIds, by));
    for (const destinationId of meant) withdrawn.add(destinationId);
  }
  return withdrawn;
}

/**
 * Returns what decides a stop. It notes the time for a destination that was taken out of a group start, so that a start
 * that is on its way finds that others have decided since.
 */
export function stopOf(isWithdrawn: boolean, { by, now }: { by: string; now: Date }) {
  return (record: Destination): Decision => {
    const decided = decideStop(record);
    if (!isWithdrawn) return decided;
    return { ...decided, record: { ...decided.record, desiredBy: by, desiredAt: now.toISOString() } };
  };
}
