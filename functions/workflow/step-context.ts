import { changeDestination } from '../aws/destination-table.ts';
import type { Destination, HeldResources, OperationStep } from '../domain/destination.ts';
import { NotSettled, StaleOperation } from './workflow-errors.ts';
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
 * Records what is held, conditional on the operation still being ours.
 * @throws {StaleOperation} when a newer operation has taken over
 */
export async function recordHeld(
  { deps, record, generation, steps }: StepContext,
  made: Partial<HeldResources>,
): Promise<void> {
  await changeDestination(deps, record.destinationId, (current) => {
    if (current.operation?.generation !== generation) {
      throw new StaleOperation('a newer operation owns the destination');
    }
    const held = { ...current.held, ...record.held, ...made };
    if (JSON.stringify(held) === JSON.stringify(current.held)) return current;
    return { ...current, held, operation: { ...current.operation, steps } };
  });
}

/** Looks within one step: quick transitions (an input, the embedded profile) need no retry of the state machine. */
const LOOKS_MS = [0, 150, 300, 600];

/**
 * Looks a few times within about a second until `isReached` says so.
 * @throws {NotSettled} when it is not yet; the state machine asks again later
 */
export async function settleWithin<View>(
  { deps }: StepContext,
  look: () => Promise<View>,
  isReached: (view: View) => boolean,
  waitingFor: string,
): Promise<View> {
  for (const delayMs of LOOKS_MS) {
    if (delayMs > 0) await deps.sleep(delayMs);
    const view = await look();
    if (isReached(view)) return view;
  }
  throw new NotSettled(`waiting for ${waitingFor}`);
}
