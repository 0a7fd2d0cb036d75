import { DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Operation } from '../domain/destination.ts';
import { parseOperationId } from '../domain/lifecycle.ts';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps, Deployment } from './clients.ts';

/**
 * Starts the state machine of an operation. Repeating it is harmless: the execution's name is the operation's id, and
 * "already exists" means that it was started before, running or closed.
 */
export async function startExecution(
  { clients, deployment }: AwsDeps<'sfn', 'stateMachineArns'>,
  operation: Operation,
): Promise<void> {
  const parsed = parseOperationId(operation.operationId);
  if (!parsed) throw new Error(`not an operation id: ${operation.operationId}`);
  try {
    await clients.sfn.send(
      new StartExecutionCommand({
        stateMachineArn: deployment.stateMachineArns[operation.kind],
        name: operation.operationId,
        // Ids only: Step Functions keeps inputs for 90 days. The steps fill in what they leave.
        input: JSON.stringify({ destinationId: parsed.destinationId, generation: operation.generation, steps: {} }),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ExecutionAlreadyExists') throw error;
  }
}

/** Aborts the execution of an operation, if it is still running. A step under way runs on; its writes come to nothing. */
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
 * ARN of an operation's execution. The state machine may be given by version or alias (`…:stateMachine:name:live`), which
 * the ARNs of its executions do not carry.
 */
export function executionArnOf(
  { stateMachineArns }: Pick<Deployment, 'stateMachineArns'>,
  { kind, operationId }: Pick<Operation, 'kind' | 'operationId'>,
): string {
  const [machineArn] = /^.*:stateMachine:[^:]+/.exec(stateMachineArns[kind]) ?? [];
  if (!machineArn) throw new Error(`not the ARN of a state machine: ${stateMachineArns[kind]}`);
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${operationId}`;
}

export type ExecutionState = 'running' | 'succeeded' | 'ended' | 'missing';

/** What became of an operation's execution. `ended` is failed, timed out or aborted. */
export async function observeExecution(
  { clients, deployment }: AwsDeps<'sfn', 'stateMachineArns'>,
  operation: Operation,
): Promise<ExecutionState> {
  const executionArn = executionArnOf(deployment, operation);
  try {
    // Input and output are encrypted with a key of their own and of no interest here.
    const question = new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' });
    const { status } = await clients.sfn.send(question);
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return 'running';
    return status === 'SUCCEEDED' ? 'succeeded' : 'ended';
  } catch (error) {
    if (isNotFound(error)) return 'missing';
    throw error;
  }
}
