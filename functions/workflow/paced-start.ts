import { listAllDestinations } from '../aws/destination-table.ts';
import { roomToStart, type StartPace } from '../domain/start-pace.ts';
import { requireWithinCeilings, STARTING } from './ceilings.ts';
import { inTurn } from './in-turn.ts';
import type { SpendingDeps } from './read-spending.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** What a paced start needs. */
export type PacedStartDeps = SpendingDeps & Pick<WorkflowDeps, 'sleep'> & { startPace: StartPace };

/**
 * Makes a request that starts a destination when its turn has come: within the deployment's pace, unless a ceiling is
 * against it, and while no other process starts one.
 * @returns null when the destination has to wait
 * @throws {AppError} `ceiling_reached`, or `concurrent_change` when others start destinations all the time
 */
export async function startPaced<Result>(
  deps: PacedStartDeps,
  destinationId: string,
  request: () => Promise<Result>,
): Promise<{ result: Result } | null> {
  return inTurn(deps, STARTING, async () => {
    // A start that has arrived already needs no room to be requested again.
    const records = await listAllDestinations(deps);
    const others = records.filter((record) => record.destinationId !== destinationId);
    if (roomToStart(deps.startPace, others, deps.now()).count === 0) return null;
    await requireWithinCeilings(deps, destinationId, { records });
    return { result: await request() };
  });
}
