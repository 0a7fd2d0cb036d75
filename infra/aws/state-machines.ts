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
import { OPERATION_KINDS } from '../../functions/domain/destination.ts';
import { ROOT } from './node-function.ts';

/** The alias that operations start through. */
export const ALIAS = 'live';

/** The state machines: one for each kind of operation, and one each for incidents, deliveries, recordings, shows, slates and group starts. */
export const MACHINES = [...OPERATION_KINDS, 'incident', 'delivery', 'recording', 'show', 'slate', 'group'] as const;
export type Machine = (typeof MACHINES)[number];

/** Returns the name of a machine's file, without its ending. */
function fileOf(machine: Machine): string {
  const isOperation = OPERATION_KINDS.some((kind) => kind === machine);
  return isOperation ? `destination-${machine}` : machine;
}

/**
 * Returns the name of a state machine. It is known before creation, because functions and state machines refer to each
 * other.
 */
export function stateMachineName(deploymentId: string, kind: Machine): string {
  return `sluice-${deploymentId}-${fileOf(kind)}`;
}

interface StateMachinesProps {
  deploymentId: string;
  workflow: IFunction;
  key: IKey;
  logRetention: RetentionDays;
}

/** Creates the state machines from the same files that the local deployment uses. */
export function createStateMachines(scope: Construct, props: StateMachinesProps): Record<Machine, StateMachine> {
  const log = new LogGroup(scope, 'ExecutionLog', {
    // Under this prefix, one entry in the log resource policy covers any number of log groups.
    logGroupName: `/aws/vendedlogs/states/sluice-${props.deploymentId}`,
    retention: props.logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const made = MACHINES.map((kind) => [kind, createStateMachine(scope, { ...props, kind, log })] as const);
  return Object.fromEntries(made) as Record<Machine, StateMachine>;
}

function createStateMachine(
  scope: Construct,
  { deploymentId, workflow, key, kind, log }: StateMachinesProps & { kind: Machine; log: LogGroup },
): StateMachine {
  const machine = new StateMachine(scope, `StateMachine-${kind}`, {
    stateMachineName: stateMachineName(deploymentId, kind),
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromString(
      readFileSync(join(ROOT, 'statemachines', `${fileOf(kind)}.asl.json`), 'utf8'),
    ),
    // The only substitution; the local deployment makes the same one.
    definitionSubstitutions: { WorkflowFunctionArn: workflow.functionArn },
    // Step Functions keeps histories for 90 days. They hold only ids; we still encrypt them with our own key.
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
 * Publishes a version of each definition and points the alias at the newest. Running executions finish on the version
 * they started with. Old versions are retained so that the alias can be pointed back at one.
 */
function publish(scope: Construct, machine: StateMachine, kind: Machine): void {
  const version = new CfnStateMachineVersion(scope, `Version-${kind}`, {
    stateMachineArn: machine.stateMachineArn,
    stateMachineRevisionId: machine.stateMachineRevisionId,
  });
  version.applyRemovalPolicy(RemovalPolicy.RETAIN);
  new CfnStateMachineAlias(scope, `Alias-${kind}`, {
    name: ALIAS,
    description: 'Executions start through this alias',
    routingConfiguration: [{ stateMachineVersionArn: version.ref, weight: 100 }],
  });
}
