import { startGroupExecution } from '../aws/executions.ts';
import { changeGroupStart, getGroupStart } from '../aws/group-start-table.ts';
import { ROUNDS_MAX, type RoundVerdict } from './rounds.ts';
import { runGroupStart, type GroupStartDeps, type GroupStoreDeps } from './run-group-start.ts';
import { toStepError } from './step-error.ts';

/**
 * The step of the state machine that runs one group start. The record decides, as for a show: an execution that runs
 * twice, late or never does no harm, and the sweep starts a missing one.
 */

export const GROUP_STEPS = ['AdvanceGroupStart'] as const;

export interface GroupStepInput {
  step: (typeof GROUP_STEPS)[number];
  groupStartId: string;
  /** Names the execution; one with another revision has taken over when the record says so. */
  revision: number;
  /** How often the execution has called the step. */
  rounds: number;
}

/** Runs the step. @throws an error of workflow-errors.ts */
export async function runGroupStep(
  deps: GroupStartDeps & GroupStoreDeps,
  input: GroupStepInput,
): Promise<RoundVerdict> {
  try {
    return await advance(deps, input);
  } catch (error) {
    throw toStepError(input.step, input.groupStartId, error);
  }
}

async function advance(
  deps: GroupStartDeps & GroupStoreDeps,
  { groupStartId, revision, rounds }: GroupStepInput,
): Promise<RoundVerdict> {
  const finish: RoundVerdict = { next: 'finish', waitUntil: deps.now().toISOString(), rounds: rounds + 1 };
  const found = await getGroupStart(deps, groupStartId);
  if (found === null || found.executionRevision !== revision) return finish;
  const ran = await runGroupStart(deps, groupStartId);
  if (ran === null || ran.wakeAt === null) return finish;
  if (rounds >= ROUNDS_MAX) {
    await startNextGroupExecution(deps, groupStartId, revision);
    return finish;
  }
  return { ...finish, next: 'wait', waitUntil: ran.wakeAt.toISOString() };
}

/** A name cannot be used again, so the next execution is named by the next revision. */
export async function startNextGroupExecution(
  deps: GroupStoreDeps,
  groupStartId: string,
  revision: number,
): Promise<void> {
  const next = await changeGroupStart(deps, groupStartId, (found) =>
    found.executionRevision === revision ? { ...found, executionRevision: revision + 1 } : found,
  );
  if (next) await startGroupExecution(deps, next);
}
