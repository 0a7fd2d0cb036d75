import { CreateHarvestJobCommand, ListHarvestJobsCommand } from '@aws-sdk/client-mediapackage';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { insertDestination } from '../aws/destination-table.ts';
import { getRecording, listOpenRecordings } from '../aws/recording-table.ts';
import { measureMedia } from '../aws/recording-store.ts';
import { newDestination } from '../domain/new-destination.ts';
import { PRIMARY_DESTINATION_ID } from '../domain/destination.ts';
import { harvestJobIdOf, type Recording } from '../domain/recording.ts';
import { requestChange } from './operations.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { beginRecording, removeRecordingLater, stopRecording } from './recordings.ts';
import { HarvestFailure, type HarvestOrder, type Harvester } from '../../infra/local/endpoints/media/harvester.ts';

let local: TestDeployment | undefined;
afterEach(() => local?.close());

const ID = `rec_${'0'.repeat(25)}1`;
const PLAYLIST = '#EXTM3U\n#EXTINF:2.000,\nindex_1_0.ts\n#EXTINF:1.500,\nindex_1_1.ts\n#EXT-X-ENDLIST\n';

/** Starts a deployment whose preview runs, and whose harvest jobs write three objects. */
async function start(options: { fails?: (attempt: number) => boolean } = {}) {
  const orders: HarvestOrder[] = [];
  const harvester: Harvester = {
    async harvest(order) {
      orders.push(order);
      if (options.fails?.(orders.length)) throw new HarvestFailure('for the test');
      const folder = order.manifestKey.replace('index.m3u8', '');
      const objects = {
        'index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_1.m3u8\n',
        'index_1.m3u8': PLAYLIST,
      };
      for (const [name, Body] of Object.entries({ ...objects, 'index_1_0.ts': 'x'.repeat(1000) })) {
        const request = { Bucket: order.bucket, Key: folder + name, Body };
        await local!.deps.clients.s3.send(new PutObjectCommand(request));
      }
    },
  };
  local = await startTestDeployment({ harvester, harvestDelaySeconds: 0 });
  const { deps } = local;
  const chosen = {
    ...{ destinationId: PRIMARY_DESTINATION_ID, name: 'Preview', platform: 'hls', rtmpUrl: '' },
    ...{ streamKeyCiphertext: '', preset: '720p30', standby: 'cold' as const },
  };
  await insertDestination(deps, newDestination(chosen, new Date()));
  await requestChange(deps, PRIMARY_DESTINATION_ID, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, desired: 'running' }),
  });
  await local.until(PRIMARY_DESTINATION_ID, 'the preview', ({ status }) => status === 'running');
  return { deps, orders };
}

type Deps = TestDeployment['deps'];

async function beginOne(deps: Deps): Promise<Recording> {
  const begun = await beginRecording(deps, {
    ...{ recordingId: ID, name: 'Sunday', origin: 'operator' as const, keepDays: 1, createdBy: 'test' },
    startedAt: new Date().toISOString(),
  });
  await waitFor('some time', () => Date.now() > Date.parse(begun.startedAt) + 1100);
  return begun;
}

const settled = (deps: Deps) =>
  waitFor('the recording', async () => {
    const found = await getRecording(deps, ID);
    return found?.state === 'ready' || found?.state === 'failed' ? found : null;
  });

const jobsOf = async ({ clients }: Deps) =>
  ((await clients.mediaPackage.send(new ListHarvestJobsCommand({}))).HarvestJobs ?? []).map(({ Id }) => Id);

describe('the state machine of a recording', () => {
  it('copies it with one job, measures it and removes its mark', async () => {
    const { deps, orders } = await start();
    const { startedAt } = await beginOne(deps);
    const stopped = await stopRecording(deps, ID, { reason: 'operator' });
    const ready = await settled(deps);
    expect(ready).toMatchObject({ state: 'ready', durationSeconds: 3.5, failure: null, endReason: 'operator' });
    expect(ready.sizeBytes).toBe(await measureMedia(deps, ID));
    expect(orders).toEqual([
      {
        packageChannelId: 'sluice-local',
        bucket: deps.deployment.recordingBucket,
        manifestKey: `recordings/${ID}/index.m3u8`,
        startMs: Date.parse(startedAt),
        endMs: Date.parse(stopped!.endedAt!),
      },
    ]);
    expect(await jobsOf(deps)).toEqual([harvestJobIdOf('local', ID, 1)]);
    await waitFor('the mark to be removed', async () => (await listOpenRecordings(deps)).length === 0);
  });

  it('adopts the job of an execution whose answer was lost', async () => {
    const { deps, orders } = await start();
    await beginOne(deps);
    const client = deps.clients.mediaPackage as { send(command: object): Promise<unknown> };
    const send = client.send.bind(client);
    let lost = 0;
    client.send = async (command) => {
      const answer = await send(command);
      if (!(command instanceof CreateHarvestJobCommand) || lost++ > 0) return answer;
      throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
    };
    await stopRecording(deps, ID, { reason: 'operator' });
    expect((await settled(deps)).state).toBe('ready');
    expect(orders).toHaveLength(1);
  });

  it('tries a failed job again under another id, and gives up after the third', async () => {
    const { deps } = await start({ fails: () => true });
    await beginOne(deps);
    await stopRecording(deps, ID, { reason: 'operator' });
    expect(await settled(deps)).toMatchObject({ state: 'failed', failure: 'copy_failed', attempt: 3 });
    expect((await jobsOf(deps)).toSorted()).toEqual([1, 2, 3].map((number) => harvestJobIdOf('local', ID, number)));
  });

  it('deletes the objects, then the record', async () => {
    const { deps } = await start();
    await beginOne(deps);
    await stopRecording(deps, ID, { reason: 'operator' });
    await settled(deps);
    const elsewhere = { Bucket: deps.deployment.recordingBucket, Key: `recordings/${ID}0/index.m3u8`, Body: 'x' };
    await deps.clients.s3.send(new PutObjectCommand(elsewhere));
    await removeRecordingLater(deps, ID);
    await waitFor('the deletion', async () => (await getRecording(deps, ID)) === null);
    expect(await measureMedia(deps, ID)).toBe(0);
    expect(await measureMedia(deps, `${ID}0`)).toBe(1);
    expect(await listOpenRecordings(deps)).toEqual([]);
  });
});
