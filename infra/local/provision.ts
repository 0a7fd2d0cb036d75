import { readFileSync } from 'node:fs';
import { CreateTableCommand, DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand } from '@aws-sdk/client-kms';
import { CreateInputSecurityGroupCommand, ListInputSecurityGroupsCommand } from '@aws-sdk/client-medialive';
import {
  CreateChannelCommand,
  CreateOriginEndpointCommand,
  DeleteOriginEndpointCommand,
  DescribeChannelCommand,
  DescribeOriginEndpointCommand,
} from '@aws-sdk/client-mediapackage';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, DescribeStateMachineCommand, UpdateStateMachineCommand } from '@aws-sdk/client-sfn';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { AwsClients, Deployment } from '../../functions/aws/clients.ts';
import { DEPLOYMENT_TAG } from '../../functions/aws/names.ts';
import { DEFAULT_DECLARED_INPUT } from '../../functions/domain/declared-input.ts';
import { OPERATION_KINDS, type OperationKind } from '../../functions/domain/destination.ts';
import { PREVIEW_SEGMENT_SECONDS } from '../../functions/domain/recording-start.ts';
import { STARTOVER_SECONDS } from '../../functions/domain/recording.ts';
import { TABLE_DEFINITION } from './endpoints/dynamodb/table-definition.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, localRoleArn } from './endpoints/wire/local-service.ts';
import { findResource } from './find-resource.ts';
import { RECORDING_BUCKET } from './host/store/kept-files.ts';
import type { Settings } from './host/settings.ts';
import { ensureFlow, type FlowSettings } from './provision-flow.ts';

/**
 * Creates the shared resources of a deployment through the SDK, as the CDK stacks do on AWS: table, bucket, key, flow,
 * input security group, MediaPackage channel and endpoint, state machines. It runs at every start, so it looks for each
 * resource before it creates one.
 */

const DEPLOYMENT_ID = 'local';
export const TABLE_NAME = 'sluice';
export const REPORT_BUCKET = 'sluice-local-reports';
const KEY_ALIAS = 'alias/sluice';
const PACKAGE_CHANNEL_ID = 'sluice-local';
const TAGS = { [DEPLOYMENT_TAG]: DEPLOYMENT_ID };

