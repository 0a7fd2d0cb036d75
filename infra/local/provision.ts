import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, DescribeKeyCommand } from '@aws-sdk/client-kms';
import {
  AddFlowSourcesCommand,
  CreateFlowCommand,
  DeleteFlowCommand,
  DescribeFlowCommand,
  ListFlowsCommand,
  RemoveFlowSourceCommand,
  StartFlowCommand,
  StopFlowCommand,
  UpdateFlowCommand,
  UpdateFlowSourceCommand,
  type FailoverConfig,
  type Flow,
  type SetSourceRequest,
  type Source,
} from '@aws-sdk/client-mediaconnect';
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
import { isNotFound } from '../../functions/aws/aws-errors.ts';
import type { AwsClients, Deployment } from '../../functions/aws/clients.ts';
import { FAULT_SECONDS } from '../../functions/aws/content-quality.ts';
import { DEPLOYMENT_TAG } from '../../functions/aws/names.ts';
import { DEFAULT_DECLARED_INPUT } from '../../functions/domain/declared-input.ts';
import { OPERATION_KINDS, type OperationKind } from '../../functions/domain/destination.ts';
import { STARTOVER_SECONDS } from '../../functions/domain/recording.ts';
import { BACKUP_SOURCE_NAME } from '../../functions/domain/source-name.ts';
import { TABLE_DEFINITION } from './endpoints/dynamodb/table-definition.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from './endpoints/wire/local-service.ts';
import { RECORDING_BUCKET } from './host/store/kept-files.ts';
import type { Settings } from './host/settings.ts';

/**
 * Creates the shared resources of a deployment through the SDK, as the CDK stacks do on AWS: table, bucket, key, flow,
 * input security group, MediaPackage channel and endpoint, state machines. It runs at every start, so it looks for each
 * resource before it creates one.
 */

const DEPLOYMENT_ID = 'local';
const TABLE_NAME = 'sluice';
const REPORT_BUCKET = 'sluice-local-reports';
const KEY_ALIAS = 'alias/sluice';
const FLOW_NAME = 'sluice-local';
const PACKAGE_CHANNEL_ID = 'sluice-local';
const FLOW_POLL_EVERY_MS = 250;
/** Three minutes; a deletion takes one at AWS's pace. */
const FLOW_POLLS_MAX = 720;
const TAGS = { [DEPLOYMENT_TAG]: DEPLOYMENT_ID };

/** The secret of the flow's source. The passphrase itself never leaves this process. */
export const PASSPHRASE_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:sluice-srt-passphrase`;

/** The secret of the flow's backup source. */
export const BACKUP_PASSPHRASE_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:sluice-srt-backup-passphrase`;

/** The secret of the preview's endpoint. Only the API's proxy knows its content. */
export const CDN_IDENTIFIER_SECRET_ARN = `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:sluice-cdn-identifier`;

/** Returns the ARN of a role that does not exist; nothing local checks it. */
const roleArn = (name: string) => `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/${name}`;

type MediaConnect = AwsClients['mediaConnect'];

interface ProvisionInput {
  clients: AwsClients;
  settings: Pick<
    Settings,
    'analysis' | 'srtPort' | 'srtBackup' | 'srtLatencyMs' | 'loopbackTargetsAllowed' | 'privateHosts'
  >;
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
    flowArn: await ensureFlow(
      clients,
      { main: flowSource(settings, isSrtEncrypted), backup: backupSource(settings) },
      settings.analysis,
    ),
    inputSecurityGroupId: await ensureInputSecurityGroup(clients),
    mediaLiveRoleArn: roleArn('sluice-medialive'),
    flowRoleArn: roleArn('sluice-mediaconnect'),
    packageChannelId: await ensurePackageChannel(clients, cdnIdentifierSecretArn),
    reportBucket: await ensureBucket(clients, REPORT_BUCKET),
    recordingBucket: await ensureBucket(clients, RECORDING_BUCKET),
    harvestRoleArn: roleArn('sluice-harvest'),
    stateMachineArns: await ensureStateMachines(clients, workflowFunctionArn),
    incidentMachineArn: await ensureStateMachine(clients, 'incident', workflowFunctionArn),
    showMachineArn: await ensureStateMachine(clients, 'show', workflowFunctionArn),
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
    maintenance: { day: 'TUESDAY', startTime: '04:00' },
    ...quotas,
  };
}

/** Returns undefined when AWS reports that the resource does not exist. */
async function find<Answer>(look: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isNotFound(error) || (error as Error).name === 'StateMachineDoesNotExist') return undefined;
    throw error;
  }
}

