import { awsErrorKind } from '../aws/aws-errors.ts';
import { getDestination } from '../aws/destination-table.ts';
import type { SlateBreak } from '../domain/destination.ts';
import { applyBreak } from './slate-break.ts';
import type { WorkflowDeps } from './workflow-deps.ts';
import { toStepError } from './step-error.ts';
import { Unavailable } from './workflow-errors.ts';

/** The step of the state machine that shows the slate on one destination, or ends it. */

export interface SlateStepInput {
  step: 'ChangeSlate';
  destinationId: string;
  /** The request that the execution carries out; it leaves any other one alone. */
  requestedAt: string;
  state: SlateBreak['state'];
}

type SlateDeps = Pick<WorkflowDeps, 'clients' | 'deployment' | 'now' | 'logger'>;

/** Runs the step. Repeating it is harmless. @throws an error of workflow-errors.ts */
export async function runSlateStep(deps: SlateDeps, input: SlateStepInput): Promise<null> {
  const { destinationId, requestedAt, state } = input;
  try {
    const record = await getDestination(deps, destinationId);
    const { slateBreak } = record ?? {};
    if (record && slateBreak?.requestedAt === requestedAt && slateBreak.state === state) {
      await applyBreak(deps, record);
    }
    return null;
  } catch (error) {
    throw translate(input, error);
  }
}

function translate({ destinationId, step }: SlateStepInput, error: unknown): Error {
  if (error instanceof Unavailable) return error;
  if (awsErrorKind(error) === 'conflict') return new Unavailable(`the channel of ${destinationId} changes`);
  return toStepError(step, destinationId, error);
}
