import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { OperationKind } from '../domain/destination.ts';

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
  stateMachineArns: Record<OperationKind, string>;
  /** Account quotas checked before anything is made. AWS's defaults are 5 and 5. */
  channelQuota: number;
  pushInputQuota: number;
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
  sfn: SFNClient;
  table: DynamoDBDocumentClient;
}

/** Where and how to reach AWS. Without an endpoint the SDK's own resolution applies. */
export interface AwsClientOptions {
  region?: string;
  /** One address for all services: the embedded endpoints. */
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** 1 where Step Functions retries: retry layers multiply. */
  attemptsMax: number;
}

/** Makes the SDK clients, all configured alike. */
export function createAwsClients({ attemptsMax, ...options }: AwsClientOptions): AwsClients {
  const config = {
    ...options,
    maxAttempts: attemptsMax,
    // A call that hangs must end well before the function does; the outcome then counts as unknown.
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000, throwOnRequestTimeout: true },
  };
  return {
    cloudWatch: new CloudWatchClient(config),
    cloudWatchLogs: new CloudWatchLogsClient(config),
    kms: new KMSClient(config),
    mediaConnect: new MediaConnectClient(config),
    mediaLive: new MediaLiveClient(config),
    mediaPackage: new MediaPackageClient(config),
    sfn: new SFNClient(config),
    table: DynamoDBDocumentClient.from(new DynamoDBClient(config), {
      marshallOptions: { removeUndefinedValues: true },
    }),
  };
}

/** Closes the clients' sockets. */
export function destroyAwsClients(clients: AwsClients): void {
  for (const client of Object.values(clients)) client.destroy();
}

/** What every AWS-facing function needs. */
export interface AwsDeps {
  clients: AwsClients;
  deployment: Deployment;
}
