import { startShowExecution } from '../aws/executions.ts';
import { getShow, writeShow } from '../aws/show-table.ts';
import type { Show } from '../domain/show.ts';
import { ROUNDS_MAX, type RoundVerdict } from './rounds.ts';
import { runShow, type ShowDeps, type ShowStoreDeps } from './run-show.ts';
import { checkWhenDue, type ShowCheckDeps } from './show-preflight.ts';
import { toStepError } from './step-error.ts';

/**
 * The step of the state machine that runs one show. The record decides: the step does what is due and says when it is to
 * be called next. So an execution that runs twice, late or never does no harm; the sweep starts a missing one.
 */

export const SHOW_STEPS = ['AdvanceShow'] as const;

export interface ShowStepInput {
  step: (typeof SHOW_STEPS)[number];
  showId: string;
  /** Names the execution; one with another revision has taken over when the record says so. */
  revision: number;
  /** How often the execution has called the step. */
  rounds: number;
}

export type ShowStepDeps = ShowDeps & ShowCheckDeps;

/** Runs the step. @throws an error of workflow-errors.ts */
export async function runShowStep(deps: ShowStepDeps, input: ShowStepInput): Promise<RoundVerdict> {
  try {
    return await advance(deps, input);
  } catch (error) {
    throw toStepError(input.step, input.showId, error);
  }
}

async function advance(deps: ShowStepDeps, { showId, revision, rounds }: ShowStepInput): Promise<RoundVerdict> {
  const finish: RoundVerdict = { next: 'finish', waitUntil: deps.now().toISOString(), rounds: rounds + 1 };
  const found = await getShow(deps, showId);
  if (found === null || found.executionRevision !== revision) return finish;
  const ran = await runShow(deps, showId);
  if (ran === null || ran.wakeAt === null || ran.show.executionRevision !== revision) return finish;
  if (rounds >= ROUNDS_MAX) {
    await startNextExecution(deps, ran.show);
    return finish;
  }
  const wakeAt = await checkWhenDue(deps, ran.show, ran.wakeAt);
  return { ...finish, next: 'wait', waitUntil: wakeAt.toISOString() };
}

/** A name cannot be used again, so the next execution is named by the next revision. */
export async function startNextExecution(deps: ShowStoreDeps, show: Show): Promise<void> {
  const next = await writeShow(deps, show, { ...show, executionRevision: show.executionRevision + 1 });
  if (next) await startShowExecution(deps, next);
}
