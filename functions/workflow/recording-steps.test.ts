import { CreateHarvestJobCommand, ListHarvestJobsCommand } from '@aws-sdk/client-mediapackage';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

/** All tests share a deployment whose preview runs. */
let local: TestDeployment;
let deps: TestDeployment['deps'];
const orders: HarvestOrder[] = [];
let jobsFail = false;
let id = '';
let count = 0;
/** Only a job that never ends takes so long. */
const LIMIT_MS = 120_000;
const PLAYLIST = '#EXTM3U\n#EXTINF:2.000,\nindex_1_0.ts\n#EXTINF:1.500,\nindex_1_1.ts\n#EXT-X-ENDLIST\n';

/** Writes three objects, as a harvest job does. */
const harvester: Harvester = {
  async harvest(order) {
    orders.push(order);
    if (jobsFail) throw new HarvestFailure('for the test');
    const folder = order.manifestKey.replace('index.m3u8', '');
    const objects = {
      'index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_1.m3u8\n',
      'index_1.m3u8': PLAYLIST,
    };
    for (const [name, Body] of Object.entries({ ...objects, 'index_1_0.ts': 'x'.repeat(1000) })) {
      const request = { Bucket: order.bucket, Key: folder + name, Body };
      await deps.clients.s3.send(new PutObjectCommand(request));
    }
  },
};

beforeAll(async () => {
  local = await startTestDeployment({ harvester, harvestDelaySeconds: 0 });
  ({ deps } = local);
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
}, LIMIT_MS);

afterAll(() => local.close());

beforeEach(() => {
  orders.length = 0;
  jobsFail = false;
  id = `rec_${String(++count).padStart(26, '0')}`;
});

async function beginOne(): Promise<Recording> {
  const begun = await beginRecording(deps, {
    ...{ recordingId: id, name: 'Sunday', origin: 'operator' as const, keepDays: 1, createdBy: 'test' },
    askedAt: new Date().toISOString(),
  });
  await waitFor('some time', () => Date.now() > Date.parse(begun.startedAt) + 1100);
  return begun;
}

/** Loses the first request for a job, or its answer. @param carry what becomes of the request */
function loseOnce(carry: (deliver: () => Promise<unknown>) => Promise<void>): void {
  const client = deps.clients.mediaPackage as { send(command: object): Promise<unknown> };
  const send = client.send.bind(client);
  client.send = async (command) => {
    if (!(command instanceof CreateHarvestJobCommand)) return send(command);
    client.send = send;
    await carry(() => send(command));
    throw Object.assign(new Error('lost'), { name: 'TimeoutError' });
  };
}

const settled = () =>
  waitFor('the recording', async () => {
    const found = await getRecording(deps, id);
    return found?.state === 'ready' || found?.state === 'failed' ? found : null;
  });

const jobsOf = async () =>
  ((await deps.clients.mediaPackage.send(new ListHarvestJobsCommand({}))).HarvestJobs ?? []).flatMap(({ Id = '' }) =>
    Id.includes(id) ? Id : [],
  );

describe('the state machine of a recording', { timeout: LIMIT_MS }, () => {
  it('copies it with one job, measures it and removes its mark', async () => {
    const { startedAt } = await beginOne();
    const stopped = await stopRecording(deps, id, { reason: 'operator' });
    const ready = await settled();
    expect(ready).toMatchObject({ state: 'ready', durationSeconds: 3.5, failure: null, endReason: 'operator' });
    expect(ready.sizeBytes).toBe(await measureMedia(deps, id));
    expect(orders).toEqual([
      {
        packageChannelId: 'sluice-local',
        bucket: deps.deployment.recordingBucket,
        manifestKey: `recordings/${id}/index.m3u8`,
        startMs: Date.parse(startedAt),
        endMs: Date.parse(stopped!.endedAt!),
      },
    ]);
    expect(await jobsOf()).toEqual([harvestJobIdOf('local', id, 1)]);
    await waitFor('the mark to be removed', async () => (await listOpenRecordings(deps)).length === 0);
  });

  it('adopts the job of an execution whose answer was lost', async () => {
    await beginOne();
    loseOnce(async (deliver) => void (await deliver()));
    await stopRecording(deps, id, { reason: 'operator' });
    expect((await settled()).state).toBe('ready');
    expect(orders).toHaveLength(1);
  });

  it('keeps its beginning when the request for its job is lost, which is no refusal', async () => {
    const { startedAt } = await beginOne();
    loseOnce(async () => {});
    await stopRecording(deps, id, { reason: 'operator' });
    expect(await settled()).toMatchObject({ state: 'ready', startedAt });
    expect(orders.map(({ startMs }) => startMs)).toEqual([Date.parse(startedAt)]);
  });

  it('tries a failed job again under another id, and gives up after the third', async () => {
    jobsFail = true;
    await beginOne();
    await stopRecording(deps, id, { reason: 'operator' });
    expect(await settled()).toMatchObject({ state: 'failed', failure: 'copy_failed', attempt: 3 });
    expect((await jobsOf()).toSorted()).toEqual([1, 2, 3].map((number) => harvestJobIdOf('local', id, number)));
  });

  it('deletes the objects, then the record', async () => {
    await beginOne();
    await stopRecording(deps, id, { reason: 'operator' });
    await settled();
    const elsewhere = { Bucket: deps.deployment.recordingBucket, Key: `recordings/${id}0/index.m3u8`, Body: 'x' };
    await deps.clients.s3.send(new PutObjectCommand(elsewhere));
    await removeRecordingLater(deps, id);
    await waitFor('the deletion', async () => (await getRecording(deps, id)) === null);
    expect(await measureMedia(deps, id)).toBe(0);
    expect(await measureMedia(deps, `${id}0`)).toBe(1);
    await waitFor('the mark to be removed', async () => (await listOpenRecordings(deps)).length === 0);
  });
});
