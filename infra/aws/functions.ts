import { Duration } from 'aws-cdk-lib';
import type { ZodMiniObject } from 'zod/mini';
import {
  ApiEnvironment,
  AudienceEnvironment,
  CostReportEnvironment,
  MonitorEnvironment,
  SweepEnvironment,
  WorkflowEnvironment,
} from '../../functions/environment.ts';
import { audiencePermissions, type AudienceResources } from './audience-permissions.ts';
import { type DeploymentResources, type Permission } from './permission.ts';
import {
  apiPermissions,
  costReportPermissions,
  monitorPermissions,
  sweepPermissions,
  workflowPermissions,
} from './permissions.ts';

/**
 * Defines the functions of the control plane: entry point, size, variables and permissions. The stack creates them from
 * this table, the only place that describes a function.
 */

export const FUNCTION_NAMES = ['api', 'workflow', 'sweep', 'monitor', 'cost-report'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

export interface FunctionDefinition<Resources = DeploymentResources> {
  /** Entry point, from the root of the repository. */
  entry: string;
  description: string;
  memoryMb: number;
  timeout: Duration;
  /** Most instances that may run at once, where more would exhaust an AWS quota or cost too much. */
  concurrency: number;
  /** Attempts AWS adds when an asynchronous call fails. Absent for functions that are not called asynchronously. */
  asynchronousRetries?: 0 | 1 | 2;
  /** The entry point's schema. A function receives the variables it names and no others. */
  environment: ZodMiniObject;
  permissions: (resources: Resources) => Permission[];
  /** False for a function that X-Ray does not follow. */
  isTraced?: boolean;
}

export const FUNCTIONS: Record<FunctionName, FunctionDefinition> = {
  api: {
    entry: 'functions/api.lambda.ts',
    description: 'Serves the HTTP API: records, requests, metrics. Encrypts stream keys and cannot decrypt them.',
    // CPU scales with memory and bounds the time of a cold start.
    memoryMb: 1024,
    // The HTTP API times out after 30 seconds; the function returns an explained error before that.
    timeout: Duration.seconds(28),
    concurrency: 20,
    environment: ApiEnvironment,
    permissions: apiPermissions,
  },
  workflow: {
    entry: 'functions/workflow.lambda.ts',
    description: 'Runs one step of a state machine. The only function that decrypts a stream key.',
    memoryMb: 512,
    // The state machines time a step out after 60 seconds. The function ends first, so no step continues unobserved.
    timeout: Duration.seconds(55),
    // MediaConnect accepts five calls per second for the whole account.
    concurrency: 10,
    environment: WorkflowEnvironment,
    permissions: workflowPermissions,
  },
  sweep: {
    entry: 'functions/sweep.lambda.ts',
    description: 'Compares AWS with the records: resumes interrupted operations and releases unused resources.',
    memoryMb: 512,
    timeout: Duration.minutes(4),
    // A second instance would only wait for the lease of the first.
    concurrency: 1,
    // The next run is five minutes away.
    asynchronousRetries: 0,
    environment: SweepEnvironment,
    permissions: sweepPermissions,
  },
  monitor: {
    entry: 'functions/monitor.lambda.ts',
    description: 'Observes every destination, once a minute and when the media services report something.',
    memoryMb: 512,
    timeout: Duration.seconds(50),
    // One for the schedule, two for events, which may wait a few seconds. A burst of events needs only two observations.
    concurrency: 3,
    asynchronousRetries: 0,
    environment: MonitorEnvironment,
    permissions: monitorPermissions,
  },
  'cost-report': {
    entry: 'functions/cost-report.lambda.ts',
    description: 'Writes the cost of the previous day to the report bucket.',
    memoryMb: 512,
    timeout: Duration.minutes(2),
    concurrency: 1,
    asynchronousRetries: 2,
    environment: CostReportEnvironment,
    permissions: costReportPermissions,
  },
};

/**
 * The function of the public side, in its own stack. The configuration sets its concurrency.
 * @see configuration.ts, audience
 */
export const AUDIENCE_FUNCTION: Omit<FunctionDefinition<AudienceResources>, 'concurrency'> = {
  entry: 'functions/audience.lambda.ts',
  description: 'Serves the public pages: shows, chats and playlists. Knows nothing of destinations and stream keys.',
  memoryMb: 1024,
  // CloudFront and the HTTP API wait for 30 seconds, watchers less.
  timeout: Duration.seconds(15),
  environment: AudienceEnvironment,
  permissions: audiencePermissions,
  // Traces are billed by the request, of which strangers choose the number.
  isTraced: false,
};
