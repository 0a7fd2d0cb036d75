import { afterAll, beforeAll, expect, it } from 'vitest';
import { HarvestFailure, type HarvestOrder } from '../../infra/local/endpoints/media/harvester.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { insertDestination } from '../aws/destination-table.ts';
import { getRecording } from '../aws/recording-table.ts';
import { PRIMARY_DESTINATION_ID } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { newPrimary } from '../domain/primary.ts';
import { requestChange } from './operations.ts';
import { beginRecording, stopRecording } from './recordings.ts';

/** A channel is RUNNING so long before MediaPackage has its first segment. */
const FIRST_SEGMENT_MS = 3000;
/** Only a job that never ends takes so long. */
const LIMIT_MS = 120_000;

let local: TestDeployment;
const orders: HarvestOrder[] = [];
const chosen = { name: 'Sunday', origin: 'operator' as const, keepDays: 1, createdBy: 'test' };
const id = (number: number) => `rec_${String(number).padStart(26, '0')}`;

beforeAll(async () => {
  const harvester = {
    harvest: async (order: HarvestOrder) => {
      orders.push(order);
      throw new HarvestFailure('there is no engine');
    },
  };
  local = await startTestDeployment({
    ...{ harvester, harvestDelaySeconds: 0 },
    durations: { firstSegmentMs: FIRST_SEGMENT_MS, channelStartMs: 300 },
  });
  await insertDestination(local.deps, newPrimary('720p30', new Date()));
}, LIMIT_MS);

afterAll(() => local.close());

const settled = (recordingId: string) =>
  waitFor('the recording', async () => {
    const found = await getRecording(local.deps, recordingId);
    return found?.state === 'ready' || found?.state === 'failed' ? found : null;
  });

it(
  'a recording that begins before the preview has delivered is copied from its first segment on',
  async () => {
    const { deps } = local;
    const askedAt = new Date().toISOString();
    await requestChange(deps, PRIMARY_DESTINATION_ID, {
      requestedBy: 'test',
      decide: (record) => towardsDesired({ ...record, desired: 'running' }),
    });
    const early = await beginRecording(deps, { ...chosen, recordingId: id(1), askedAt });
    expect(early).toMatchObject({ startedAt: askedAt, awaitsPreview: true });
    const { runningSince } = await local.until(
      PRIMARY_DESTINATION_ID,
      'the preview',
      ({ status }) => status === 'running',
    );
    const runningMs = Date.parse(runningSince!);
    await waitFor('some segments', () => Date.now() > runningMs + 2 * FIRST_SEGMENT_MS);
    await stopRecording(deps, id(1), { reason: 'operator' });
    // There is no engine, so each of three jobs fails: what counts is that MediaPackage accepts them.
    expect(await settled(id(1))).toMatchObject({ failure: 'copy_failed', awaitsPreview: false });
    expect(orders).toHaveLength(3);
    expect(orders[0]!.startMs).toBeGreaterThan(runningMs);
    expect(orders[0]!.startMs).toBeLessThan(runningMs + FIRST_SEGMENT_MS + 2000);
  },
  LIMIT_MS,
);

it(
  'a recording that ends before the preview has delivered has no media',
  async () => {
    const { deps } = local;
    await requestChange(deps, PRIMARY_DESTINATION_ID, {
      requestedBy: 'test',
      decide: (record) => towardsDesired({ ...record, desired: 'idle' }),
    });
    await local.until(PRIMARY_DESTINATION_ID, 'the preview to stop', ({ status }) => status === 'idle');
    await requestChange(deps, PRIMARY_DESTINATION_ID, {
      requestedBy: 'test',
      decide: (record) => towardsDesired({ ...record, desired: 'running' }),
    });
    const begun = await beginRecording(deps, { ...chosen, recordingId: id(2), askedAt: new Date().toISOString() });
    await stopRecording(deps, id(2), { reason: 'operator', endedAt: new Date(begun.startedAt) });
    expect(await settled(id(2))).toMatchObject({ state: 'failed', failure: 'no_media' });
  },
  LIMIT_MS,
);
