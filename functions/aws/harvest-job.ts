import {
  CreateHarvestJobCommand,
  DescribeHarvestJobCommand,
  ListOriginEndpointsCommand,
} from '@aws-sdk/client-mediapackage';
import { isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/** The endpoint that recordings are copied from. */
export interface RecordableEndpoint {
  endpointId: string;
  /** How far back it keeps media. */
  windowSeconds: number;
}

export type HarvestStatus = 'in_progress' | 'succeeded' | 'failed';

/** Finds the preview's endpoint. Returns null when none keeps media. */
export async function findRecordableEndpoint({
  clients,
  deployment,
}: AwsDeps<'mediaPackage', 'packageChannelId'>): Promise<RecordableEndpoint | null> {
  const { OriginEndpoints: endpoints = [] } = await clients.mediaPackage.send(
    new ListOriginEndpointsCommand({ ChannelId: deployment.packageChannelId }),
  );
  const found = endpoints.find(({ HlsPackage: hls, StartoverWindowSeconds: seconds = 0 }) => hls && seconds > 0);
  if (!found?.Id) return null;
  return { endpointId: found.Id, windowSeconds: found.StartoverWindowSeconds ?? 0 };
}

/** Reads the state of a harvest job. Returns null when it does not exist. */
export async function observeHarvestJob(
  { clients }: AwsDeps<'mediaPackage', never>,
  jobId: string,
): Promise<HarvestStatus | null> {
  try {
    const { Status: status } = await clients.mediaPackage.send(new DescribeHarvestJobCommand({ Id: jobId }));
    if (status === 'SUCCEEDED') return 'succeeded';
    return status === 'FAILED' ? 'failed' : 'in_progress';
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Begins to copy a window of an endpoint into the bucket. */
export async function createHarvestJob(
  { clients, deployment }: AwsDeps<'mediaPackage', 'harvestRoleArn' | 'recordingBucket'>,
  job: { jobId: string; endpointId: string; startedAt: string; endedAt: string; manifestKey: string },
): Promise<void> {
  await clients.mediaPackage.send(
    new CreateHarvestJobCommand({
      Id: job.jobId,
      OriginEndpointId: job.endpointId,
      StartTime: job.startedAt,
      EndTime: job.endedAt,
      S3Destination: {
        BucketName: deployment.recordingBucket,
        ManifestKey: job.manifestKey,
        RoleArn: deployment.harvestRoleArn,
      },
    }),
  );
}