/** The secret of the preview's endpoint. Only the API's proxy knows its content. */
export const CDN_IDENTIFIER_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:sluice-cdn-identifier`;

interface ProvisionInput {
  clients: AwsClients;
  settings: FlowSettings & Pick<Settings, 'loopbackTargetsAllowed' | 'privateHosts'>;
  /** Whether the flow reads the secret PASSPHRASE_SECRET_ARN. */
  isSrtEncrypted: boolean;
  workflowFunctionArn: string;
  quotas: { channelQuota: number; pushInputQuota: number };
  fingerprintSecret: string;
  /** The secret with the CDN identifier that the preview's origin requires. Without it, the origin serves everyone. */
  cdnIdentifierSecretArn?: string;
}

/** Finds or creates every resource and returns their ids. A newly created flow has no outputs yet. */
export async function provision({
  clients,
  settings,
  isSrtEncrypted,
  workflowFunctionArn,
  quotas,
  fingerprintSecret,
  cdnIdentifierSecretArn,
}: ProvisionInput): Promise<Deployment> {
  await ensureTable(clients);
  return {
    deploymentId: DEPLOYMENT_ID,
    tableName: TABLE_NAME,
    keyId: await ensureKey(clients),
    flowArn: await ensureFlow(clients, settings, isSrtEncrypted),
    inputSecurityGroupId: await ensureInputSecurityGroup(clients),
    mediaLiveRoleArn: localRoleArn('sluice-medialive'),
    flowRoleArn: localRoleArn('sluice-mediaconnect'),
    packageChannelId: await ensurePackageChannel(clients, cdnIdentifierSecretArn),
    reportBucket: await ensureBucket(clients, REPORT_BUCKET),
    recordingBucket: await ensureBucket(clients, RECORDING_BUCKET),
    harvestRoleArn: localRoleArn('sluice-harvest'),
    stateMachineArns: await ensureStateMachines(clients, workflowFunctionArn),
    incidentMachineArn: await ensureStateMachine(clients, 'incident', workflowFunctionArn),
    showMachineArn: await ensureStateMachine(clients, 'show', workflowFunctionArn),
    slateMachineArn: await ensureStateMachine(clients, 'slate', workflowFunctionArn),
    groupMachineArn: await ensureStateMachine(clients, 'group', workflowFunctionArn),
    deliveryMachineArn: await ensureStateMachine(clients, 'delivery', workflowFunctionArn),
    recordingMachineArn: await ensureStateMachine(clients, 'recording', workflowFunctionArn),
    fingerprintSecret,
    loopbackTargetsAllowed: settings.loopbackTargetsAllowed,
    privateHosts: settings.privateHosts,
    // Nothing is billed here, so declare MediaLive's widest input, which accepts every encoder.
    declaredInput: { Codec: 'HEVC', Resolution: 'UHD', MaximumBitrate: 'MAX_50_MBPS' },
    copiesSource: true,
    defaultStandby: 'warm',
    isSourceAnalysed: settings.analysis,
    pricedInput: DEFAULT_DECLARED_INPUT,
    hasBackupSource: settings.srtBackup !== null,
    maintenance: { day: 'TUESDAY', startTime: '04:00' },
    ...quotas,
  };
}

async function ensureTable({ table }: AwsClients): Promise<void> {
  const found = await findResource(() => table.send(new DescribeTableCommand({ TableName: TABLE_NAME })));
  if (!found) {
    await table.send(new CreateTableCommand({ TableName: TABLE_NAME, ...TABLE_DEFINITION }));
    return;
  }
  // Add the index to a table of an earlier version. Its history lacks the sort attributes and stays out of the index.
  const indexes = new Set(found.Table?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName));
  for (const index of TABLE_DEFINITION.GlobalSecondaryIndexes) {
    if (indexes.has(index.IndexName)) continue;
    await table.send(
      new UpdateTableCommand({
        TableName: TABLE_NAME,
        AttributeDefinitions: TABLE_DEFINITION.AttributeDefinitions,
        GlobalSecondaryIndexUpdates: [{ Create: index }],
      }),
    );
  }
}

/** Creates a bucket. S3 also reports success when it already exists and is ours. */
async function ensureBucket({ s3 }: AwsClients, bucket: string): Promise<string> {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return bucket;
}

/** Reports that the key of the stored stream keys is lost; a new key could not decrypt them. Ready for the terminal. */
export class LostKeyError extends Error {
  override readonly name = 'LostKeyError';
}

async function ensureKey({ kms, table }: AwsClients): Promise<string> {
  const found = await findResource(() => kms.send(new DescribeKeyCommand({ KeyId: KEY_ALIAS })));
  if (found?.KeyMetadata?.Arn) return found.KeyMetadata.Arn;
  const encrypted = await countEncrypted(table);
  if (encrypted > 0) {
    throw new LostKeyError(
      `kms.sealed contains no key ${KEY_ALIAS}, but ${encrypted} stored stream keys are encrypted with it`,
    );
  }
  const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({ Description: 'Sluice stream keys' }));
  await kms.send(new CreateAliasCommand({ AliasName: KEY_ALIAS, TargetKeyId: key!.KeyId! }));
  return key!.Arn!;
}

async function countEncrypted(table: AwsClients['table']): Promise<number> {
  let count = 0;
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await table.send(
      new ScanCommand({
        TableName: TABLE_NAME,
        FilterExpression: 'attribute_type(streamKeyCiphertext, :text)',
        ExpressionAttributeValues: { ':text': 'S' },
        ExclusiveStartKey,
      }),
    );
    count += page.Count ?? 0;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return count;
}

async function ensureInputSecurityGroup({ mediaLive }: AwsClients): Promise<string> {
  const { InputSecurityGroups: groups = [] } = await mediaLive.send(new ListInputSecurityGroupsCommand({}));
  const ours = groups.find((group) => group.Tags?.[DEPLOYMENT_TAG] === DEPLOYMENT_ID && group.State !== 'DELETED');
  if (ours?.Id) return ours.Id;
  const { SecurityGroup: made } = await mediaLive.send(
    new CreateInputSecurityGroupCommand({ WhitelistRules: [{ Cidr: '127.0.0.1/32' }], Tags: TAGS }),
  );
  return made!.Id!;
}

async function ensurePackageChannel({ mediaPackage }: AwsClients, secretArn: string | undefined): Promise<string> {
  const channel = await findResource(() => mediaPackage.send(new DescribeChannelCommand({ Id: PACKAGE_CHANNEL_ID })));
  if (!channel) await mediaPackage.send(new CreateChannelCommand({ Id: PACKAGE_CHANNEL_ID, Tags: TAGS }));
  const endpointId = `${PACKAGE_CHANNEL_ID}-hls`;
  const endpoint = await findResource(() => mediaPackage.send(new DescribeOriginEndpointCommand({ Id: endpointId })));
  const hasIdentifier = endpoint?.Authorization?.CdnIdentifierSecret === secretArn;
  const isCurrent = hasIdentifier && endpoint?.StartoverWindowSeconds === STARTOVER_SECONDS;
  // An endpoint of an earlier version serves everyone, or keeps nothing to record from.
  if (endpoint && !isCurrent) await mediaPackage.send(new DeleteOriginEndpointCommand({ Id: endpointId }));
  if (!endpoint || !isCurrent) {
    await mediaPackage.send(
      new CreateOriginEndpointCommand({
        ChannelId: PACKAGE_CHANNEL_ID,
        Id: endpointId,
        ManifestName: 'index',
        StartoverWindowSeconds: STARTOVER_SECONDS,
        HlsPackage: {
          SegmentDurationSeconds: PREVIEW_SEGMENT_SECONDS,
          PlaylistWindowSeconds: 60,
          PlaylistType: 'NONE',
        },
        ...(secretArn === undefined
          ? {}
          : { Authorization: { CdnIdentifierSecret: secretArn, SecretsRoleArn: localRoleArn('sluice-mediapackage') } }),
        Tags: TAGS,
      }),
    );
  }
  return PACKAGE_CHANNEL_ID;
}

async function ensureStateMachines(
  clients: AwsClients,
  workflowFunctionArn: string,
): Promise<Record<OperationKind, string>> {
  const arns: Partial<Record<OperationKind, string>> = {};
  for (const kind of OPERATION_KINDS) {
    arns[kind] = await ensureStateMachine(clients, `destination-${kind}`, workflowFunctionArn);
  }
  return arns as Record<OperationKind, string>;
}

/** Creates or updates a state machine from the file of this name. */
async function ensureStateMachine({ sfn }: AwsClients, file: string, workflowFunctionArn: string): Promise<string> {
  const name = `sluice-${file}`;
  const stateMachineArn = `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:stateMachine:${name}`;
  const text = readFileSync(new URL(`../../statemachines/${file}.asl.json`, import.meta.url), 'utf8');
  // The CDK makes the same substitution.
  const definition = text.replaceAll('${WorkflowFunctionArn}', workflowFunctionArn);
  const exists = await findResource(() => sfn.send(new DescribeStateMachineCommand({ stateMachineArn })));
  if (exists) await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
  else await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn: localRoleArn('sluice-workflow') }));
  return stateMachineArn;
}
