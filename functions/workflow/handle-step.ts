import { runDeliveryStep, type DeliveryStepInput, type DeliveryVerdict } from './deliver.ts';
import { runStep, type StepInput } from './run-step.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** Runs a step of any of the state machines: they all call one function. */
export function handleStep(
  deps: WorkflowDeps,
  input: StepInput | DeliveryStepInput,
): ReturnType<typeof runStep> | Promise<DeliveryVerdict> {
  return 'deliveryId' in input ? runDeliveryStep(deps, input) : runStep(deps, input);
}
