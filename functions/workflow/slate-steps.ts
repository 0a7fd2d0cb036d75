import { awsErrorKind } from '../aws/aws-errors.ts';
import { getDestination } from '../aws/destination-table.ts';
import type { SlateBreak } from '../domain/destination.ts';
import { AppError, errorName } from '../domain/errors.ts';
import { applyBreak } from './slate-break.ts';
import type { WorkflowDeps } from './workflow-deps.ts';
import { StepFailed, Throttled, Unavailable } from './workflow-errors.ts';

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
  const kind = awsErrorKind(error);
  if (kind === 'throttled') return new Throttled(`AWS throttles ${step}`);
  if (kind === 'unavailable') return new Unavailable(`AWS does not answer ${step}`);
  if (kind === 'conflict') return new Unavailable(`the channel of ${destinationId} changes`);
  if (error instanceof AppError && error.code === 'concurrent_change') return new Unavailable(`${step} was overtaken`);
  return new StepFailed(`${step} of ${destinationId}: ${errorName(error)}`);
}
