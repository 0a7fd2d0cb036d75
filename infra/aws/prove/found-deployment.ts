import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  paginateListStackResources,
  type CloudFormationClient,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { Deployment } from '../../../functions/aws/clients.ts';
import type { PrimaryMode } from '../../../functions/domain/primary-mode.ts';
import { toMaintenanceWindow, type Configuration } from '../configuration.ts';
import { stackName } from '../deployment.ts';
import type { FunctionName } from '../functions.ts';

/** A deployment as CloudFormation describes it. */
export interface FoundDeployment {
  environment: string;
  account: string;
  region: string;
  /** What the product's code needs to act on this deployment. */
  deployment: Pick<
    Deployment,
    | 'deploymentId'
    | 'flowArn'
    | 'inputSecurityGroupId'
    | 'mediaLiveRoleArn'
    | 'packageChannelId'
    | 'declaredInput'
    | 'maintenance'
  >;
  roleArns: Record<ProofRole, string>;
  /** `https://` and a host, without a trailing slash. */
  dashboardUrl: string;
  primary: PrimaryMode;
}

/** The functions whose roles a proof assumes. */
export type ProofRole = Extract<FunctionName, 'api' | 'workflow'>;

/** A resource that CloudFormation failed to create. */
export interface StackFailure {
  resourceType: string;
  reason: string;
}

/** Thrown if no deployment can be proven. The message is ready for the terminal. */
export class NoDeployment extends Error {
  override readonly name = 'NoDeployment';
  /** Failures of the source stack, if they are the reason. They are facts about AWS, too. */
  readonly failures: readonly StackFailure[];

  constructor(message: string, failures: readonly StackFailure[] = []) {
    super(message);
    this.failures = failures;
  }
}

const STACKS = ['source', 'dashboard', 'control-plane'] as const;
const COMPLETE = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE']);

/**
 * Finds the ids of the resources that the stacks created.
 * @throws {NoDeployment} with the remedy, if a stack is missing or not complete
 */
export async function findDeployment(
  cloudFormation: CloudFormationClient,
  { environment, configuration, account, region }: FindInput,
): Promise<FoundDeployment> {
  const outputs = new Map<string, string>();
  for (const stack of STACKS) {
    const name = stackName(environment, stack);
    for (const [key, value] of await completeStack(cloudFormation, environment, name)) outputs.set(key, value);
  }
  const [source, controlPlane] = await Promise.all(
    (['source', 'control-plane'] as const).map((stack) => listResources(cloudFormation, stackName(environment, stack))),
  );
  const idOf = (resources: StackResourceSummary[], type: string, logicalId = ''): string => {
    const found = resources.find(
      ({ ResourceType, LogicalResourceId }) => ResourceType === type && LogicalResourceId?.startsWith(logicalId),
    );
    if (found?.PhysicalResourceId) return found.PhysicalResourceId;
    throw new NoDeployment(
      `the stacks of ${environment} have no ${type} ${logicalId}: deploy again with the version of Sluice you run now`,
    );
  };
  const flowArn = idOf(source!, 'AWS::MediaConnect::Flow');
  const partition = flowArn.split(':')[1] ?? 'aws';
  const roleArn = (roleName: string) => `arn:${partition}:iam::${account}:role/${roleName}`;
  const { deploymentId, source: declared, maintenance } = configuration;
  return {
    environment,
    account,
    region,
    deployment: {
      deploymentId,
      flowArn,
      inputSecurityGroupId: idOf(source!, 'AWS::MediaLive::InputSecurityGroup'),
      mediaLiveRoleArn: roleArn(idOf(source!, 'AWS::IAM::Role', 'MediaLiveRole')),
      packageChannelId: idOf(source!, 'AWS::MediaPackage::Channel'),
      declaredInput: {
        Codec: declared.codec,
        Resolution: declared.resolution,
        MaximumBitrate: declared.maximumBitrate,
      },
      maintenance: toMaintenanceWindow(maintenance),
    },
    roleArns: {
      api: roleArn(idOf(controlPlane!, 'AWS::IAM::Role', 'Roleapi')),
      workflow: roleArn(idOf(controlPlane!, 'AWS::IAM::Role', 'Roleworkflow')),
    },
    dashboardUrl: (outputs.get('DashboardUrl') ?? '').replace(/\/$/, ''),
    primary: configuration.primary,
  };
}

interface FindInput {
  environment: string;
  configuration: Configuration;
  account: string;
  region: string;
}

/** Returns the outputs of a complete stack. */
async function completeStack(
  cloudFormation: CloudFormationClient,
  environment: string,
  name: string,
): Promise<[string, string][]> {
  const deploy = `npx cdk deploy --all --context environment=${environment}`;
  let status: string | undefined;
  try {
    const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    status = stack?.StackStatus;
    if (stack && COMPLETE.has(status ?? '')) {
      return (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
    }
  } catch (error) {
    // CloudFormation has no separate error for a stack that does not exist.
    if (!(error instanceof Error) || !/does not exist/.test(error.message)) throw error;
  }
  if (status === undefined) {
    const region = await cloudFormation.config.region();
    throw new NoDeployment(
      `the stack ${name} does not exist in Region ${region}: deploy it with ${deploy}, or correct the Region in infra/aws/environments/${environment}.json`,
    );
  }
  throw new NoDeployment(
    `the stack ${name} is ${status}: correct what its events report, then deploy with ${deploy}`,
    await listFailures(cloudFormation, name),
  );
}

async function listFailures(cloudFormation: CloudFormationClient, name: string): Promise<StackFailure[]> {
  const { StackEvents: events = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName: name }));
  return events.flatMap(({ ResourceStatus, ResourceType = '', ResourceStatusReason: reason = '' }) =>
    ResourceStatus === 'CREATE_FAILED' && !/cancelled/i.test(reason) ? [{ resourceType: ResourceType, reason }] : [],
  );
}

async function listResources(client: CloudFormationClient, name: string): Promise<StackResourceSummary[]> {
  const resources: StackResourceSummary[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName: name })) {
    resources.push(...(page.StackResourceSummaries ?? []));
  }
  return resources;
}
