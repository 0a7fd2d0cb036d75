import { deleteGroupStart, insertGroupStart, listGroupStarts } from '../aws/group-start-table.ts';
import { AppError } from '../domain/errors.ts';
import { newGroupStart, type GroupStart } from '../domain/group-start.ts';
import { startGroupQuietly } from '../workflow/run-group-start.ts';
import type { ApiDeps } from './api-deps.ts';
import type { PlannedGroup } from './plan-group-start.ts';

export const GROUP_STARTS_PATH = '/api/group-starts';

/** Ended ones beyond these are removed. */
export const KEPT_MAX = 20;
const RUNNING_MAX = 10;

/**
 * Stores a group start and starts its execution.
 * @throws {AppError} the first refusal of the plan. `illegal_transition` while too many are under way
 */
export async function beginGroupStart(
  deps: ApiDeps,
  { chosen, refusals }: PlannedGroup,
  about: Pick<GroupStart, 'onFailure' | 'requestedBy'>,
): Promise<GroupStart> {
  if (refusals[0]) throw refusals[0];
  const known = await listGroupStarts(deps);
  const running = known.filter(({ endedAt }) => endedAt === null);
  if (running.length >= RUNNING_MAX) {
    throw new AppError('illegal_transition', {
      detail: `${running.length} group starts are under way, and no more are possible at the same time`,
      remedy: `wait until one has ended, or end one with POST ${GROUP_STARTS_PATH}/{groupStartId}/stop`,
    });
  }
  const groupStart = newGroupStart(chosen, {
    ...about,
    groupStartId: deps.newId('gst'),
    requestedAt: deps.now().toISOString(),
  });
  await insertGroupStart(deps, groupStart);
  await startGroupQuietly(deps, groupStart);
  const over = known.filter(({ endedAt }) => endedAt !== null).slice(KEPT_MAX - 1);
  for (const { groupStartId } of over) await deleteGroupStart(deps, groupStartId);
  return groupStart;
}
