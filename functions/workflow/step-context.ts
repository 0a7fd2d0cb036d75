import { isDeepStrictEqual } from 'node:util';
import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { isFlowBusy, type FlowView } from '../aws/flow.ts';
import type { Destination, HeldResources, OperationStep } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { NotSettled, SettlesSoon, StaleOperation } from './workflow-errors.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** The input of every step function. */
export interface StepContext {
  deps: WorkflowDeps;
  /** The record as read when the step began, updated with what the previous steps created and released. */
  record: Destination;
  generation: number;
  /** Steps so far, the current one last, written with the record so that readers see the progress. */
  steps: OperationStep[];
}

/**
 * Records held resources, conditional on the operation still being in flight. Undefined removes a resource.
 * @param check throws when the current record does not allow the write
 * @throws {StaleOperation} when a newer operation owns the destination
 */
export async function recordHeld(
  { deps, record, generation, steps }: StepContext,
  made: Partial<HeldResources>,
  check: (current: Destination) => void = () => {},
): Promise<void> {
  await changeDestination(deps, record.destinationId, (current) => {
    if (current.operation?.generation !== generation) {
      throw new StaleOperation('a newer operation owns the destination');
    }
    check(current);
    const held = { ...current.held, ...record.held, ...made };
    if (isDeepStrictEqual(held, current.held)) return current;
    return { ...current, held, operation: { ...current.operation, steps } };
  });
}

/**
 * Changes the flow's outputs.
 * @param flow the flow as read just before
 * @throws {NotSettled} when the flow is changing its state, so that another attempt finds it settled
 */
export async function unlessFlowBusy(
  { deps }: StepContext,
  flow: FlowView,
  change: () => Promise<void>,
): Promise<void> {
  // MediaConnect refuses a second change while one is in progress.
  if (flow.status === 'UPDATING') throw new NotSettled('the flow is changing its state');
  try {
    await change();
  } catch (error) {
    if (await isFlowBusy(deps, error, flow)) throw new NotSettled('the flow is changing its state');
    throw error;
  }
}

/** Builds the error for a resource that should exist and does not. */
export function resourceMissing(detail: string): AppError {
  return new AppError('resource_missing', { detail, remedy: 'start it again to create what is missing' });
}

/**
 * Delays of the polls within the first attempt of a step: quick transitions (an input, the embedded profile) then need
 * no retry of the state machine. Later attempts poll once, because polling does not make AWS faster and MediaLive
 * allows 20 requests a second for the whole account.
 */
const LOOKS_MS = [0, 150, 300, 600];
const LATER_LOOKS_MS = [0];
/** Delays of the polls when the resource is due: they split each wait of the state machine into shorter ones. */
const DUE_LOOKS_MS = [0, 400, 400];

/** A step is due between these multiples of the last start's time, because AWS's times vary by about a tenth. */
const DUE_FROM = 0.85;
const DUE_UNTIL = 1.2;
/** Widens the window, so that a short time has one too and the step's own calls fit into it. */
const DUE_MARGIN_MS = 1_000;

/**
 * When to expect AWS while a step has never been timed, in milliseconds. Inputs and channels take about this long to
 * create. A channel takes from 20 seconds to minutes to start; polling matters most around the shortest time.
 */
const USUALLY_MS: Partial<Record<string, number>> = {
  EnsureInput: 3_000,
  EnsureChannel: 5_000,
  EnsureChannelRun: 20_000,
};

/** Returns true around the time the step took at the last start, or usually takes; false when neither is known. */
function isDue({ deps, record, steps }: StepContext): boolean {
  const current = steps.at(-1);
  const tookMs = current && (record.tookMs?.[current.step] ?? USUALLY_MS[current.step]);
  if (tookMs === undefined) return false;
  const elapsedMs = deps.now().getTime() - Date.parse(current!.startedAt);
  return elapsedMs >= tookMs * DUE_FROM - DUE_MARGIN_MS && elapsedMs <= tookMs * DUE_UNTIL + DUE_MARGIN_MS;
}

function looksOf(context: StepContext): readonly number[] {
  if ((context.steps.at(-1)?.attempts ?? 1) === 1) return LOOKS_MS;
  return isDue(context) ? DUE_LOOKS_MS : LATER_LOOKS_MS;
}

/**
 * Polls until `isReached` returns true: several times within about a second on the first attempt and when the resource
 * is due, once otherwise.
 * @param seen what the step has just read, if it changed nothing since; it replaces the first poll
 * @throws {NotSettled} when the state is not reached; the state machine retries later
 * @throws {SettlesSoon} the same when the resource is due; the state machine retries in a second
 */
export async function settleWithin<View>(
  context: StepContext,
  look: () => Promise<View>,
  isReached: (view: View) => boolean,
  waitingFor: string,
  seen?: View,
): Promise<View> {
  const { deps } = context;
  for (const [index, delayMs] of looksOf(context).entries()) {
    if (delayMs > 0) await deps.sleep(delayMs);
    const view = index === 0 && seen !== undefined ? seen : await look();
    if (isReached(view)) return view;
  }
  const Unsettled = isDue(context) ? SettlesSoon : NotSettled;
  throw new Unsettled(`waiting for ${waitingFor}`);
}

/**
 * Refuses to create for an operation that has ended: a process that slept during the reads before may wake up in the next
 * one.
 */
export async function requireInFlight({ deps, generation, record }: StepContext): Promise<void> {
  const found = await getDestination(deps, record.destinationId);
  if (found?.operation?.generation !== generation) {
    throw new StaleOperation(`generation ${generation} is no longer in flight`);
  }
}
