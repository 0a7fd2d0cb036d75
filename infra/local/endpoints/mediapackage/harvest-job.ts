import type {
  CreateHarvestJobRequest,
  HarvestJob,
  ListHarvestJobsRequest,
  ListHarvestJobsResponse,
  S3Destination,
} from '@aws-sdk/client-mediapackage';
import { command } from '../media/engine-commands.ts';
import { toArn } from '../media/identifiers.ts';
import { emit, type MediaContext } from '../media/media-context.ts';
import type { HarvestJobRecord } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { begin, commit } from '../media/transitions.ts';
import { notFound, unprocessable } from '../wire/aws-error.ts';
import { readHarvestWindow } from './harvest-window.ts';
import { HarvestFailure } from '../media/harvester.ts';
import { findEndpoint } from './origin-endpoint.ts';
import { checkId, findPackageChannel } from './package-channel.ts';

/**
 * Harvest jobs copy a window of what an endpoint keeps into S3. They cannot be deleted or stopped; the record of one
 * vanishes after 90 days, and then its id is free again.
 * @see https://docs.aws.amazon.com/mediapackage/latest/apireference/harvest_jobs.html
 */

const RECORD_KEPT_MS = 90 * 86_400_000;
const STATUSES: readonly (string | undefined)[] = ['IN_PROGRESS', 'SUCCEEDED', 'FAILED'];
/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
const KEY_BYTES_MAX = 1024;

/** Accepts a job and begins to copy. */
export function createHarvestJob(context: MediaContext, input: CreateHarvestJobRequest): HarvestJob {
  const { harvestJobs } = context.state;
  const id = checkId(input.Id);
  forgetOldJobs(context);
  if (lookUp(harvestJobs, id) !== undefined) throw unprocessable(`harvest job ${id} already exists`);
  const endpoint = findEndpoint(context, input.OriginEndpointId!);
  const channel = findPackageChannel(context, endpoint.settings.ChannelId!);
  checkDestination(input.S3Destination);
  readHarvestWindow(input, {
    startoverSeconds: endpoint.settings.StartoverWindowSeconds,
    encodedSinceMs: channel.encodedSinceMs,
    nowMs: context.clock.now(),
  });
  const running = Object.values(harvestJobs).filter(({ status }) => status === 'IN_PROGRESS');
  if (running.length >= context.quotas.harvestJobs) {
    throw unprocessable(`the quota of ${context.quotas.harvestJobs} concurrent harvest jobs is used up`);
  }
  const job: HarvestJobRecord = {
    id,
    arn: toArn('mediapackage', `harvest_jobs/${context.identifiers.hex(32)}`),
    status: 'IN_PROGRESS',
    channelId: channel.id,
    settings: input,
    createdAtMs: context.clock.now(),
  };
  harvestJobs[id] = job;
  runHarvestJob(context, job);
  const end = { from: 'IN_PROGRESS', to: 'SUCCEEDED', afterMs: context.durations.harvestMs };
  begin(context, { kind: 'harvestJobs', resource: job, ...end });
  commit(context);
  return toJob(job);
}

/** Describes a job. */
export function describeHarvestJob(context: MediaContext, input: { Id: string }): HarvestJob {
  forgetOldJobs(context);
  const job = lookUp(context.state.harvestJobs, input.Id);
  if (job === undefined) throw notFound(`there is no harvest job ${input.Id}`);
  return toJob(job);
}

/** Lists the jobs, newest first. */
export function listHarvestJobs(context: MediaContext, input: ListHarvestJobsRequest): ListHarvestJobsResponse {
  const { IncludeChannelId: channelId, IncludeStatus: status } = input;
  if (status !== undefined && !STATUSES.includes(status)) {
    throw unprocessable('IncludeStatus must be IN_PROGRESS, SUCCEEDED or FAILED');
  }
  forgetOldJobs(context);
  const matching = Object.values(context.state.harvestJobs)
    .filter((job) => channelId === undefined || job.channelId === channelId)
    .filter((job) => status === undefined || job.status === status)
    .toSorted((one, other) => other.createdAtMs - one.createdAtMs);
  const page = pageOf(matching, input);
  return { HarvestJobs: page.items.map(toJob), NextToken: page.nextToken };
}

