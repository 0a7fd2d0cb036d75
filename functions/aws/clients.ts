import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { configOf, type AwsClientOptions } from './client-config.ts';
import type { DeclaredInput } from '../domain/declared-input.ts';
import type { OperationKind, StandbyMode } from '../domain/destination.ts';
import type { MaintenanceWindow } from '../domain/maintenance.ts';

/**
 * The SDK clients, and the types by which code declares which clients and deployment facts it needs. Each client has
 * its own factory function: an entry point calls those it needs, and the bundler drops the others.
 */

/** Facts of the deployment: ids of the shared resources that the CDK stacks (or the embedded set-up) created. */
export interface Deployment {
  /** Part of every tag, name and encryption context, so two deployments in one account never touch each other. */
  deploymentId: string;
  tableName: string;
  keyId: string;
  flowArn: string;
  inputSecurityGroupId: string;
  mediaLiveRoleArn: string;
  /** Role with which MediaConnect reads the passphrases of SRT destinations. */
  flowRoleArn: string;
  packageChannelId: string;
  /** S3 bucket of the cost reports. */
  reportBucket: string;
  /** S3 bucket of the recordings. */
  recordingBucket: string;
  /** Role with which MediaPackage writes recordings. */
  harvestRoleArn: string;
  stateMachineArns: Record<OperationKind, string>;
  /** The state machine that looks after one incident. */
  incidentMachineArn: string;
  /** The state machine that delivers one event to one notification target. */
  deliveryMachineArn: string;
  /** The state machine that finishes or deletes one recording. */
  recordingMachineArn: string;
  /** The state machine that runs one show. */
  showMachineArn: string;
  /** The state machine that runs one group start. */
  groupMachineArn: string;
  /** The state machine that shows the slate on one destination, or ends it. */
  slateMachineArn: string;
  /** Account quotas, checked before a resource is created. AWS's default is 5 for each. */
  channelQuota: number;
  pushInputQuota: number;
  /** The input that every channel declares. */
  declaredInput: DeclaredInput;
  /** The input that prices assume: the declared one on AWS; AWS's default on one machine, which bills nothing. */
  pricedInput: DeclaredInput;
  /** Whether the flow has a backup source, which adds a secret and metrics to the costs. */
  hasBackupSource: boolean;
  /** Whether AWS serves public pages, which adds secrets and alarms to the costs. */
  hasAudience?: boolean;
  /** When MediaLive may restart channels that need maintenance. */
  maintenance: MaintenanceWindow;
  /** True when outputs that follow the source are copied, as the local media engine does. MediaLive always encodes. */
  copiesSource: boolean;
  /** Standby mode of a new destination that names none. Warm destinations use quota and cost an idle fee. */
  defaultStandby: StandbyMode;
  /** Whether the flow's picture and sound are analysed. */
  isSourceAnalysed: boolean;
  /** Key of the stream keys' fingerprints. Without it a weak stream key could be guessed from the table. */
  fingerprintSecret: string;
  /** Allows targets on loopback, RTMP and webhooks, which are only for rehearsal on one machine. */
  loopbackTargetsAllowed: boolean;
  /** Private addresses with ports that notification targets may have, in the form of `toPrivateHost`. */
  privateHosts: readonly string[];
}

export interface AwsClients {
  cloudWatch: CloudWatchClient;
  cloudWatchLogs: CloudWatchLogsClient;
  kms: KMSClient;
  mediaConnect: MediaConnectClient;
  mediaLive: MediaLiveClient;
  mediaPackage: MediaPackageClient;
  s3: S3Client;
  secretsManager: SecretsManagerClient;
  sfn: SFNClient;
  sns: SNSClient;
  table: DynamoDBDocumentClient;
}

/**
 * The clients and deployment facts that an AWS-facing function needs. Name them as narrowly as possible: a Lambda
 * function has only the clients and settings its code declares.
 */
export interface AwsDeps<
  Client extends keyof AwsClients = keyof AwsClients,
  Fact extends keyof Deployment = keyof Deployment,
> {
  clients: Pick<AwsClients, Client>;
  deployment: Pick<Deployment, Fact>;
}

/** What reading and writing the table needs. */
export type TableDeps = AwsDeps<'table', 'tableName'>;

/** Creates the CloudWatch client, which reads the metrics of channels and flow. */
export const createCloudWatchClient = (options: AwsClientOptions) => new CloudWatchClient(configOf(options));

/** Creates the CloudWatch Logs client, which reads the channels' logs. */
export const createCloudWatchLogsClient = (options: AwsClientOptions) => new CloudWatchLogsClient(configOf(options));

/** Creates the KMS client, which encrypts and decrypts stream keys. */
export const createKmsClient = (options: AwsClientOptions) => new KMSClient(configOf(options));

/** Creates the MediaConnect client, which manages the flow and its outputs. */
export const createMediaConnectClient = (options: AwsClientOptions) => new MediaConnectClient(configOf(options));

/** Creates the MediaLive client, which manages inputs and channels. Its answers hold stream keys. */
export const createMediaLiveClient = (options: AwsClientOptions) => new MediaLiveClient(configOf(options));

/** Creates the MediaPackage client, which reads the preview's origin. */
export const createMediaPackageClient = (options: AwsClientOptions) => new MediaPackageClient(configOf(options));

/** Creates the S3 client, which stores the reports. A custom endpoint has no host name per bucket, so it uses paths. */
export const createS3Client = (options: AwsClientOptions) =>
  new S3Client({ ...configOf(options), forcePathStyle: options.endpoint !== undefined });

/** Creates the Step Functions client, which runs the lifecycle's executions. */
export const createSfnClient = (options: AwsClientOptions) => new SFNClient(configOf(options));

/** Creates the SNS client, which sends e-mail. */
export const createSnsClient = (options: AwsClientOptions) => new SNSClient(configOf(options));

/** Creates the Secrets Manager client, which reads the deployment's secrets and keeps passphrases for MediaConnect. */
export const createSecretsManagerClient = (options: AwsClientOptions) => new SecretsManagerClient(configOf(options));

/** Creates the DynamoDB client for the table. */
export const createTableClient = (options: AwsClientOptions) =>
  DynamoDBDocumentClient.from(new DynamoDBClient(configOf(options)), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** Creates all clients with the same options, for a process that runs everything. */
export function createAwsClients(options: AwsClientOptions): AwsClients {
  return {
    cloudWatch: createCloudWatchClient(options),
    cloudWatchLogs: createCloudWatchLogsClient(options),
    kms: createKmsClient(options),
    mediaConnect: createMediaConnectClient(options),
    mediaLive: createMediaLiveClient(options),
    mediaPackage: createMediaPackageClient(options),
    s3: createS3Client(options),
    secretsManager: createSecretsManagerClient(options),
    sfn: createSfnClient(options),
    sns: createSnsClient(options),
    table: createTableClient(options),
  };
}

/** Closes the clients' sockets. */
export function destroyAwsClients(clients: Partial<AwsClients>): void {
  for (const client of Object.values(clients)) client.destroy();
}
