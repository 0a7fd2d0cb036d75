import { changeDestination } from '../aws/destination-table.ts';
import type { Destination, HeldResources } from '../domain/destination.ts';
import { NotSettled, StaleOperation } from './workflow-errors.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** What a step works on: the record as read at its beginning and the generation it acts for. */
export interface StepContext {
  deps: WorkflowDeps;
  record: Destination;
  generation: number;
}

/**
 * Records what is held, conditional on the operation still being ours.
 * @throws {StaleOperation} when a newer operation has taken over
 */
export async function recordHeld(
  { deps, record, generation }: StepContext,
  change: (held: HeldResources) => HeldResources,
): Promise<void> {
  await changeDestination(deps, record.destinationId, (current) => {
    if (current.operation?.generation !== generation)
      throw new StaleOperation('a newer operation owns the destination');
    const held = change(current.held);
    return JSON.stringify(held) === JSON.stringify(current.held) ? current : { ...current, held };
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
