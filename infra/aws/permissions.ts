import { COVER_PREFIX } from '../../functions/aws/cover-store.ts';
import { SLATE_PREFIX } from '../../functions/aws/slate-store.ts';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  ACCESS_PARTITIONS,
  CHANNEL_LOG_GROUP,
  DEPLOYMENT_TAG,
  HISTORY_BY_DAY,
  secretNamePrefix,
} from '../../functions/aws/names.ts';

/**
 * Lists the permissions of each function, one exported function per function. A permission names each action. A
 * resource with a wildcard carries its reason, which the tests and the reviewer read. A create request must carry the
 * tag of this deployment, and resources that are changed or removed must have it, unless the configuration sets
 * `tagConditions` to false.
 *
 * MediaLive returns stream keys in clear text in Describe and List answers, so only functions that need these actions
 * have them. The API has neither.
 */

/** ARNs and names of the resources the stacks create, as tokens. */
export interface DeploymentResources {
  partition: string;
  region: string;
  account: string;
  deploymentId: string;
  tableArn: string;
  streamKeysKeyArn: string;
  operationsKeyArn: string;
  reportBucketArn: string;
  recordingBucketArn: string;
  harvestRoleArn: string;
  flowArn: string;
  inputSecurityGroupArn: string;
  mediaLiveRoleArn: string;
  flowRoleArn: string;
  packageChannelArn: string;
  fingerprintSecretArn: string;
  userPoolArn: string;
  /** SNS topic of the e-mail notifications. */
  notificationTopicArn: string;
  /** Secret with the private key that signs the cookies of the preview. */
  previewKeySecretArn: string;
  /** Unqualified ARNs of the state machines, without that of the slate. */
  stateMachineArns: readonly string[];
  /** The machine that stops a destination. */
  stopMachineArn: string;
  incidentMachineArn: string;
  deliveryMachineArn: string;
  recordingMachineArn: string;
  /** Only the API starts it. */
  slateMachineArn: string;
  /** The alias by which operations are started. */
  stateMachineAlias: string;
  /** False leaves out the conditions on the tags of MediaLive resources, for Regions that do not evaluate them. */
  tagConditions: boolean;
  flowOutputPermission: FlowOutputPermission;
}

/**
 * Limits of AddFlowOutputs and RemoveFlowOutput: `flow` by the ARN of the flow, for outputs of any name; `named` by the
 * name of the output as well; `any` no limit, for Regions where these actions have no resource-level permissions.
 */
export const FLOW_OUTPUT_PERMISSIONS = ['flow', 'named', 'any'] as const;
export type FlowOutputPermission = (typeof FLOW_OUTPUT_PERMISSIONS)[number];

/** One statement of a policy, before conversion to IAM's form. */
export interface Permission {
  actions: readonly string[];
  resources: readonly string[];
  conditions?: Record<string, Record<string, string | readonly string[]>>;
  /** Why the resources cannot be listed individually. Required if one has a wildcard. */
  wildcardReason?: string;
}

/** Converts a permission to IAM's form. */
export function toStatement({ actions, resources, conditions }: Permission): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources], conditions });
}

const NO_RESOURCE_LEVEL = 'AWS gives this action no resource-level permission';

/**
 * Permissions of the API: reads and writes records, encrypts stream keys, starts workflows, reads metrics. It cannot
 * decrypt stream keys.
 */
