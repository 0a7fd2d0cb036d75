import {
  CreateChannelCommand,
  CreateHarvestJobCommand,
  CreateOriginEndpointCommand,
  DescribeHarvestJobCommand,
  ListHarvestJobsCommand,
  type CreateHarvestJobCommandInput,
} from '@aws-sdk/client-mediapackage';
import { describe, expect, it } from 'vitest';
import { HarvestFailure, type HarvestOrder } from '../../infra/local/endpoints/media/harvester.ts';
import type { MediaServicesOptions } from '../../infra/local/endpoints/media-services.ts';
import { makeManualClock, type MediaEndpoint } from '../support/media-endpoint.ts';
import { makeEncoderSettings, makePackageGroup } from '../support/media-requests.ts';
import { makeChannel, refusal, runChannel, useMediaEndpoints } from '../support/media-resources.ts';

const start = useMediaEndpoints();
const HOUR_MS = 3_600_000;
const WINDOW_SECONDS = 14 * 86_400;
const INVALID = refusal('UnprocessableEntityException', 422);

/** Starts endpoints whose package channel has received an encoder for so many hours. */
async function startEncoded(options: Partial<MediaServicesOptions> & { hours?: number; windowSeconds?: number } = {}) {
  const { hours = 48, windowSeconds = WINDOW_SECONDS, ...others } = options;
  const orders: HarvestOrder[] = [];
  const clock = makeManualClock();
  const endpoint = await start({
    clock,
    harvester: { harvest: async (order) => void orders.push(order) },
    ...others,
  });
  await endpoint.mediaPackage.send(new CreateChannelCommand({ Id: 'primary' }));
  await endpoint.mediaPackage.send(
    new CreateOriginEndpointCommand({
      ChannelId: 'primary',
      Id: 'primary-hls',
      HlsPackage: { SegmentDurationSeconds: 2 },
      StartoverWindowSeconds: windowSeconds,
    }),
  );
  const settled = soonSettled(clock);
  const { channelId } = await settled(() =>
    makeChannel(endpoint, {
      Destinations: [{ Id: 'mp', MediaPackageSettings: [{ ChannelId: 'primary' }] }],
      EncoderSettings: makeEncoderSettings(makePackageGroup()),
    }),
  );
  await settled(() => runChannel(endpoint, channelId));
  await clock.advance(hours * HOUR_MS);
  return { endpoint, clock, orders, nowMs: clock.now(), encodedSinceMs: clock.now() - hours * HOUR_MS };
}

/** Lets the clock pass while a resource settles. */
function soonSettled(clock: ReturnType<typeof makeManualClock>) {
  return async <Result>(action: () => Promise<Result>): Promise<Result> => {
    const timer = setInterval(() => void clock.advance(0), 5);
    try {
      return await action();
    } finally {
      clearInterval(timer);
    }
  };
}

const iso = (timeMs: number) => new Date(timeMs).toISOString();

function request(nowMs: number, changes: Partial<CreateHarvestJobCommandInput> = {}): CreateHarvestJobCommandInput {
  return {
    Id: 'job',
    OriginEndpointId: 'primary-hls',
    StartTime: iso(nowMs - 2 * HOUR_MS),
    EndTime: iso(nowMs - HOUR_MS),
    S3Destination: {
      BucketName: 'recordings',
      ManifestKey: 'recordings/rec_1/index.m3u8',
      RoleArn: 'arn:aws:iam::000000000000:role/harvest',
    },
    ...changes,
  };
}

const harvest = ({ mediaPackage }: MediaEndpoint, input: CreateHarvestJobCommandInput) =>
  mediaPackage.send(new CreateHarvestJobCommand(input));

