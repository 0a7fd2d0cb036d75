import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CHANNEL_LOG_GROUP, DEPLOYMENT_TAG, HISTORY_BY_DAY } from '../../functions/aws/names.ts';

/**
 * What each function may do, one exported function per function. A permission names its actions one by one. A resource
 * with a wildcard says why beside it, where the tests and the reviewer read it. A create request must carry the tag of this
 * deployment, and what is changed or removed must have it, unless the configuration sets `tagConditions` to false.
 *
 * MediaLive answers Describe and List with stream keys in clear, so only functions that need them have those actions;
 * the API has none.
 */

/** ARNs and names of what the stacks have made, as tokens. */
export interface DeploymentResources {
  partition: string;
  region: string;
  account: string;
  deploymentId: string;
  tableArn: string;
  streamKeysKeyArn: string;
  operationsKeyArn: string;
  reportBucketArn: string;
  flowArn: string;
  inputSecurityGroupArn: string;
  mediaLiveRoleArn: string;
  packageChannelArn: string;
  fingerprintSecretArn: string;
  /** Secret with the private key that signs the cookies of the preview. */
  previewKeySecretArn: string;
  /** Unqualified ARNs of the four state machines. */
  stateMachineArns: readonly string[];
  /** The alias by which operations are started. */
  stateMachineAlias: string;
  /** False leaves out the conditions on the tags of MediaLive resources, for Regions that do not evaluate them. */
  tagConditions: boolean;
  flowOutputPermission: FlowOutputPermission;
}

/**
 * How AddFlowOutputs and RemoveFlowOutput are limited: `flow` by the ARN of the flow, with any output of any name;
 * `named` also by the name of the output; `any` not at all, for Regions where these actions know no resource.
 */
export const FLOW_OUTPUT_PERMISSIONS = ['flow', 'named', 'any'] as const;
export type FlowOutputPermission = (typeof FLOW_OUTPUT_PERMISSIONS)[number];

/** One statement of a policy, before it is one. */
export interface Permission {
  actions: readonly string[];
  resources: readonly string[];
  conditions?: Record<string, Record<string, string | readonly string[]>>;
  /** Why the resources cannot be named one by one; required as soon as one has a wildcard. */
  wildcardReason?: string;
}

/** Turns a permission into IAM's form. */
export function toStatement({ actions, resources, conditions }: Permission): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources], conditions });
}

const NO_RESOURCE_LEVEL = 'AWS gives this action no resource-level permission';

