import { Duration } from 'aws-cdk-lib';
import type { ZodMiniObject } from 'zod/mini';
import {
  ApiEnvironment,
  CostReportEnvironment,
  MonitorEnvironment,
  SweepEnvironment,
  WorkflowEnvironment,
} from '../../functions/environment.ts';
import {
  apiPermissions,
  costReportPermissions,
  monitorPermissions,
  sweepPermissions,
  workflowPermissions,
  type DeploymentResources,
  type Permission,
} from './permissions.ts';

/**
 * The functions of the control plane: what each runs, how large it is, what it is told and what it may do. The stack
 * makes them from this table; nothing about a function is said anywhere else.
 */

export const FUNCTION_NAMES = ['api', 'workflow', 'sweep', 'monitor', 'cost-report'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

export interface FunctionDefinition {
  /** Entry point, from the root of the repository. */
  entry: string;
  description: string;
  memoryMb: number;
  timeout: Duration;
  /** How many may run at once, where more would exhaust what AWS grants or what we want to pay. */
  concurrency: number;
  /** Attempts AWS adds when an asynchronous call fails; absent where nobody calls it so. */
  asynchronousRetries?: 0 | 1 | 2;
  /** The entry point's own schema: a function is given what it names, and nothing else. */
  environment: ZodMiniObject;
  permissions: (resources: DeploymentResources) => Permission[];
}

export const FUNCTIONS: Record<FunctionName, FunctionDefinition> = {
  api: {
    entry: 'functions/api.lambda.ts',
    description: 'Answers the HTTP API: records, wishes, figures. Encrypts stream keys and cannot decrypt them.',
    // Memory buys processor time, which is what a cold start waits for.
    memoryMb: 1024,
    // An HTTP API gives up after 30 seconds; the function says why before that.
    timeout: Duration.seconds(28),
    concurrency: 20,
    environment: ApiEnvironment,
    permissions: apiPermissions,
  },
  workflow: {
    entry: 'functions/workflow.lambda.ts',
    description: 'Runs one step of a state machine. The only function that decrypts a stream key.',
    memoryMb: 512,
    // The state machines give a step 60 seconds; the function ends first, so that no step runs on unseen.
    timeout: Duration.seconds(55),
    // MediaConnect takes five calls a second for the whole account.
    concurrency: 10,
    environment: WorkflowEnvironment,
    permissions: workflowPermissions,
  },
  sweep: {
    entry: 'functions/sweep.lambda.ts',
    description: 'Compares AWS with the records: finishes what was left, releases what belongs to nothing.',
    memoryMb: 512,
    timeout: Duration.minutes(4),
    // Two at once would only wait for each other’s lease.
    concurrency: 1,
    // The next one comes in five minutes.
    asynchronousRetries: 0,
    environment: SweepEnvironment,
    permissions: sweepPermissions,
  },
  monitor: {
    entry: 'functions/monitor.lambda.ts',
    description: 'Observes every destination, once a minute and when the media services report something.',
    memoryMb: 512,
    timeout: Duration.seconds(50),
    // One for the schedule, one for events: a storm of events says nothing that one look does not.
    concurrency: 2,
    asynchronousRetries: 0,
    environment: MonitorEnvironment,
    permissions: monitorPermissions,
  },
  'cost-report': {
    entry: 'functions/cost-report.lambda.ts',
    description: 'Writes the cost of the day before into the report bucket.',
    memoryMb: 512,
    timeout: Duration.minutes(2),
    concurrency: 1,
    asynchronousRetries: 2,
    environment: CostReportEnvironment,
    permissions: costReportPermissions,
  },
};
