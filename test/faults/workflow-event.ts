import type { Deployment } from '../../functions/aws/clients.ts';
import { deliveryExecutionOf } from '../../functions/domain/delivery.ts';
import { groupExecutionOf } from '../../functions/domain/group-execution.ts';
import { incidentExecutionOf } from '../../functions/domain/incident-execution.ts';
import { showExecutionOf } from '../../functions/domain/show-execution.ts';
import { recordingExecutionOf } from '../../functions/domain/recording.ts';
import type { DeliveryStepInput } from '../../functions/workflow/deliver.ts';
import type { IncidentStepInput } from '../../functions/workflow/incident-steps.ts';
import type { RecordingStepInput } from '../../functions/workflow/recording-steps.ts';
import type { GroupStepInput } from '../../functions/workflow/group-start-steps.ts';
import type { ShowStepInput } from '../../functions/workflow/show-steps.ts';
import { slateExecutionOf } from '../../functions/domain/slate-execution.ts';
import type { SlateStepInput } from '../../functions/workflow/slate-steps.ts';
import type { StepInput } from '../../functions/workflow/run-step.ts';
import type { Invocation } from './in-process-transport.ts';

/** What the workflow function is called with, by any of the state machines. */
export type WorkflowEvent =
  | StepInput
  | IncidentStepInput
  | DeliveryStepInput
  | RecordingStepInput
  | ShowStepInput
  | SlateStepInput
  | GroupStepInput;

/** Returns the ARN of a machine's execution. */
export function toExecutionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/**
 * Returns who runs: the step, and its destination or its execution. The execution of a destination's step follows from
 * the operation in flight.
 */
export function whoRuns(
  event: WorkflowEvent,
  {
    deliveryMachineArn,
    groupMachineArn,
    incidentMachineArn,
    recordingMachineArn,
    showMachineArn,
    slateMachineArn,
  }: Deployment,
): Pick<Invocation, 'step' | 'destinationId' | 'generation' | 'executionArn'> {
  const { step } = event;
  if ('deliveryId' in event) {
    const executionArn = toExecutionArn(deliveryMachineArn, deliveryExecutionOf(event));
    return { step, destinationId: null, generation: null, executionArn };
  }
  if ('incidentId' in event) {
    const executionArn = toExecutionArn(incidentMachineArn, incidentExecutionOf(event, event.revision));
    return { step, destinationId: null, generation: null, executionArn };
  }
  if ('recordingId' in event) {
    const executionArn = toExecutionArn(recordingMachineArn, recordingExecutionOf(event));
    return { step, destinationId: null, generation: null, executionArn };
  }
  if ('showId' in event) {
    const executionArn = toExecutionArn(showMachineArn, showExecutionOf(event, event.revision));
    return { step, destinationId: null, generation: null, executionArn };
  }
  if ('groupStartId' in event) {
    const executionArn = toExecutionArn(groupMachineArn, groupExecutionOf(event, event.revision));
    return { step, destinationId: null, generation: null, executionArn };
  }
  if (event.step === 'ChangeSlate') {
    const executionArn = toExecutionArn(slateMachineArn, slateExecutionOf(event.destinationId, event));
    return { step, destinationId: event.destinationId, generation: null, executionArn };
  }
  return { step, destinationId: event.destinationId, generation: event.generation, executionArn: null };
}