/** The API: reads and writes records, encrypts stream keys, starts workflows, reads figures. It decrypts nothing. */
export function apiPermissions(resources: DeploymentResources): Permission[] {
  return [
    tableItems(resources, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']),
    historyByDay(resources),
    streamKeys(resources, 'kms:Encrypt'),
    ...executions(resources),
    executionsThemselves(resources, 'states:StopExecution'),
    {
      actions: [
        'mediaconnect:DescribeFlow',
        'mediaconnect:DescribeFlowSourceMetadata',
        'mediaconnect:DescribeFlowSourceThumbnail',
        'mediaconnect:StartFlow',
        'mediaconnect:StopFlow',
      ],
      resources: [resources.flowArn],
    },
    { actions: ['mediapackage:ListOriginEndpoints'], resources: ['*'], wildcardReason: NO_RESOURCE_LEVEL },
    metrics(),
    channelLogs(resources),
    {
      actions: ['secretsmanager:GetSecretValue'],
      resources: [resources.fingerprintSecretArn, resources.previewKeySecretArn],
    },
    reports(resources, 's3:GetObject'),
    // Without a condition on the prefix: only who may list the bucket is told that a report is not there.
    { actions: ['s3:ListBucket'], resources: [resources.reportBucketArn] },
  ];
}

/** The steps: the only function that decrypts a stream key, and the one that makes and removes media resources. */
export function workflowPermissions(resources: DeploymentResources): Permission[] {
  return [
    tableItems(resources, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem']),
    streamKeys(resources, 'kms:Decrypt'),
    ...executions(resources),
    ...mediaLiveReads(resources),
    ...mediaLiveCreates(resources),
    {
      actions: [
        'medialive:UpdateChannel',
        'medialive:StartChannel',
        'medialive:StopChannel',
        'medialive:DeleteChannel',
        'medialive:DeleteInput',
      ],
      ...onOurMedia(resources),
    },
    egressRules(resources),
    {
      actions: ['mediaconnect:DescribeFlow', 'mediaconnect:DescribeFlowSourceMetadata'],
      resources: [resources.flowArn],
    },
    flowOutputs(resources, ['mediaconnect:AddFlowOutputs', 'mediaconnect:RemoveFlowOutput']),
    { actions: ['mediapackage:DescribeChannel'], resources: [resources.packageChannelArn] },
  ];
}

/** The sweep: sees everything, starts what was left, releases what belongs to nothing. */
export function sweepPermissions(resources: DeploymentResources): Permission[] {
  return [
    tableItems(resources, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']),
    ...executions(resources),
    executionsThemselves(resources, 'states:DescribeExecution'),
    ...mediaLiveReads(resources),
    {
      actions: ['medialive:StopChannel', 'medialive:DeleteChannel', 'medialive:DeleteInput'],
      ...onOurMedia(resources),
    },
    { actions: ['mediaconnect:DescribeFlow'], resources: [resources.flowArn] },
    egressRules(resources),
    flowOutputs(resources, ['mediaconnect:RemoveFlowOutput']),
  ];
}

/** The stream monitor: reads, stores what it saw, and keeps the flow's egress address allowed. */
export function monitorPermissions(resources: DeploymentResources): Permission[] {
  return [
    tableItems(resources, ['GetItem', 'PutItem', 'UpdateItem', 'Query']),
    { actions: ['mediaconnect:DescribeFlow'], resources: [resources.flowArn] },
    egressRules(resources),
    {
      actions: ['medialive:ListChannels', 'medialive:ListAlerts'],
      resources: ['*'],
      wildcardReason: NO_RESOURCE_LEVEL,
    },
    metrics(),
  ];
}

/** The cost report: reads the history, writes one file a day. */
export function costReportPermissions(resources: DeploymentResources): Permission[] {
  return [
    tableItems(resources, ['Query']),
    historyByDay(resources),
    reports(resources, 's3:PutObject'),
    { actions: ['s3:ListBucket'], resources: [resources.reportBucketArn] },
  ];
}

/** Whoever sees the flow's egress address can let it in. */
function egressRules({ inputSecurityGroupArn }: DeploymentResources): Permission {
  return {
    actions: ['medialive:DescribeInputSecurityGroup', 'medialive:UpdateInputSecurityGroup'],
    resources: [inputSecurityGroupArn],
  };
}

type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

function tableItems({ tableArn }: DeploymentResources, actions: readonly TableAction[]): Permission {
  return { actions: actions.map((action) => `dynamodb:${action}`), resources: [tableArn] };
}

function historyByDay({ tableArn }: DeploymentResources): Permission {
  return { actions: ['dynamodb:Query'], resources: [`${tableArn}/index/${HISTORY_BY_DAY}`] };
}

/** Bound to the context the ciphertexts are made with: another purpose or deployment is refused by KMS itself. */
function streamKeys({ streamKeysKeyArn, deploymentId }: DeploymentResources, action: string): Permission {
  return {
    actions: [action],
    resources: [streamKeysKeyArn],
    conditions: {
      StringEquals: {
        'kms:EncryptionContext:deployment': deploymentId,
        'kms:EncryptionContext:purpose': 'stream-key',
      },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['deployment', 'destination', 'purpose'] },
    },
  };
}

/**
 * Starting needs the machine. The machine's key is asked for as well: AWS's documents do not say
 * whose permission StartExecution uses it with, and it may be used through Step Functions only.
 */
function executions(resources: DeploymentResources): Permission[] {
  return [
    {
      actions: ['states:StartExecution'],
      resources: resources.stateMachineArns,
      // Step Functions authorizes an alias by the machine's ARN and tells the alias by this key.
      conditions: { StringEquals: { 'states:StateMachineQualifier': resources.stateMachineAlias } },
    },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [resources.operationsKeyArn],
      conditions: { StringEquals: { 'kms:ViaService': `states.${resources.region}.amazonaws.com` } },
    },
  ];
}

function executionsThemselves(resources: DeploymentResources, action: string): Permission {
  return {
    actions: [action],
    resources: executionArns(resources),
    wildcardReason: 'an execution is named for its operation; only those of our machines match',
  };
}

function executionArns({ stateMachineArns }: DeploymentResources): string[] {
  return stateMachineArns.map((arn) => `${arn.replace(':stateMachine:', ':execution:')}:*`);
}

function mediaLiveReads(resources: DeploymentResources): Permission[] {
  return [
    {
      actions: ['medialive:ListChannels', 'medialive:ListInputs'],
      resources: ['*'],
      wildcardReason: NO_RESOURCE_LEVEL,
    },
    {
      actions: ['medialive:DescribeChannel', 'medialive:DescribeInput'],
      resources: [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')],
      wildcardReason: 'AWS gives the id; what is gone has no tag any more, and must still be found to be gone',
    },
  ];
}

function mediaLiveCreates(resources: DeploymentResources): Permission[] {
  const made = [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')];
  const conditions = { StringEquals: { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: resources.deploymentId } };
  const wildcardReason = 'AWS gives the id when it is made; the request must carry our tag';
  return [
    {
      actions: ['medialive:CreateChannel', 'medialive:CreateInput'],
      resources: [...made, resources.inputSecurityGroupArn],
      conditions,
      wildcardReason,
    },
    { actions: ['medialive:CreateTags'], resources: made, conditions, wildcardReason },
    {
      actions: ['iam:PassRole'],
      resources: [resources.mediaLiveRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'medialive.amazonaws.com' } },
    },
  ];
}

/**
 * Changing the outputs of our flow. The Service Authorization Reference listed no resource for these actions before 2026,
 * and a policy with an ARN never matches an action that knows no resource.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselementalmediaconnect.html
 */
function flowOutputs(resources: DeploymentResources, actions: readonly string[]): Permission {
  const { partition, region, account, deploymentId, flowArn, flowOutputPermission } = resources;
  const output = (name: string) => `arn:${partition}:mediaconnect:${region}:${account}:output:*:${name}`;
  switch (flowOutputPermission) {
    case 'flow':
      return {
        actions,
        resources: [flowArn, output('*')],
        wildcardReason: 'AWS gives the id of an output, and may ask before it knows the name; the flow is the limit',
      };
    case 'named':
      return {
        actions,
        resources: [flowArn, output(`sluice-${deploymentId}-*`)],
        wildcardReason: 'AWS gives the id of an output; the name that ends the ARN is ours',
      };
    case 'any':
      return {
        actions,
        resources: ['*'],
        wildcardReason: 'flowOutputPermission is any: MediaConnect knows no resource for this action in this Region',
      };
  }
}

function reports({ reportBucketArn }: DeploymentResources, action: string): Permission {
  return {
    actions: [action],
    resources: [`${reportBucketArn}/reports/cost/*`],
    wildcardReason: 'a report is named by its day, which nobody knows beforehand',
  };
}

function metrics(): Permission {
  return { actions: ['cloudwatch:GetMetricData'], resources: ['*'], wildcardReason: NO_RESOURCE_LEVEL };
}

/** All channels of an account log into one group that MediaLive names. */
function channelLogs({ partition, region, account }: DeploymentResources): Permission {
  return {
    actions: ['logs:GetLogEvents'],
    resources: [`arn:${partition}:logs:${region}:${account}:log-group:${CHANNEL_LOG_GROUP}:log-stream:*`],
    wildcardReason: 'a stream is named for the channel, whose id AWS gives',
  };
}

/**
 * Channels and inputs of this deployment. Without tag conditions the policy reaches those of others as well. What is left
 * then is our own code: the sweep and the workflow take a channel or an input by the id in a record or by our tags, and
 * compare the tags before they stop or delete anything they did not record.
 */
function onOurMedia(resources: DeploymentResources): Pick<Permission, 'resources' | 'conditions' | 'wildcardReason'> {
  const { deploymentId, tagConditions } = resources;
  const media = [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')];
  if (!tagConditions) {
    return {
      resources: media,
      wildcardReason: 'tagConditions is false: AWS gives the id, and the functions check the tags before they act',
    };
  }
  return {
    resources: media,
    conditions: { StringEquals: { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: deploymentId } },
    wildcardReason: 'AWS gives the id when it is made; the condition on our tag decides',
  };
}

function mediaLive({ partition, region, account }: DeploymentResources, resource: string): string {
  return `arn:${partition}:medialive:${region}:${account}:${resource}`;
}
