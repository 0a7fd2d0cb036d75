import { changeDestination } from '../aws/destination-table.ts';
import { isFlowBusy, type FlowView } from '../aws/flow.ts';
import type { Destination, HeldResources, OperationStep } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { NotSettled, SettlesSoon, StaleOperation } from './workflow-errors.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** What a step works on. */
export interface StepContext {
  deps: WorkflowDeps;
  /** As read at the step's beginning, with what the steps before it made and released. */
  record: Destination;
  generation: number;
  /** Steps so far, this one last, for whoever looks at the record meanwhile. */
  steps: OperationStep[];
}

/**
 * Records what is held, conditional on the operation still being ours. A resource given as undefined is forgotten.
 * @param check throws when the record, as it is now, does not allow it
 * @throws {StaleOperation} when a newer operation has taken over
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
    if (JSON.stringify(held) === JSON.stringify(current.held)) return current;
    return { ...current, held, operation: { ...current.operation, steps } };
  });
}

/**
 * Changes the flow's outputs.
 * @param flow as it was read before
 * @throws {NotSettled} when the flow is changing its state: another attempt finds it settled
 */
export async function unlessFlowBusy(
  { deps }: StepContext,
  flow: FlowView,
  change: () => Promise<void>,
): Promise<void> {
  // It would be refused: another change is being carried out.
  if (flow.status === 'UPDATING') throw new NotSettled('the flow is changing its state');
  try {
    await change();
  } catch (error) {
    if (await isFlowBusy(deps, error, flow)) throw new NotSettled('the flow is changing its state');
    throw error;
  }
}

/** Something that should be there is not. */
export function resourceMissing(detail: string): AppError {
  return new AppError('resource_missing', { detail, remedy: 'start it again: what is gone is made anew' });
}

/**
 * Looks within the first attempt of a step: quick transitions (an input, the embedded profile) need no retry of the state
 * machine. Later attempts look once: what takes longer is not hurried by looking, and MediaLive takes 20 requests a
 * second from a whole account.
 */
const LOOKS_MS = [0, 150, 300, 600];
const LATER_LOOKS_MS = [0];
/** About when AWS was done the last time, each wait of the state machine is cut into shorter ones. */
const DUE_LOOKS_MS = [0, 400, 400];

/** Part of the last start's time after which a step is due, and until when: AWS's times vary by a tenth or so. */
const DUE_FROM = 0.85;
const DUE_UNTIL = 1.2;
/** So that a short time has a window, too, and the step's own calls fit into it. */
const DUE_MARGIN_MS = 1_000;

/**
 * When to expect AWS while a step has never been timed, milliseconds. Inputs and channels take about this long to be created.
 * A channel's start takes from 20 seconds to minutes: polling often around the shortest is where a second matters most.
 */
const USUALLY_MS: Partial<Record<string, number>> = {
  EnsureInput: 3_000,
  EnsureChannel: 5_000,
  EnsureChannelRun: 20_000,
};

/** Returns true around the time the step took at the last start, or usually takes. False where neither is known. */
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
 * Looks until `isReached` says so: a few times within about a second at first, and when it is due by the last start; once
 * otherwise.
 * @param seen what the step has just seen, having asked for nothing since: it is the first of these looks
 * @throws {NotSettled} when it is not yet; the state machine asks again later
 * @throws {SettlesSoon} likewise, when it is due: the state machine asks again in a second
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