async function ensureTable({ table }: AwsClients): Promise<void> {
  const found = await find(() => table.send(new DescribeTableCommand({ TableName: TABLE_NAME })));
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
  const found = await find(() => kms.send(new DescribeKeyCommand({ KeyId: KEY_ALIAS })));
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

function flowSource(settings: ProvisionInput['settings'], isEncrypted: boolean): SetSourceRequest {
  return {
    Name: 'encoder',
    Description: 'The encoder',
    Protocol: 'srt-listener',
    IngestPort: settings.srtPort,
    MinLatency: settings.srtLatencyMs,
    WhitelistCidr: '0.0.0.0/0',
    ...(isEncrypted
      ? {
          Decryption: {
            KeyType: 'srt-password',
            RoleArn: roleArn('sluice-mediaconnect'),
            SecretArn: PASSPHRASE_SECRET_ARN,
          },
        }
      : {}),
  };
}

function backupSource({ srtBackup, srtLatencyMs }: ProvisionInput['settings']): SetSourceRequest | null {
  if (srtBackup === null) return null;
  return {
    ...{ Name: BACKUP_SOURCE_NAME, Description: 'The backup encoder', Protocol: 'srt-listener' },
    ...{ IngestPort: srtBackup.port, MinLatency: srtLatencyMs, WhitelistCidr: srtBackup.allowed },
    Decryption: {
      KeyType: 'srt-password',
      RoleArn: roleArn('sluice-mediaconnect'),
      SecretArn: BACKUP_PASSPHRASE_SECRET_ARN,
    },
  };
}

/** Enabled from the start, because enabling it in a running flow may interrupt its outputs on AWS. */
const FAILOVER: FailoverConfig = { State: 'ENABLED', FailoverMode: 'FAILOVER' };

interface WantedSources {
  main: SetSourceRequest;
  backup: SetSourceRequest | null;
}

/** Finds or creates the flow, and updates its sources to the settings, which may have changed since the last start. */
async function ensureFlow({ mediaConnect }: AwsClients, wanted: WantedSources, isAnalysed: boolean): Promise<string> {
  const { Flows: flows = [] } = await mediaConnect.send(new ListFlowsCommand({}));
  const flowArn = flows.find((flow) => flow.Name === FLOW_NAME)?.FlowArn;
  if (flowArn !== undefined && (await keepFlow(mediaConnect, flowArn, wanted))) {
    await monitorFlow(mediaConnect, flowArn, isAnalysed);
    return flowArn;
  }
  const { main, backup } = wanted;
  const { Flow: made } = await mediaConnect.send(
    new CreateFlowCommand({
      Name: FLOW_NAME,
      Sources: backup === null ? [main] : [main, backup],
      SourceFailoverConfig: FAILOVER,
    }),
  );
  await monitorFlow(mediaConnect, made!.FlowArn!, isAnalysed);
  await mediaConnect.send(new StartFlowCommand({ FlowArn: made!.FlowArn }));
  return made!.FlowArn!;
}

/** Adds, changes or removes the backup of a flow that exists. */
async function keepBackup(mediaConnect: MediaConnect, flow: Flow, backup: SetSourceRequest | null): Promise<void> {
  const FlowArn = flow.FlowArn!;
  const present = flow.Sources?.find(({ Name }) => Name === BACKUP_SOURCE_NAME);
  const isPrimary = flow.SourceFailoverConfig?.SourcePriority?.PrimarySource === BACKUP_SOURCE_NAME;
  const settle = () => describeSettledFlow(mediaConnect, FlowArn);
  if (flow.SourceFailoverConfig?.State !== 'ENABLED' || (isPrimary && backup === null)) {
    await settle();
    await mediaConnect.send(
      new UpdateFlowCommand({ FlowArn, SourceFailoverConfig: { ...FAILOVER, SourcePriority: {} } }),
    );
  }
  if (present && backup && isAsWanted(present, backup) && present.WhitelistCidr === backup.WhitelistCidr) return;
  if (!present && !backup) return;
  await settle();
  if (!backup) {
    await mediaConnect.send(new RemoveFlowSourceCommand({ FlowArn, SourceArn: present!.SourceArn! }));
  } else if (present) {
    const { Name: _name, ...changes } = backup;
    await mediaConnect.send(new UpdateFlowSourceCommand({ FlowArn, SourceArn: present.SourceArn!, ...changes }));
  } else await mediaConnect.send(new AddFlowSourcesCommand({ FlowArn, Sources: [backup] }));
}

/** Sets what the flow monitors, as the source stack does on AWS. */
async function monitorFlow(mediaConnect: MediaConnect, flowArn: string, isAnalysed: boolean): Promise<void> {
  await describeSettledFlow(mediaConnect, flowArn);
  const fault = { state: 'ENABLED', thresholdSeconds: FAULT_SECONDS };
  const sourceMonitoringConfig = {
    thumbnailState: 'ENABLED',
    contentQualityAnalysisState: isAnalysed ? 'ENABLED' : 'DISABLED',
    ...(isAnalysed && {
      videoMonitoringSettings: [{ blackFrames: fault, frozenFrames: fault }],
      audioMonitoringSettings: [{ silentAudio: fault }],
    }),
  };
  const command = new UpdateFlowCommand({ FlowArn: flowArn, SourceMonitoringConfig: { ThumbnailState: 'ENABLED' } });
  // The client is older than the analysis: its serializer drops these members.
  command.middlewareStack.add(
    (next) => (args) => {
      Object.assign(args.request as object, { body: JSON.stringify({ sourceMonitoringConfig }) });
      return next(args);
    },
    { step: 'build', name: 'addContentQualityAnalysis', priority: 'high' },
  );
  await mediaConnect.send(command);
}

/** @returns false when the flow is gone, because it was being deleted or could not be updated in place */
async function keepFlow(
  mediaConnect: MediaConnect,
  flowArn: string,
  { main, backup }: WantedSources,
): Promise<boolean> {
  if (!(await keepMain(mediaConnect, flowArn, main))) return false;
  const flow = await describeFlow(mediaConnect, flowArn);
  if (flow) await keepBackup(mediaConnect, flow, backup);
  return flow !== undefined;
}

async function keepMain(mediaConnect: MediaConnect, flowArn: string, wanted: SetSourceRequest): Promise<boolean> {
  const found = await describeFlow(mediaConnect, flowArn);
  if (found && found.Status !== 'DELETING' && found.Source && isAsWanted(found.Source, wanted)) return true;
  const flow = await describeSettledFlow(mediaConnect, flowArn);
  if (!flow?.Source) return false;
  // UpdateFlowSource keeps absent members, so it can remove neither an unwanted encryption nor an algorithm that an
  // earlier version recorded and MediaConnect refuses.
  if (flow.Source.Decryption && (!wanted.Decryption || flow.Source.Decryption.Algorithm !== undefined)) {
    await removeFlow(mediaConnect, flowArn);
    return false;
  }
  const { Name: _name, ...source } = wanted;
  await mediaConnect.send(
    new UpdateFlowSourceCommand({ FlowArn: flowArn, SourceArn: flow.Source.SourceArn!, ...source }),
  );
  return true;
}

function isAsWanted(source: Source, wanted: SetSourceRequest): boolean {
  return (
    source.IngestPort === wanted.IngestPort &&
    source.Transport?.MinLatency === wanted.MinLatency &&
    source.Decryption?.SecretArn === wanted.Decryption?.SecretArn
  );
}

async function removeFlow(mediaConnect: MediaConnect, flowArn: string): Promise<void> {
  const flow = await describeSettledFlow(mediaConnect, flowArn);
  if (flow && flow.Status !== 'STANDBY') {
    await mediaConnect.send(new StopFlowCommand({ FlowArn: flowArn }));
    await describeSettledFlow(mediaConnect, flowArn);
  }
  await mediaConnect.send(new DeleteFlowCommand({ FlowArn: flowArn }));
  await describeSettledFlow(mediaConnect, flowArn);
}

async function describeFlow(mediaConnect: MediaConnect, flowArn: string): Promise<Flow | undefined> {
  return (await find(() => mediaConnect.send(new DescribeFlowCommand({ FlowArn: flowArn }))))?.Flow;
}

/** Waits while the flow is in transition and accepts no command. @returns undefined once it is gone */
async function describeSettledFlow(mediaConnect: MediaConnect, flowArn: string): Promise<Flow | undefined> {
  for (let poll = 0; poll < FLOW_POLLS_MAX; poll += 1) {
    const flow = await describeFlow(mediaConnect, flowArn);
    if (!flow || !['STARTING', 'STOPPING', 'UPDATING', 'DELETING'].includes(flow.Status ?? '')) return flow;
    await setTimeout(FLOW_POLL_EVERY_MS);
  }
  throw new Error(`flow ${flowArn} did not settle within three minutes`);
}

async function ensurePackageChannel({ mediaPackage }: AwsClients, secretArn: string | undefined): Promise<string> {
  const channel = await find(() => mediaPackage.send(new DescribeChannelCommand({ Id: PACKAGE_CHANNEL_ID })));
  if (!channel) await mediaPackage.send(new CreateChannelCommand({ Id: PACKAGE_CHANNEL_ID, Tags: TAGS }));
  const endpointId = `${PACKAGE_CHANNEL_ID}-hls`;
  const endpoint = await find(() => mediaPackage.send(new DescribeOriginEndpointCommand({ Id: endpointId })));
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
        HlsPackage: { SegmentDurationSeconds: 2, PlaylistWindowSeconds: 60, PlaylistType: 'NONE' },
        ...(secretArn === undefined
          ? {}
          : { Authorization: { CdnIdentifierSecret: secretArn, SecretsRoleArn: roleArn('sluice-mediapackage') } }),
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
  const exists = await find(() => sfn.send(new DescribeStateMachineCommand({ stateMachineArn })));
  if (exists) await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
  else await sfn.send(new CreateStateMachineCommand({ name, definition, roleArn: roleArn('sluice-workflow') }));
  return stateMachineArn;
}
