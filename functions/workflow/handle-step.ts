import { runDeliveryStep, type DeliveryStepInput, type DeliveryVerdict } from './deliver.ts';
import { runGroupStep, type GroupStepInput } from './group-start-steps.ts';
import { runIncidentStep, type IncidentStepInput, type Verdict } from './incident-steps.ts';
import type { IncidentDeps } from './finish-incident.ts';
import { runRecordingStep, type RecordingStepInput, type RecordingVerdict } from './recording-steps.ts';
import type { RoundVerdict } from './rounds.ts';
import { runShowStep, type ShowStepInput } from './show-steps.ts';
import { runSlateStep, type SlateStepInput } from './slate-steps.ts';
import { runStep, type StepInput } from './run-step.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** Runs a step of any of the state machines: they all call one function. */
export function handleStep(
  deps: WorkflowDeps & IncidentDeps,
  input:
    | StepInput
    | IncidentStepInput
    | DeliveryStepInput
    | RecordingStepInput
    | ShowStepInput
    | SlateStepInput
    | GroupStepInput,
): ReturnType<typeof runStep> | Promise<Verdict | DeliveryVerdict | RecordingVerdict | RoundVerdict | null> {
  if ('incidentId' in input) return runIncidentStep(deps, input);
  if ('recordingId' in input) return runRecordingStep(deps, input);
  if ('showId' in input) return runShowStep(deps, input);
  if ('groupStartId' in input) return runGroupStep(deps, input);
  if (input.step === 'ChangeSlate') return runSlateStep(deps, input);
  return 'deliveryId' in input ? runDeliveryStep(deps, input) : runStep(deps, input);
}