/** Copies a job's media, also again after a restart. The end of the job waits for it. */
export function runHarvestJob(context: MediaContext, job: HarvestJobRecord): void {
  const { StartTime: start, EndTime: end, S3Destination: destination } = job.settings;
  command(
    context,
    job.id,
    () =>
      context.harvester.harvest({
        packageChannelId: job.channelId,
        startMs: Date.parse(start!),
        endMs: Date.parse(end!),
        bucket: destination!.BucketName!,
        manifestKey: destination!.ManifestKey!,
      }),
    (error) => {
      job.problem = error instanceof HarvestFailure ? error.message : `an internal error occurred: ${codeOf(error)}`;
      // On AWS the reason is only in an event; here the console has it too.
      console.error(`harvest job ${job.id} failed: ${job.problem}`);
    },
  );
}

/** Names an error without its message, which may have paths of this machine. */
function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'unknown');
}

/** Ends a job and reports it on the event bus. */
export function arriveHarvestJob(context: MediaContext, id: string, to: string): void {
  const job = context.state.harvestJobs[id];
  if (job === undefined) return;
  job.status = to === 'FAILED' || job.problem !== undefined ? 'FAILED' : 'SUCCEEDED';
  emit(context, {
    source: 'aws.mediapackage',
    detailType: 'MediaPackage HarvestJob Notification',
    resources: [job.arn],
    detail: { harvest_job: toEventDetail(job), ...(job.problem === undefined ? {} : { message: job.problem }) },
  });
}

function checkDestination(destination: S3Destination | undefined): void {
  const { BucketName: bucket = '', ManifestKey: key = '', RoleArn: role = '' } = destination ?? {};
  if (!BUCKET.test(bucket)) throw unprocessable('S3Destination.BucketName must be the name of a bucket without dots');
  if (!/^arn:[\w-]+:iam::\d{12}:role\/./.test(role)) {
    throw unprocessable('S3Destination.RoleArn must be the ARN of a role');
  }
  if (key.startsWith('/') || !/[^/]\.m3u8$/.test(key) || Buffer.byteLength(key) > KEY_BYTES_MAX) {
    throw unprocessable(`S3Destination.ManifestKey must end with .m3u8 and have at most ${KEY_BYTES_MAX} bytes`);
  }
}

function forgetOldJobs(context: MediaContext): void {
  const before = context.clock.now() - RECORD_KEPT_MS;
  for (const job of Object.values(context.state.harvestJobs)) {
    if (job.status !== 'IN_PROGRESS' && job.createdAtMs < before) delete context.state.harvestJobs[job.id];
  }
}

function toJob({ id, arn, status, channelId, settings, createdAtMs }: HarvestJobRecord): HarvestJob {
  const { StartTime, EndTime, OriginEndpointId, S3Destination } = settings;
  const CreatedAt = new Date(createdAtMs).toISOString();
  return {
    Id: id,
    Arn: arn,
    Status: status,
    ChannelId: channelId,
    CreatedAt,
    StartTime,
    EndTime,
    OriginEndpointId,
    S3Destination,
  };
}

function toEventDetail({ id, arn, status, settings, createdAtMs }: HarvestJobRecord) {
  const { S3Destination: destination } = settings;
  return {
    id,
    arn,
    status,
    origin_endpoint_id: settings.OriginEndpointId,
    start_time: settings.StartTime,
    end_time: settings.EndTime,
    s3_destination: {
      bucket_name: destination?.BucketName,
      manifest_key: destination?.ManifestKey,
      role_arn: destination?.RoleArn,
    },
    created_at: new Date(createdAtMs).toISOString(),
  };
}
