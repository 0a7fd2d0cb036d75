import { COVER_PREFIX } from '../../functions/aws/cover-store.ts';
import { ACCESS_PARTITIONS, HISTORY_BY_DAY } from '../../functions/aws/names.ts';
import { SLATE_PREFIX } from '../../functions/aws/slate-store.ts';
import type { DeploymentResources, Permission } from './permission.ts';

/** Permissions on records, keys, files, executions and the topic of the e-mail notifications. */

/**
 * Lets a function send e-mail through the topic. A publisher to an encrypted topic needs its key, which it may use only
 * through SNS.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function mailTopic(
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

type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

/** Every item of the table. */
export function tableItems({ tableArn }: DeploymentResources, actions: readonly TableAction[]): Permission {
  return { actions: actions.map((action) => `dynamodb:${action}`), resources: [tableArn] };
}

/**
 * The same without access tokens and invitations. A set operator is true without the key, so the key is required too.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function records(resources: DeploymentResources, actions: readonly TableAction[]): Permission {
  return {
    ...tableItems(resources, actions),
    conditions: {
      'ForAllValues:StringNotEquals': { 'dynamodb:LeadingKeys': Object.values(ACCESS_PARTITIONS) },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
}

/** Lets a function read the history of the deployment by day. */
export function historyByDay({ tableArn }: DeploymentResources): Permission {
  return { actions: ['dynamodb:Query'], resources: [`${tableArn}/index/${HISTORY_BY_DAY}`] };
}

/** Limited to the encryption context of the ciphertexts, so KMS refuses another purpose or deployment. */
export function streamKeys({ streamKeysKeyArn, deploymentId }: DeploymentResources, action: string): Permission {
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
export function targetSecrets(
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
export function executions(
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

/** Lets a function act on running executions. */
export function executionsThemselves(resources: DeploymentResources, action: string): Permission {
  return {
    actions: [action],
    resources: executionArns(resources),
    wildcardReason: 'an execution is named after its operation; only executions of our state machines match',
  };
}

function executionArns({ stateMachineArns }: DeploymentResources): string[] {
  return stateMachineArns.map((arn) => `${arn.replace(':stateMachine:', ':execution:')}:*`);
}

/** Lets a function act on the files of recordings. */
export function recordings({ recordingBucketArn }: DeploymentResources, actions: readonly string[]): Permission {
  return {
    actions,
    resources: [`${recordingBucketArn}/recordings/*`],
    wildcardReason: 'a recording is a folder named after its id',
  };
}

/** Lets a function act on the files of cost reports. */
export function reports({ reportBucketArn }: DeploymentResources, action: string): Permission {
  return {
    actions: [action],
    resources: [`${reportBucketArn}/reports/cost/*`],
    wildcardReason: 'a report is named after its day',
  };
}

/** Lets a function store the slates that channels show, and read them. */
export function slates({ reportBucketArn }: DeploymentResources, actions: readonly string[]): Permission {
  return {
    actions,
    resources: [`${reportBucketArn}/${SLATE_PREFIX}*`],
    wildcardReason: 'a slate is named after its size or its content',
  };
}

/** Lets the API store, read and delete the covers of shows. */
export function covers({ reportBucketArn }: DeploymentResources): Permission {
  return {
    actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    resources: [`${reportBucketArn}/${COVER_PREFIX}*`],
    wildcardReason: 'a cover is in a folder named after its show or series',
  };
}
