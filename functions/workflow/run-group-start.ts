import { isDeepStrictEqual } from 'node:util';
import type { AwsDeps } from '../aws/clients.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import { startExecution, startGroupExecution } from '../aws/executions.ts';
import { changeGroupStart, getGroupStart } from '../aws/group-start-table.ts';
import type { Destination } from '../domain/destination.ts';
import { errorName } from '../domain/errors.ts';
import { groupActorOf, type GroupStart } from '../domain/group-start.ts';
import {
  advanceGroupStart,
  confirmGroupRequests,
  decideGroupItemStart,
  decideGroupItemStop,
  type GroupDecision,
} from '../domain/group-start-run.ts';
import type { MadeRequest } from '../domain/made-request.ts';
import { makeRequest } from './make-request.ts';
import { requestChange } from './operations.ts';
import { startPaced, type PacedStartDeps } from './paced-start.ts';
import type { OperationDeps } from './workflow-deps.ts';

/**
 * Runs group starts, as `run-show.ts` runs shows: a pass reads, decides, stores the decision and only then makes the
 * requests. So of several passes at once one decides, and what a crash interrupts is requested again.
 */

/** What storing a group start and starting its execution needs. */
export interface GroupStoreDeps
  extends Pick<OperationDeps, 'now' | 'logger'>, AwsDeps<'sfn' | 'table', 'groupMachineArn' | 'tableName'> {}

/** What running a group start needs. */
export type GroupStartDeps = OperationDeps & PacedStartDeps;

const WHOSE = 'a group start';

/** @returns the group start after the pass, and when the next pass is due; null when it does not exist */
export async function runGroupStart(
  deps: GroupStartDeps,
  groupStartId: string,
): Promise<Pick<GroupDecision, 'groupStart' | 'wakeAt'> | null> {
  // Read before the records, so that they show what the group start has confirmed.
  const before = await getGroupStart(deps, groupStartId);
  if (before === null) return null;
  const decidedAt = deps.now();
  const facts = { records: await listAllDestinations(deps), pace: deps.startPace };
  const decision = advanceGroupStart(before, facts, decidedAt);
  if (!(await store(deps, before, decision.groupStart))) return { groupStart: before, wakeAt: decidedAt };
  const made = {
    starts: await startAll(deps, decision, decidedAt),
    stops: await stopAll(deps, decision),
  };
  if (made.starts.length === 0 && made.stops.length === 0) return decision;
  const confirm = (found: GroupStart) => confirmGroupRequests(found, made);
  const after = await changeGroupStart(deps, groupStartId, confirm);
  return { groupStart: after ?? decision.groupStart, wakeAt: decision.wakeAt };
}

/** @returns false when another writer came first */
async function store(deps: GroupStartDeps, before: GroupStart, decided: GroupStart): Promise<boolean> {
  if (isDeepStrictEqual(before, decided)) return true;
  let isOurs = true;
  await changeGroupStart(deps, before.groupStartId, (found) => {
    isOurs = found.writeCount === before.writeCount;
    return isOurs ? decided : found;
  });
  return isOurs;
}

async function startAll(deps: GroupStartDeps, decision: GroupDecision, decidedAt: Date): Promise<MadeRequest[]> {
  const made: MadeRequest[] = [];
  for (const destinationId of decision.starts) {
    let mustWait = false;
    const start = async () => {
      const turn = await startPaced(deps, destinationId, () => startOne(deps, decision, { destinationId, decidedAt }));
      mustWait = turn === null || turn.result === 'over';
    };
    const done = await makeRequest(deps, { destinationId, whose: WHOSE }, start);
    if (mustWait) break;
    made.push(...done);
  }
  return made;
}

async function startOne(
  deps: GroupStartDeps,
  { groupStart: { groupStartId } }: GroupDecision,
  { destinationId, decidedAt }: { destinationId: string; decidedAt: Date },
): Promise<'requested' | 'over'> {
  // Read again, because a person may have ended it or stopped the destination meanwhile.
  const current = await getGroupStart(deps, groupStartId);
  const item = current?.destinations.find((each) => each.destinationId === destinationId);
  if (!current || item?.state !== 'starting' || current.endReason !== null) return 'over';
  const actor = groupActorOf(current, current.requestedBy);
  const change = await requestChange(deps, destinationId, {
    requestedBy: actor,
    decide: (record) => decideGroupItemStart(record, { actor, decidedAt, item, now: deps.now() }),
  });
  // Repeated, because an execution that was not started would wait for the sweep.
  if (change?.record.operation) await startExecution(deps, change.record.operation);
  return 'requested';
}

async function stopAll(deps: GroupStartDeps, { groupStart, stops }: GroupDecision): Promise<MadeRequest[]> {
  const made: MadeRequest[] = [];
  const requestedBy = groupActorOf(groupStart, groupStart.stoppedBy ?? 'a required destination failed');
  for (const destinationId of stops) {
    const decide = (record: Destination) => decideGroupItemStop(record, groupStart);
    const stop = () => requestChange(deps, destinationId, { requestedBy, decide });
    made.push(...(await makeRequest(deps, { destinationId, whose: WHOSE }, stop)));
  }
  return made;
}

/**
 * Starts the execution that runs a group start. A failure does not reach the caller: the group start is recorded, and the
 * sweep starts it.
 */
export async function startGroupQuietly(deps: GroupStoreDeps, groupStart: GroupStart): Promise<void> {
  try {
    await startGroupExecution(deps, groupStart);
  } catch (error) {
    deps.logger.warn('execution of a group start not started, the sweep will', {
      groupStartId: groupStart.groupStartId,
      error: errorName(error),
    });
  }
}
