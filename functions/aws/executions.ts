import {
  DescribeExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  type StartExecutionCommandInput,
} from '@aws-sdk/client-sfn';
import { deliveryExecutionOf, type Delivery } from '../domain/delivery.ts';
import type { Operation, SlateBreak } from '../domain/destination.ts';
import { groupExecutionOf } from '../domain/group-execution.ts';
import type { GroupStart } from '../domain/group-start.ts';
import { incidentExecutionOf } from '../domain/incident-execution.ts';
import type { Incident } from '../domain/incident.ts';
import { recordingExecutionOf, type Recording } from '../domain/recording.ts';
import { parseOperationId } from '../domain/lifecycle.ts';
import { showExecutionOf } from '../domain/show-execution.ts';
import type { Show } from '../domain/show.ts';
import { slateExecutionOf } from '../domain/slate-execution.ts';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps, Deployment } from './clients.ts';

/**
 * Starts the state machine of an operation. Repeating the call is harmless: the operation id is the execution's name,
 * and "already exists" means that an earlier call started it.
 */
export async function startExecution(
  { clients, deployment }: AwsDeps<'sfn', 'stateMachineArns'>,
  operation: Operation,
): Promise<void> {
  const parsed = parseOperationId(operation.operationId);
  if (!parsed) throw new Error(`not an operation id: ${operation.operationId}`);
  await start(clients, {
    stateMachineArn: deployment.stateMachineArns[operation.kind],
    name: operation.operationId,
    // Ids only, because Step Functions keeps inputs for 90 days. The steps put their results into `steps`.
    input: JSON.stringify({ destinationId: parsed.destinationId, generation: operation.generation, steps: {} }),
  });
}

/** Starts the state machine of a delivery. Repeating the call is harmless. */
export async function startDeliveryExecution(
  { clients, deployment }: AwsDeps<'sfn', 'deliveryMachineArn'>,
  delivery: Pick<Delivery, 'deliveryId' | 'execution'>,
): Promise<void> {
  const { deliveryId, execution } = delivery;
  await start(clients, {
    stateMachineArn: deployment.deliveryMachineArn,
    name: deliveryExecutionOf(delivery),
    input: JSON.stringify({ deliveryId, execution }),
  });
}

/** Starts the state machine that looks after an incident. Repeating the call is harmless. */
export async function startIncidentExecution(
  { clients, deployment }: AwsDeps<'sfn', 'incidentMachineArn'>,
  { incidentId, executionRevision }: Pick<Incident, 'incidentId' | 'executionRevision'>,
): Promise<void> {
  if (executionRevision === null) return;
  await start(clients, {
    stateMachineArn: deployment.incidentMachineArn,
    name: incidentExecutionOf({ incidentId }, executionRevision),
    input: JSON.stringify({ incidentId, revision: executionRevision, verdict: { rounds: 0 } }),
  });
}

/** Starts the state machine of a recording. Repeating the call is harmless. */
export async function startRecordingExecution(
  { clients, deployment }: AwsDeps<'sfn', 'recordingMachineArn'>,
  { recordingId, execution }: Pick<Recording, 'recordingId' | 'execution'>,
): Promise<void> {
  await start(clients, {
    stateMachineArn: deployment.recordingMachineArn,
    name: recordingExecutionOf({ recordingId, execution }),
    input: JSON.stringify({ recordingId, execution }),
  });
}

/** Starts the state machine that runs a show. Repeating the call is harmless. */
export async function startShowExecution(
  { clients, deployment }: AwsDeps<'sfn', 'showMachineArn'>,
  { showId, executionRevision }: Pick<Show, 'showId' | 'executionRevision'>,
): Promise<void> {
  await start(clients, {
    stateMachineArn: deployment.showMachineArn,
    name: showExecutionOf({ showId }, executionRevision),
    input: JSON.stringify({ showId, revision: executionRevision, verdict: { rounds: 0 } }),
  });
}

/** Starts the state machine that runs a group start. Repeating the call is harmless. */
export async function startGroupExecution(
  { clients, deployment }: AwsDeps<'sfn', 'groupMachineArn'>,
  { groupStartId, executionRevision }: Pick<GroupStart, 'groupStartId' | 'executionRevision'>,
): Promise<void> {
  await start(clients, {
    stateMachineArn: deployment.groupMachineArn,
    name: groupExecutionOf({ groupStartId }, executionRevision),
    input: JSON.stringify({ groupStartId, revision: executionRevision, verdict: { rounds: 0 } }),
  });
}

/** Starts the state machine that shows a slate or ends it. Repeating the call is harmless. */
export async function startSlateExecution(
  { clients, deployment }: AwsDeps<'sfn', 'slateMachineArn'>,
  destinationId: string,
  { requestedAt, state }: Pick<SlateBreak, 'requestedAt' | 'state'>,
): Promise<void> {
  await start(clients, {
    stateMachineArn: deployment.slateMachineArn,
    name: slateExecutionOf(destinationId, { requestedAt, state }),
    input: JSON.stringify({ destinationId, requestedAt, state }),
  });
}

