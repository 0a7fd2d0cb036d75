import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';

/** External dependencies of a proof: AWS, time and the terminal. */

/** Clients with the operator's credentials. */
export interface ProofClients {
  cloudFormation: CloudFormationClient;
  cloudTrail: CloudTrailClient;
  cloudWatch: CloudWatchClient;
  cloudWatchLogs: CloudWatchLogsClient;
  costExplorer: CostExplorerClient;
  mediaConnect: MediaConnectClient;
  mediaLive: MediaLiveClient;
  mediaPackage: MediaPackageClient;
  serviceQuotas: ServiceQuotasClient;
  sts: STSClient;
}

/** Clients with the credentials of a deployed role. */
export type RoleClients = Pick<ProofClients, 'mediaConnect' | 'mediaLive'>;

interface TemporaryCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  expiration: Date;
}

/** Returns credentials of a role. The SDK requests new ones shortly before they expire. */
export type CredentialsOfRole = () => Promise<TemporaryCredentials>;

export interface ProofDeps {
  clients: ProofClients;
  makeRoleClients(credentials: CredentialsOfRole): RoleClients;
  fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Waits; rejects at once when the signal aborts. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Prints one line to the terminal. */
  say(line: string): void;
}

/** Creates the clients. The SDK retries throttled calls; the proof does so too, with longer pauses. */
export function createProofClients(region: string): ProofClients {
  const config = { region, maxAttempts: 4 };
  return {
    cloudFormation: new CloudFormationClient(config),
    cloudTrail: new CloudTrailClient(config),
    cloudWatch: new CloudWatchClient(config),
    cloudWatchLogs: new CloudWatchLogsClient(config),
    // Cost Explorer has one endpoint for all Regions.
    costExplorer: new CostExplorerClient({ ...config, region: 'us-east-1' }),
    mediaConnect: new MediaConnectClient(config),
    mediaLive: new MediaLiveClient(config),
    mediaPackage: new MediaPackageClient(config),
    serviceQuotas: new ServiceQuotasClient(config),
    sts: new STSClient(config),
  };
}

/** Creates the clients of a role in a Region. */
export function createRoleClients(region: string, credentials: CredentialsOfRole): RoleClients {
  const config = { region, maxAttempts: 4, credentials };
  return { mediaConnect: new MediaConnectClient(config), mediaLive: new MediaLiveClient(config) };
}

/** Assumes a role for an hour, the longest time AWS allows a caller that has assumed a role already. */
export async function assumeRole(sts: STSClient, roleArn: string, runId: string): Promise<TemporaryCredentials> {
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: `sluice-proof-${runId}`, DurationSeconds: 3600 }),
  );
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
    expiration: given?.Expiration ?? new Date(0),
  };
}