export function apiPermissions(resources: DeploymentResources): Permission[] {
  return [
    tableItems(resources, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']),
    historyByDay(resources),
    streamKeys(resources, 'kms:Encrypt'),
    // Decrypts as well, because a test message is sent by the API, which returns the receiver's answer.
    targetSecrets(resources, ['kms:Encrypt', 'kms:Decrypt']),
    ...executions(resources, [...resources.stateMachineArns, resources.slateMachineArn]),
    executionsThemselves(resources, 'states:StopExecution'),
    {
      actions: [
        'mediaconnect:DescribeFlow',
        'mediaconnect:DescribeFlowSourceMetadata',
        'mediaconnect:DescribeFlowSourceThumbnail',
        'mediaconnect:StartFlow',
        'mediaconnect:StopFlow',
        'mediaconnect:UpdateFlow',
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
    ...mailTopic(resources, ['sns:ListSubscriptionsByTopic', 'sns:Publish', 'sns:Subscribe']),
    {
      actions: ['sns:Unsubscribe'],
      resources: ['*'],
      wildcardReason: NO_RESOURCE_LEVEL,
    },
    reports(resources, 's3:GetObject'),
    slates(resources, ['s3:GetObject', 's3:PutObject']),
    covers(resources),
    // Has no condition on the prefix. Without ListBucket, S3 answers 403 instead of 404 for a missing report.
    { actions: ['s3:ListBucket'], resources: [resources.reportBucketArn, resources.recordingBucketArn] },
    recordings(resources, ['s3:GetObject']),
    // Not DescribeUserPoolClient, which returns the secret of a script.
    { actions: ['cognito-idp:ListUsers', 'cognito-idp:ListUsersInGroup'], resources: [resources.userPoolArn] },
  ];
}

/** Permissions of the workflow: the only function that decrypts a stream key and creates media resources. */
export function workflowPermissions(resources: DeploymentResources): Permission[] {
  return [
    records(resources, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']),
    // A show is not started above a ceiling.
    historyByDay(resources),
    streamKeys(resources, 'kms:Decrypt'),
    targetSecrets(resources, ['kms:Decrypt']),
    ...executions(resources),
    ...mediaLiveReads(resources),
    ...mediaLiveCreates(resources),
    {
      actions: [
        'medialive:UpdateChannel',
        'medialive:UpdateChannelClass',
        'medialive:StartChannel',
        'medialive:StopChannel',
        'medialive:DeleteChannel',
        'medialive:DeleteInput',
      ],
      ...onOurMedia(resources),
    },
    schedules(resources),
    egressRules(resources),
    {
      actions: [
        'mediaconnect:DescribeFlow',
        'mediaconnect:DescribeFlowSourceMetadata',
        // A show starts its source and stops it afterwards.
        'mediaconnect:StartFlow',
        'mediaconnect:StopFlow',
      ],
      resources: [resources.flowArn],
    },
    flowOutputs(resources, ['mediaconnect:AddFlowOutputs', 'mediaconnect:RemoveFlowOutput']),
    ...passphraseSecrets(resources),
    ...mailTopic(resources, ['sns:ListSubscriptionsByTopic', 'sns:Publish']),
    { actions: ['mediapackage:DescribeChannel'], resources: [resources.packageChannelArn] },
    ...harvestJobs(resources),
    recordings(resources, ['s3:GetObject', 's3:DeleteObject']),
    { actions: ['s3:ListBucket'], resources: [resources.recordingBucketArn] },
  ];
}

/** Permissions of the sweep: reads everything, starts pending operations, releases unused resources. */
export function sweepPermissions(resources: DeploymentResources): Permission[] {
  return [
    records(resources, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']),
    ...executions(resources),
    executionsThemselves(resources, 'states:DescribeExecution'),
    ...mediaLiveReads(resources),
    {
      actions: ['medialive:StopChannel', 'medialive:DeleteChannel', 'medialive:DeleteInput'],
      ...onOurMedia(resources),
    },
    schedules(resources),
    { actions: ['mediaconnect:DescribeFlow', 'mediaconnect:StopFlow'], resources: [resources.flowArn] },
    egressRules(resources),
    flowOutputs(resources, ['mediaconnect:RemoveFlowOutput']),
    { actions: ['secretsmanager:ListSecrets'], resources: ['*'], wildcardReason: NO_RESOURCE_LEVEL },
    { actions: ['secretsmanager:DeleteSecret'], ...passphraseSecretArns(resources) },
  ];
}

/**
 * Permissions of the stream monitor: polls, records what it observed, keeps the flow's egress address allowed, starts the
 * workflows of incidents, and stops destinations at a ceiling of the spending.
 */
export function monitorPermissions(resources: DeploymentResources): Permission[] {
  return [
    records(resources, ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query']),
    historyByDay(resources),
    ...executions(resources, [
      resources.stopMachineArn,
      resources.incidentMachineArn,
      resources.deliveryMachineArn,
      resources.recordingMachineArn,
    ]),
    {
      actions: ['mediaconnect:DescribeFlow', 'mediaconnect:DescribeFlowSourceMetadata'],
      resources: [resources.flowArn],
    },
    egressRules(resources),
    {
      actions: ['medialive:ListChannels', 'medialive:ListAlerts'],
      resources: ['*'],
      wildcardReason: NO_RESOURCE_LEVEL,
    },
    metrics(),
  ];
}

/** Permissions of the daily reports: read the history, write one file and the uptime of a day, publish the event. */
export function costReportPermissions(resources: DeploymentResources): Permission[] {
  return [
    records(resources, ['GetItem', 'PutItem', 'Query']),
    historyByDay(resources),
    ...executions(resources, [resources.deliveryMachineArn]),
    reports(resources, 's3:PutObject'),
    { actions: ['s3:ListBucket'], resources: [resources.reportBucketArn] },
  ];
}

/**
 * Lets a function send e-mail through the topic. A publisher to an encrypted topic needs its key, which it may use only
 * through SNS.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function mailTopic(
  { notificationTopicArn, operationsKeyArn, region }: DeploymentResources,
  actions: readonly string[],
): Permission[] {
  return [
    { actions, resources: [notificationTopicArn] },
    {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [operationsKeyArn],
      conditions: { StringEquals: { 'kms:ViaService': `sns.${region}.amazonaws.com` } },
    },
  ];
}

/** Lets a function that reads the flow's egress address add it to the input security group. */
function egressRules({ inputSecurityGroupArn }: DeploymentResources): Permission {
  return {
    actions: ['medialive:DescribeInputSecurityGroup', 'medialive:UpdateInputSecurityGroup'],
    resources: [inputSecurityGroupArn],
  };
}

type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

/** Every item of the table. */
function tableItems({ tableArn }: DeploymentResources, actions: readonly TableAction[]): Permission {
  return { actions: actions.map((action) => `dynamodb:${action}`), resources: [tableArn] };
}

/**
 * The same without access tokens and invitations. A set operator is true without the key, so the key is required too.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
function records(resources: DeploymentResources, actions: readonly TableAction[]): Permission {
  return {
    ...tableItems(resources, actions),
    conditions: {
      'ForAllValues:StringNotEquals': { 'dynamodb:LeadingKeys': Object.values(ACCESS_PARTITIONS) },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
}

function historyByDay({ tableArn }: DeploymentResources): Permission {
  return { actions: ['dynamodb:Query'], resources: [`${tableArn}/index/${HISTORY_BY_DAY}`] };
}

/** Limited to the encryption context of the ciphertexts, so KMS refuses another purpose or deployment. */
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

/** The secrets of notification targets, limited in the same way. */
function targetSecrets(
  { streamKeysKeyArn, deploymentId }: DeploymentResources,
  actions: readonly ('kms:Decrypt' | 'kms:Encrypt')[],
): Permission {
  return {
    actions,
    resources: [streamKeysKeyArn],
    conditions: {
      StringEquals: {
        'kms:EncryptionContext:deployment': deploymentId,
        'kms:EncryptionContext:purpose': 'notification-target',
      },
      'ForAllValues:StringEquals': { 'kms:EncryptionContextKeys': ['deployment', 'target', 'purpose', 'use'] },
    },
  };
}

/**
 * Lets a function start executions. Includes the state machine's key, because AWS does not document whose permission
 * StartExecution uses for it. The key may only be used through Step Functions.
 */
function executions(
  resources: DeploymentResources,
  machineArns: readonly string[] = resources.stateMachineArns,
): Permission[] {
  return [
    {
      actions: ['states:StartExecution'],
      resources: machineArns,
      // Step Functions authorizes an alias by the machine's ARN and passes the alias in this condition key.
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
    wildcardReason: 'an execution is named after its operation; only executions of our state machines match',
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
      wildcardReason: 'AWS assigns the id; a deleted resource has no tags, and its absence must still be readable',
    },
  ];
}

function mediaLiveCreates(resources: DeploymentResources): Permission[] {
  const made = [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')];
  const conditions = { StringEquals: { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: resources.deploymentId } };
  const wildcardReason = 'AWS assigns the id on creation; the request must carry our tag';
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
 * Lets a function change the outputs of our flow. Before 2026 the Service Authorization Reference listed no resource
 * for these actions, and a policy with an ARN never matches an action without resource-level permissions.
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
        wildcardReason:
          'AWS assigns the id of an output, and may authorize the call before it knows the name; the flow is the limit',
      };
    case 'named':
      return {
        actions,
        resources: [flowArn, output(`sluice-${deploymentId}-*`)],
        wildcardReason: 'AWS assigns the id of an output; we choose the name that ends the ARN',
      };
    case 'any':
      return {
        actions,
        resources: ['*'],
        wildcardReason:
          'flowOutputPermission is any: MediaConnect has no resource-level permissions for this action in this Region',
      };
  }
}

/**
 * The secrets with the passphrases of SRT destinations: the workflow writes them and cannot read them, MediaConnect
 * reads them with the flow's role.
 */
function passphraseSecrets(resources: DeploymentResources): Permission[] {
  const secrets = passphraseSecretArns(resources);
  return [
    {
      actions: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue', 'secretsmanager:DeleteSecret'],
      ...secrets,
    },
    {
      actions: ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
      ...secrets,
      conditions: { StringEquals: { [`aws:RequestTag/${DEPLOYMENT_TAG}`]: resources.deploymentId } },
    },
    {
      actions: ['iam:PassRole'],
      resources: [resources.flowRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'mediaconnect.amazonaws.com' } },
    },
  ];
}

function passphraseSecretArns({
  partition,
  region,
  account,
  deploymentId,
}: DeploymentResources): Pick<Permission, 'resources' | 'wildcardReason'> {
  return {
    resources: [`arn:${partition}:secretsmanager:${region}:${account}:secret:${secretNamePrefix({ deploymentId })}*`],
    wildcardReason: 'a secret is named after its destination, and AWS ends its ARN with six characters',
  };
}

/** MediaPackage copies recordings with the harvest role. */
function harvestJobs({ harvestRoleArn }: DeploymentResources): Permission[] {
  return [
    {
      actions: ['mediapackage:CreateHarvestJob', 'mediapackage:DescribeHarvestJob', 'mediapackage:ListOriginEndpoints'],
      resources: ['*'],
      wildcardReason: NO_RESOURCE_LEVEL,
    },
    {
      actions: ['iam:PassRole'],
      resources: [harvestRoleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'mediapackage.amazonaws.com' } },
    },
  ];
}

function recordings({ recordingBucketArn }: DeploymentResources, actions: readonly string[]): Permission {
  return {
    actions,
    resources: [`${recordingBucketArn}/recordings/*`],
    wildcardReason: 'a recording is a folder named after its id',
  };
}

function reports({ reportBucketArn }: DeploymentResources, action: string): Permission {
  return {
    actions: [action],
    resources: [`${reportBucketArn}/reports/cost/*`],
    wildcardReason: 'a report is named after its day',
  };
}

/** Lets a function store the slates that channels show, and read them. */
function slates({ reportBucketArn }: DeploymentResources, actions: readonly string[]): Permission {
  return {
    actions,
    resources: [`${reportBucketArn}/${SLATE_PREFIX}*`],
    wildcardReason: 'a slate is named after its size or its content',
  };
}

/** Lets the API store, read and delete the covers of shows. */
function covers({ reportBucketArn }: DeploymentResources): Permission {
  return {
    actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    resources: [`${reportBucketArn}/${COVER_PREFIX}*`],
    wildcardReason: 'a cover is in a folder named after its show or series',
  };
}

/** Lets a function show and remove the slate over the output of our channels. The answers hold no stream key. */
function schedules(resources: DeploymentResources): Permission {
  return { actions: ['medialive:BatchUpdateSchedule', 'medialive:DescribeSchedule'], ...onOurMedia(resources) };
}

function metrics(): Permission {
  return { actions: ['cloudwatch:GetMetricData'], resources: ['*'], wildcardReason: NO_RESOURCE_LEVEL };
}

/** Channels of an account log to one group, whose name MediaLive chooses. */
function channelLogs({ partition, region, account }: DeploymentResources): Permission {
  return {
    actions: ['logs:GetLogEvents'],
    resources: [`arn:${partition}:logs:${region}:${account}:log-group:${CHANNEL_LOG_GROUP}:log-stream:*`],
    wildcardReason: 'a log stream is named after its channel, whose id AWS assigns',
  };
}

/**
 * Channels and inputs of this deployment. Without tag conditions the policy also covers those of others. The protection
 * is then our own code: the sweep and the workflow find a channel or an input by the id in a record or by our tags, and
 * compare the tags before they stop or delete anything they did not record.
 */
function onOurMedia(resources: DeploymentResources): Pick<Permission, 'resources' | 'conditions' | 'wildcardReason'> {
  const { deploymentId, tagConditions } = resources;
  const media = [mediaLive(resources, 'channel:*'), mediaLive(resources, 'input:*')];
  if (!tagConditions) {
    return {
      resources: media,
      wildcardReason: 'tagConditions is false: AWS assigns the id, and the functions check the tags before they act',
    };
  }
  return {
    resources: media,
    conditions: { StringEquals: { [`aws:ResourceTag/${DEPLOYMENT_TAG}`]: deploymentId } },
    wildcardReason: 'AWS assigns the id on creation; the condition on our tag is the limit',
  };
}

function mediaLive({ partition, region, account }: DeploymentResources, resource: string): string {
  return `arn:${partition}:medialive:${region}:${account}:${resource}`;
}
