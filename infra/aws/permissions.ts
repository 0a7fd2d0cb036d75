import {
  covers,
  executions,
  executionsThemselves,
  historyByDay,
  mailTopic,
  recordings,
  records,
  reports,
  slates,
  streamKeys,
  tableItems,
  targetSecrets,
} from './data-permissions.ts';
import {
  channelLogs,
  egressRules,
  flowOutputs,
  harvestJobs,
  mediaLiveCreates,
  mediaLiveReads,
  metrics,
  onOurMedia,
  passphraseSecretArns,
  passphraseSecrets,
  schedules,
} from './media-permissions.ts';
import { type DeploymentResources, NO_RESOURCE_LEVEL, type Permission } from './permission.ts';

/**
 * Lists the permissions of each function, one exported function per function. A permission names each action. A
 * resource with a wildcard carries its reason, which the tests and the reviewer read. A create request must carry the
 * tag of this deployment, and resources that are changed or removed must have it, unless the configuration sets
 * `tagConditions` to false.
 *
 * MediaLive returns stream keys in clear text in Describe and List answers, so only functions that need these actions
 * have them. The API has neither.
 */

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