async function start(clients: AwsDeps<'sfn', never>['clients'], request: StartExecutionCommandInput): Promise<void> {
  try {
    await clients.sfn.send(new StartExecutionCommand(request));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExecutionAlreadyExists') throw error;
  }
}

/** Aborts the execution of an operation if it is still running. A step in flight finishes, but its writes fail. */
export async function stopExecution(
  { clients, deployment }: AwsDeps<'sfn', 'stateMachineArns'>,
  operation: Operation,
): Promise<void> {
  try {
    await clients.sfn.send(
      new StopExecutionCommand({
        executionArn: executionArnOf(deployment, operation),
        cause: 'given up by force',
      }),
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/**
 * Returns the ARN of an operation's execution. The state machine's ARN may name a version or an alias
 * (`…:stateMachine:name:live`), which the ARNs of its executions do not contain.
 * @throws {Error} when the configured ARN is not of a state machine
 */
export function executionArnOf(
  { stateMachineArns }: Pick<Deployment, 'stateMachineArns'>,
  { kind, operationId }: Pick<Operation, 'kind' | 'operationId'>,
): string {
  return toExecutionArn(stateMachineArns[kind], operationId);
}

function toExecutionArn(stateMachineArn: string, name: string): string {
  const [machineArn] = /^.*:stateMachine:[^:]+/.exec(stateMachineArn) ?? [];
  if (!machineArn) throw new Error(`not the ARN of a state machine: ${stateMachineArn}`);
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

export type ExecutionState = 'running' | 'succeeded' | 'ended' | 'missing';

/** Returns the state of an operation's execution. `ended` covers failed, timed out and aborted. */
export function observeExecution(
  { clients, deployment }: AwsDeps<'sfn', 'stateMachineArns'>,
  operation: Operation,
): Promise<ExecutionState> {
  return describe(clients, executionArnOf(deployment, operation));
}

/** Returns the state of the execution that looks after an incident. */
export async function observeIncidentExecution(
  { clients, deployment }: AwsDeps<'sfn', 'incidentMachineArn'>,
  { incidentId, executionRevision }: Pick<Incident, 'incidentId' | 'executionRevision'>,
): Promise<ExecutionState> {
  if (executionRevision === null) return 'missing';
  const name = incidentExecutionOf({ incidentId }, executionRevision);
  return describe(clients, toExecutionArn(deployment.incidentMachineArn, name));
}

/** Returns the state of the execution that runs a show. */
export async function observeShowExecution(
  { clients, deployment }: AwsDeps<'sfn', 'showMachineArn'>,
  { showId, executionRevision }: Pick<Show, 'showId' | 'executionRevision'>,
): Promise<ExecutionState> {
  const name = showExecutionOf({ showId }, executionRevision);
  return describe(clients, toExecutionArn(deployment.showMachineArn, name));
}

/** Returns the state of the execution that runs a group start. */
export async function observeGroupExecution(
  { clients, deployment }: AwsDeps<'sfn', 'groupMachineArn'>,
  { groupStartId, executionRevision }: Pick<GroupStart, 'groupStartId' | 'executionRevision'>,
): Promise<ExecutionState> {
  const name = groupExecutionOf({ groupStartId }, executionRevision);
  return describe(clients, toExecutionArn(deployment.groupMachineArn, name));
}

/** Returns the state of a delivery's execution. */
export async function observeDeliveryExecution(
  { clients, deployment }: AwsDeps<'sfn', 'deliveryMachineArn'>,
  delivery: Pick<Delivery, 'deliveryId' | 'execution'>,
): Promise<ExecutionState> {
  return describe(clients, toExecutionArn(deployment.deliveryMachineArn, deliveryExecutionOf(delivery)));
}

/** Returns the state of a recording's execution. */
export async function observeRecordingExecution(
  { clients, deployment }: AwsDeps<'sfn', 'recordingMachineArn'>,
  recording: Pick<Recording, 'recordingId' | 'execution'>,
): Promise<ExecutionState> {
  if (recording.execution === 0) return 'missing';
  return describe(clients, toExecutionArn(deployment.recordingMachineArn, recordingExecutionOf(recording)));
}

async function describe(clients: AwsDeps<'sfn', never>['clients'], executionArn: string): Promise<ExecutionState> {
  try {
    // Input and output are encrypted with another key and not needed here.
    const question = new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' });
    const { status } = await clients.sfn.send(question);
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running';
    return status === 'SUCCEEDED' ? 'succeeded' : 'ended';
  } catch (error) {
    if (isNotFound(error)) return 'missing';
    throw error;
  }
}
