import { awsErrorKind, toAppError } from '../aws/aws-errors.ts';
import { changeDestination, getDestination } from '../aws/destination-table.ts';
import type { OperationStep, RecordedError } from '../domain/destination.ts';
import { kindOf } from '../domain/destination-kind.ts';
import { AppError, errorName } from '../domain/errors.ts';
import {
  concerns,
  heldAfter,
  isSuperseded,
  STEPS,
  toOperationSteps,
  type ResourceStep,
  type StepName,
  type StepResult,
  type StepResults,
} from '../domain/lifecycle.ts';
import { ensureChannelRun } from './channel-run.ts';
import { ensureChannel, ensureInput } from './ensure.ts';
import { ensureFlowOutput, releaseFlowOutput } from './flow-outputs.ts';
import { releaseChannel, releaseChannelRun, releaseInput } from './release.ts';
import { ensureSecret, releaseSecret } from './srt-output.ts';
import { settleOperation, type Ending, type StateFailure } from './settle.ts';
import type { WorkflowDeps } from './workflow-deps.ts';
import {
  NotSettled,
  SettlesSoon,
  StaleOperation,
  StepFailed,
  Superseded,
  Throttled,
  Unavailable,
} from './workflow-errors.ts';

/**
 * The one function that the state machines call. It frames every step alike: read the record, leave alone what a newer
 * operation owns, check whether the desired state has changed, act, and translate every failure into one of the few
 * error names that the state machines match.
 */

export interface StepInput {
  step: StepName;
  destinationId: string;
  generation: number;
  /** When the execution entered the state, on the first attempt. */
  enteredAt: string;
  /** How often the state machine has retried this step. */
  retryCount: number;
  /** Results of the previous steps. */
  steps: StepResults;
  /** Step Functions' error output; present on the failed path only. */
  failure?: StateFailure;
}

const ENSURE = {
  EnsureSecret: ensureSecret,
  EnsureInput: ensureInput,
  EnsureChannel: ensureChannel,
  EnsureFlowOutput: ensureFlowOutput,
  EnsureChannelRun: ensureChannelRun,
} as const;

const RELEASE = {
  ReleaseChannelRun: releaseChannelRun,
  ReleaseFlowOutput: releaseFlowOutput,
  ReleaseChannel: releaseChannel,
  ReleaseInput: releaseInput,
  ReleaseSecret: releaseSecret,
} as const;

const isRelease = (step: ResourceStep): step is keyof typeof RELEASE => Object.hasOwn(RELEASE, step);

/**
 * Runs one step.
 * @returns the result for the execution's state; Settle and SettleFailed return how the operation ended
 * @throws an error of workflow-errors.ts; never an SDK error, whose text may echo a request
 */
export async function runStep(deps: WorkflowDeps, input: StepInput): Promise<StepResult | Ending> {
  const { step } = input;
  try {
    if (step !== 'Settle' && step !== 'SettleFailed') return await runResourceStep(deps, step, input);
    return await settleOperation(deps, input);
  } catch (error) {
    throw await translate(deps, input, error);
  }
}

async function runResourceStep(deps: WorkflowDeps, step: ResourceStep, input: StepInput): Promise<StepResult> {
  const { destinationId, generation } = input;
  const found = await getDestination(deps, destinationId);
  const result = (rest: Pick<StepResult, 'held' | 'isSkipped' | 'released'>): StepResult => ({
    startedAt: input.enteredAt,
    endedAt: deps.now().toISOString(),
    attempts: input.retryCount + 1,
    ...rest,
  });
  if (found?.operation?.generation !== generation) {
    if (isRelease(step)) return result({});
    throw new StaleOperation(`generation ${generation} is no longer in flight`);
  }
  if (!isRelease(step) && isSuperseded(found, found.operation)) {
    throw new Superseded(`${found.operation.kind} is no longer wanted: desired is ${found.desired}`);
  }
  if (!concerns(kindOf(found), step)) return result({ isSkipped: true });
  requireInTime(input, step, deps.now());
  const record = { ...found, held: heldAfter(found.held, input.steps) };
  const context = { deps, record, generation, steps: stepsUntil(input) };
  if (!isRelease(step)) return result({ held: await ENSURE[step](context) });
  return result(await RELEASE[step](context));
}

/** Returns the finished steps and the current one. */
function stepsUntil({ step, steps, enteredAt, retryCount }: StepInput): OperationStep[] {
  return [...toOperationSteps(steps), { step, startedAt: enteredAt, attempts: retryCount + 1 }];
}

function requireInTime({ enteredAt }: StepInput, step: ResourceStep, now: Date): void {
  const limitSeconds = STEPS[step].deadlineSeconds;
  if (now.getTime() - Date.parse(enteredAt) <= limitSeconds * 1000) return;
  throw new AppError('deadline_passed', {
    detail: `${STEPS[step].label} took longer than ${limitSeconds} seconds`,
    remedy: isRelease(step)
      ? 'try again: nothing that still costs is forgotten'
      : 'start it again; AWS may be slow right now',
  });
}

/** Passes on the errors that the state machines match. Records the reason of any other and returns StepFailed. */
async function translate(deps: WorkflowDeps, input: StepInput, error: unknown): Promise<Error> {
  for (const known of [NotSettled, SettlesSoon, Superseded, StaleOperation, Throttled, Unavailable]) {
    if (error instanceof known) return error;
  }
  if (!(error instanceof AppError)) {
    const kind = awsErrorKind(error);
    if (kind === 'throttled') return new Throttled(`AWS throttles ${input.step}`);
    if (kind === 'unavailable') return new Unavailable(`AWS does not answer ${input.step}`);
  } else if (error.code === 'concurrent_change') {
    return new Unavailable(error.detail);
  }
  const explained = explain(error, input.step);
  deps.logger.error('step failed', {
    destinationId: input.destinationId,
    generation: input.generation,
    step: input.step,
    code: explained.code,
    internal: explained.internal ?? errorName(error),
  });
  await recordError(deps, input, {
    code: explained.code,
    detail: explained.detail,
    remedy: explained.remedy,
    at: deps.now().toISOString(),
  });
  return new StepFailed(`${explained.code}: ${explained.detail}`);
}

function explain(error: unknown, step: StepName): AppError {
  if (error instanceof AppError) return error;
  const isAwsError = error instanceof Error && '$metadata' in error;
  if (isAwsError) return toAppError(error, step in STEPS ? STEPS[step as ResourceStep].label : 'settling');
  return new AppError('internal', {
    detail: `an unexpected error in ${step}`,
    remedy: 'try again; if it repeats, look up the operation id in the log',
    internal: error instanceof Error ? `${error.name}: ${error.stack?.split('\n')[1]?.trim() ?? ''}` : 'unknown',
  });
}

async function recordError(deps: WorkflowDeps, input: StepInput, error: RecordedError): Promise<void> {
  try {
    await changeDestination(deps, input.destinationId, (current) =>
      current.operation?.generation === input.generation
        ? { ...current, operation: { ...current.operation, error, steps: stepsUntil(input) } }
        : current,
    );
  } catch {
    // The outcome matters more than its reason: without one, SettleFailed names the step.
    deps.logger.warn('the reason of a failed step could not be recorded', { destinationId: input.destinationId });
  }
}
