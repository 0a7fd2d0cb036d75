import { awsErrorKind, toAppError } from '../aws/aws-errors.ts';
import { changeDestination, getDestination } from '../aws/destination-table.ts';
import type { Destination, RecordedError } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { isSuperseded, STEPS, withStep, type ResourceStep, type StepName } from '../domain/lifecycle.ts';
import { ensureChannel, ensureChannelRun, ensureFlowOutput, ensureInput } from './ensure.ts';
import { releaseChannel, releaseChannelRun, releaseFlowOutput, releaseInput } from './release.ts';
import { settleOperation, type StateFailure } from './settle.ts';
import type { StepContext } from './step-context.ts';
import type { WorkflowDeps } from './workflow-deps.ts';
import { NotSettled, StaleOperation, StepFailed, Superseded, Throttled, Unavailable } from './workflow-errors.ts';

/**
 * The one function the state machines call. It frames every step alike: read the record, leave alone what a newer
 * operation owns, notice a wish that has changed, note the step's beginning, act, and translate whatever goes wrong into
 * the few error names the state machines know.
 */

export interface StepInput {
  step: StepName;
  destinationId: string;
  generation: number;
  /** Step Functions' error output, on the failed path only. */
  failure?: StateFailure;
}

const ACT: Record<ResourceStep, (context: StepContext) => Promise<void>> = {
  EnsureInput: ensureInput,
  EnsureChannel: ensureChannel,
  EnsureFlowOutput: ensureFlowOutput,
  EnsureChannelRun: ensureChannelRun,
  ReleaseChannelRun: releaseChannelRun,
  ReleaseFlowOutput: releaseFlowOutput,
  ReleaseChannel: releaseChannel,
  ReleaseInput: releaseInput,
};

/** Steps during which another wish no longer turns the operation around: what is made is being taken down. */
const isDown = (step: ResourceStep) => STEPS[step].direction === 'down';

/**
 * Runs one step.
 * @throws one of workflow-errors.ts; never an SDK error, whose text may echo a request
 */
export async function runStep(deps: WorkflowDeps, input: StepInput): Promise<void> {
  const { step } = input;
  try {
    if (step === 'Settle' || step === 'SettleFailed') await settleOperation(deps, input);
    else await runResourceStep(deps, step, input);
  } catch (error) {
    throw await translate(deps, input, error);
  }
}

async function runResourceStep(deps: WorkflowDeps, step: ResourceStep, input: StepInput): Promise<void> {
  const { destinationId, generation } = input;
  const found = await getDestination(deps, destinationId);
  if (found?.operation?.generation !== generation) {
    if (isDown(step)) return;
    throw new StaleOperation(`generation ${generation} is no longer in flight`);
  }
  if (!isDown(step) && isSuperseded(found, found.operation)) {
    throw new Superseded(`${found.operation.kind} is no longer wanted: desired is ${found.desired}`);
  }
  const record = await beginStep(deps, found, step, generation);
  requireInTime(record, step, deps.now());
  await ACT[step]({ deps, record, generation });
}

async function beginStep(
  deps: WorkflowDeps,
  found: Destination,
  step: ResourceStep,
  generation: number,
): Promise<Destination> {
  if (found.operation?.steps.at(-1)?.step === step) return found;
  const record = await changeDestination(deps, found.destinationId, (current) =>
    current.operation?.generation === generation ? withStep(current, step, deps.now()) : current,
  );
  if (record?.operation?.generation !== generation) throw new StaleOperation('a newer operation owns the destination');
  return record;
}

function requireInTime(record: Destination, step: ResourceStep, now: Date): void {
  const startedAt = record.operation?.steps.at(-1)?.startedAt;
  const limitSeconds = STEPS[step].deadlineSeconds;
  if (!startedAt || now.getTime() - Date.parse(startedAt) <= limitSeconds * 1000) return;
  throw new AppError('deadline_passed', {
    detail: `${STEPS[step].label} took longer than ${limitSeconds} seconds`,
    remedy: isDown(step)
      ? 'try again: nothing that still costs is forgotten'
      : 'start it again; AWS may be slow right now',
  });
}

/** The names the state machines know; everything else is explained in the record and becomes StepFailed. */
async function translate(deps: WorkflowDeps, input: StepInput, error: unknown): Promise<Error> {
  for (const known of [NotSettled, Superseded, StaleOperation, Throttled, Unavailable]) {
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
    internal: explained.internal ?? (error instanceof Error ? error.name : 'unknown'),
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
        ? { ...current, operation: { ...current.operation, error } }
        : current,
    );
  } catch {
    // The outcome matters more than its explanation: SettleFailed names the step instead.
    deps.logger.warn('the reason of a failed step could not be recorded', { destinationId: input.destinationId });
  }
}
