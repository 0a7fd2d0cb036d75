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
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DeclaredInput } from '../domain/declared-input.ts';
import type { OperationKind, StandbyMode } from '../domain/destination.ts';
import type { MaintenanceWindow } from '../domain/maintenance.ts';

/**
 * The SDK's clients, and what of them and of the deployment a piece of code needs. Each client is made by a function of
 * its own: an entry point calls those it needs, and the bundler leaves the others out of its bundle.
 */

/** What this deployment is made of: ids of the shared resources the CDK stacks (or the embedded set-up) have made. */
export interface Deployment {
  /** Tags, names and encryption contexts carry it, so that two deployments in one account never touch each other. */
  deploymentId: string;
  tableName: string;
  keyId: string;
  flowArn: string;
  inputSecurityGroupId: string;
  mediaLiveRoleArn: string;
  packageChannelId: string;
  /** S3 bucket of the cost reports. */
  reportBucket: string;
  stateMachineArns: Record<OperationKind, string>;
  /** Account quotas checked before anything is made. AWS's defaults are 5 and 5. */
  channelQuota: number;
  pushInputQuota: number;
  /** What every channel declares of its input. */
  declaredInput: DeclaredInput;
  /** What amounts are computed with: the declared input on AWS, and AWS's default on one machine, which bills nothing. */
  pricedInput: DeclaredInput;
  /** When MediaLive may restart channels that need maintenance. */
  maintenance: MaintenanceWindow;
  /**
   * True where outputs that follow the source are passed on untouched: the local media engine. MediaLive encodes them.
   */
  copiesSource: boolean;
  /** What a new destination is when nothing else is asked for. Warm ones occupy quota and cost an idle fee. */
  defaultStandby: StandbyMode;
  /** Keys the fingerprints of stream keys; without it a weak key could be guessed from the table. */
  fingerprintSecret: string;
  /** Loopback RTMP targets are for rehearsal on one machine only. */
  loopbackTargetsAllowed: boolean;
}

export interface AwsClients {
  cloudWatch: CloudWatchClient;
  cloudWatchLogs: CloudWatchLogsClient;
  kms: KMSClient;
  mediaConnect: MediaConnectClient;
  mediaLive: MediaLiveClient;
  mediaPackage: MediaPackageClient;
  s3: S3Client;
  sfn: SFNClient;
  table: DynamoDBDocumentClient;
}

/**
 * What an AWS-facing function needs: some clients, and some facts about the deployment. Named as narrowly as it is used,
 * because a Lambda function has neither more clients nor more settings than its code asks for.
 */
export interface AwsDeps<
  Client extends keyof AwsClients = keyof AwsClients,
  Fact extends keyof Deployment = keyof Deployment,
> {
  clients: Pick<AwsClients, Client>;
  deployment: Pick<Deployment, Fact>;
}

/** What reading and writing the table takes. */
export type TableDeps = AwsDeps<'table', 'tableName'>;

/** Where and how to reach AWS. Without an endpoint the SDK's own resolution applies. */
export interface AwsClientOptions {
  region?: string;
  /** One address for all services: the embedded endpoints. */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** 1 where Step Functions retries: retry layers multiply. */
  attemptsMax: number;
}

function configOf({ attemptsMax, ...options }: AwsClientOptions) {
  return {
    ...options,
    maxAttempts: attemptsMax,
    // A call that hangs must end well before the function does; the outcome then counts as unknown.
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  };
}

/** CloudWatch: figures of channels and flow. */
export const makeCloudWatch = (options: AwsClientOptions) => new CloudWatchClient(configOf(options));

/** CloudWatch Logs: what channels have logged. */
export const makeCloudWatchLogs = (options: AwsClientOptions) => new CloudWatchLogsClient(configOf(options));

/** KMS: stream keys. */
export const makeKms = (options: AwsClientOptions) => new KMSClient(configOf(options));

/** MediaConnect: the flow and its outputs. */
export const makeMediaConnect = (options: AwsClientOptions) => new MediaConnectClient(configOf(options));

/** MediaLive: inputs and channels. Its answers hold stream keys. */
export const makeMediaLive = (options: AwsClientOptions) => new MediaLiveClient(configOf(options));

/** MediaPackage: the preview's origin. */
export const makeMediaPackage = (options: AwsClientOptions) => new MediaPackageClient(configOf(options));

/** S3: the reports. One address for all services has no names of buckets in front of it. */
export const makeS3 = (options: AwsClientOptions) =>
  new S3Client({ ...configOf(options), forcePathStyle: options.endpoint !== undefined });

/** Step Functions: executions of the lifecycle. */
export const makeSfn = (options: AwsClientOptions) => new SFNClient(configOf(options));

/** Secrets Manager: what an entry point reads once, before the first request. */
export const makeSecretsManager = (options: AwsClientOptions) => new SecretsManagerClient(configOf(options));

/** DynamoDB: the table. */
export const makeTable = (options: AwsClientOptions) =>
  DynamoDBDocumentClient.from(new DynamoDBClient(configOf(options)), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** Makes all of them, configured alike: for a place where everything runs in one process. */
export function createAwsClients(options: AwsClientOptions): AwsClients {
  return {
    cloudWatch: makeCloudWatch(options),
    cloudWatchLogs: makeCloudWatchLogs(options),
    kms: makeKms(options),
    mediaConnect: makeMediaConnect(options),
    mediaLive: makeMediaLive(options),
    mediaPackage: makeMediaPackage(options),
    s3: makeS3(options),
    sfn: makeSfn(options),
    table: makeTable(options),
  };
}

/** Closes the clients' sockets. */
export function destroyAwsClients(clients: Partial<AwsClients>): void {
  for (const client of Object.values(clients)) client.destroy();
}
