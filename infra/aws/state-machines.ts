import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  CfnStateMachineAlias,
  CfnStateMachineVersion,
  CustomerManagedEncryptionConfiguration,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { OPERATION_KINDS, type OperationKind } from '../../functions/domain/destination.ts';
import { ROOT } from './node-function.ts';

/** The alias by which operations are started. */
export const ALIAS = 'live';

/** Name of a state machine, known before it is made: the functions are told it, and it is told a function. */
export function stateMachineName(deploymentId: string, kind: OperationKind): string {
  return `sluice-${deploymentId}-destination-${kind}`;
}

interface StateMachinesProps {
  deploymentId: string;
  workflow: IFunction;
  key: IKey;
  logRetention: RetentionDays;
}

/** Makes the four state machines from the files that also run on one machine. */
export function createStateMachines(scope: Construct, props: StateMachinesProps): Record<OperationKind, StateMachine> {
  const log = new LogGroup(scope, 'ExecutionLog', {
    // Under this prefix Step Functions needs one entry in the log resource policy, however many groups there are.
    logGroupName: `/aws/vendedlogs/states/sluice-${props.deploymentId}`,
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const made = OPERATION_KINDS.map((kind) => [kind, createStateMachine(scope, { ...props, kind, log })] as const);
  return Object.fromEntries(made) as Record<OperationKind, StateMachine>;
}

function createStateMachine(
  scope: Construct,
  { deploymentId, workflow, key, kind, log }: StateMachinesProps & { kind: OperationKind; log: LogGroup },
): StateMachine {
  const machine = new StateMachine(scope, `StateMachine-${kind}`, {
    stateMachineName: stateMachineName(deploymentId, kind),
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromString(
      readFileSync(join(ROOT, 'statemachines', `destination-${kind}.asl.json`), 'utf8'),
    ),
    // The one substitution, which the local set-up makes as well.
    definitionSubstitutions: { WorkflowFunctionArn: workflow.functionArn },
    // Step Functions keeps histories for 90 days. They hold ids only, and are encrypted with a key of ours all the same.
    encryptionConfiguration: new CustomerManagedEncryptionConfiguration(key, Duration.minutes(5)),
    logs: { destination: log, level: LogLevel.ALL, includeExecutionData: false },
    tracingEnabled: true,
  });
  machine.addToRolePolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [workflow.functionArn] }),
  );
  publish(scope, machine, kind);
  return machine;
}

/**
 * A version for each definition, and an alias that points to the newest: running executions end on the one they began
 * with, and the alias can be pointed back at a former one. Versions are therefore kept.
 */
function publish(scope: Construct, machine: StateMachine, kind: OperationKind): void {
  const version = new CfnStateMachineVersion(scope, `Version-${kind}`, {
    stateMachineArn: machine.stateMachineArn,
    stateMachineRevisionId: machine.stateMachineRevisionId,
  });
  version.applyRemovalPolicy(RemovalPolicy.RETAIN);
  new CfnStateMachineAlias(scope, `Alias-${kind}`, {
    name: ALIAS,
    description: 'what operations are started with',
    routingConfiguration: [{ stateMachineVersionArn: version.ref, weight: 100 }],
  });
}