describe('a harvest job of the MediaPackage endpoint', () => {
  it('copies its window, is listed, and announces its end', async () => {
    const { endpoint, clock, orders, nowMs } = await startEncoded();
    const { $metadata: _, ...made } = await harvest(endpoint, request(nowMs));
    expect(made).toMatchObject({ Id: 'job', ChannelId: 'primary', Status: 'IN_PROGRESS', CreatedAt: iso(nowMs) });
    expect(made.Arn).toMatch(/^arn:aws:mediapackage:us-east-1:000000000000:harvest_jobs\/[0-9a-f]{32}$/);
    await expect.poll(() => orders).toHaveLength(1);
    expect(orders[0]).toEqual({
      packageChannelId: 'primary',
      startMs: nowMs - 2 * HOUR_MS,
      endMs: nowMs - HOUR_MS,
      bucket: 'recordings',
      manifestKey: 'recordings/rec_1/index.m3u8',
    });
    await clock.advance(1);
    const look = () => endpoint.mediaPackage.send(new DescribeHarvestJobCommand({ Id: 'job' }));
    await expect.poll(async () => (await look()).Status).toBe('SUCCEEDED');
    const list = async (input: object) =>
      (await endpoint.mediaPackage.send(new ListHarvestJobsCommand(input))).HarvestJobs?.map(({ Id }) => Id);
    expect(await list({})).toEqual(['job']);
    expect(await list({ IncludeChannelId: 'primary', IncludeStatus: 'SUCCEEDED' })).toEqual(['job']);
    expect(await list({ IncludeStatus: 'FAILED' })).toEqual([]);
    expect(await list({ IncludeChannelId: 'other' })).toEqual([]);
    await expect(list({ IncludeStatus: 'DONE' })).rejects.toMatchObject(INVALID);
    expect(endpoint.events.at(-1)).toMatchObject({
      source: 'aws.mediapackage',
      'detail-type': 'MediaPackage HarvestJob Notification',
      detail: { harvest_job: { id: 'job', status: 'SUCCEEDED', origin_endpoint_id: 'primary-hls' } },
    });
  });

  it('fails with a reason when no media can be copied', async () => {
    const harvester = { harvest: () => Promise.reject(new HarvestFailure('no media is available in the window')) };
    const { endpoint, clock, nowMs } = await startEncoded({ harvester });
    await harvest(endpoint, request(nowMs));
    await clock.advance(1);
    await expect.poll(() => endpoint.events.at(-1)?.detail['message']).toBe('no media is available in the window');
    const found = await endpoint.mediaPackage.send(new DescribeHarvestJobCommand({ Id: 'job' }));
    expect(found.Status).toBe('FAILED');
  });

  it('is refused for a beginning before the first segment, which comes after the channel runs', async () => {
    const { endpoint, nowMs, encodedSinceMs } = await startEncoded({ durations: { firstSegmentMs: 5000 } });
    const from = (startMs: number) =>
      harvest(endpoint, request(nowMs, { StartTime: iso(startMs), EndTime: iso(startMs + HOUR_MS) }));
    await expect(from(encodedSinceMs + 4999)).rejects.toMatchObject(INVALID);
    await expect(from(encodedSinceMs + 5000)).resolves.toMatchObject({ Status: 'IN_PROGRESS' });
  });

  it('is refused for times that are out of order, in the future, too long or outside the window', async () => {
    const { endpoint, nowMs, encodedSinceMs } = await startEncoded();
    const cases: Partial<CreateHarvestJobCommandInput>[] = [
      { StartTime: iso(nowMs - HOUR_MS) },
      { EndTime: iso(nowMs + 1000) },
      { StartTime: iso(nowMs - 26 * HOUR_MS) },
      { StartTime: iso(encodedSinceMs - 1), EndTime: iso(encodedSinceMs + HOUR_MS) },
      { StartTime: '2026-12-01 10:00:00' },
      { EndTime: '2026-12-01T10:00:00' },
      { StartTime: '0' },
    ];
    for (const changes of cases) {
      await expect(harvest(endpoint, request(nowMs, changes)), JSON.stringify(changes)).rejects.toMatchObject(INVALID);
    }
    await expect(endpoint.mediaPackage.send(new DescribeHarvestJobCommand({ Id: 'job' }))).rejects.toMatchObject(
      refusal('NotFoundException', 404),
    );
  });

  it('is refused before the startover window of its endpoint, and without one', async () => {
    const short = await startEncoded({ windowSeconds: 3600 });
    await expect(harvest(short.endpoint, request(short.nowMs))).rejects.toThrow(/within the startover window of 3600/);
    const none = await startEncoded({ windowSeconds: 0 });
    await expect(harvest(none.endpoint, request(none.nowMs))).rejects.toThrow(/no startover window/);
  });

  it('is refused for a used id, an unknown endpoint or an invalid destination', async () => {
    const { endpoint, nowMs } = await startEncoded();
    await harvest(endpoint, request(nowMs));
    await expect(harvest(endpoint, request(nowMs))).rejects.toThrow(/already exists/);
    await expect(harvest(endpoint, request(nowMs, { Id: 'a b' }))).rejects.toMatchObject(INVALID);
    const unknown = request(nowMs, { Id: 'other', OriginEndpointId: 'none' });
    await expect(harvest(endpoint, unknown)).rejects.toMatchObject(refusal('NotFoundException', 404));
    const { S3Destination: destination } = request(nowMs);
    for (const changes of [
      { BucketName: 'with.dots' },
      { BucketName: 'Capital' },
      { ManifestKey: '/index.m3u8' },
      { ManifestKey: 'index.mpd' },
      { ManifestKey: `${'k'.repeat(1024)}.m3u8` },
      { RoleArn: 'role' },
    ]) {
      const input = request(nowMs, { Id: 'other', S3Destination: { ...destination!, ...changes } });
      await expect(harvest(endpoint, input), JSON.stringify(changes)).rejects.toMatchObject(INVALID);
    }
    const { RoleArn: _, ...withoutRole } = destination!;
    const incomplete = request(nowMs, { Id: 'other', S3Destination: withoutRole as typeof destination });
    await expect(harvest(endpoint, incomplete)).rejects.toThrow(/RoleArn/);
  });

  it('is refused while ten are in progress', async () => {
    const { endpoint, clock, nowMs } = await startEncoded({ durations: { harvestMs: HOUR_MS } });
    for (let number = 0; number < 10; number += 1) await harvest(endpoint, request(nowMs, { Id: `job-${number}` }));
    await expect(harvest(endpoint, request(nowMs))).rejects.toThrow(/10 concurrent harvest jobs/);
    await clock.advance(HOUR_MS);
    await expect.poll(async () => (await harvest(endpoint, request(nowMs))).Status).toBe('IN_PROGRESS');
  });

  it('frees its id after ninety days', async () => {
    const { endpoint, clock, nowMs } = await startEncoded();
    await harvest(endpoint, request(nowMs));
    await clock.advance(89 * 24 * HOUR_MS);
    await expect(harvest(endpoint, request(clock.now()))).rejects.toThrow(/already exists/);
    await clock.advance(2 * 24 * HOUR_MS);
    expect((await harvest(endpoint, request(clock.now()))).Status).toBe('IN_PROGRESS');
  });

  it('is resumed after a restart', async () => {
    const { endpoint, nowMs } = await startEncoded({ durations: { harvestMs: HOUR_MS } });
    await harvest(endpoint, request(nowMs));
    const orders: HarvestOrder[] = [];
    const clock = makeManualClock(nowMs + 2 * HOUR_MS);
    const again = await start({
      clock,
      store: endpoint.store,
      harvester: { harvest: async (order) => void orders.push(order) },
    });
    expect(orders).toHaveLength(1);
    await clock.advance(1);
    const look = () => again.mediaPackage.send(new DescribeHarvestJobCommand({ Id: 'job' }));
    await expect.poll(async () => (await look()).Status).toBe('SUCCEEDED');
  });
});
