import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { getDestination, putObservation } from '../aws/destination-table.ts';
import { listHistory } from '../aws/history-table.ts';
import type { Destination, Observation } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { endSourceLosses } from './end-source-loss.ts';
import { requestChange } from './operations.ts';

let sluice: TestDeployment;

beforeEach(async () => {
  sluice = await startTestDeployment();
});
afterEach(() => sluice.close());

/** Starts a destination, and returns its record with a source that was lost so many minutes ago. */
async function startAndLose(minutesAgo: number, change: Partial<Destination> = {}): Promise<Destination> {
  const { destinationId } = await sluice.addDestination({ onSourceLoss: 'hold', holdMinutes: 2, ...change });
  await requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, desired: 'running' }),
  });
  await sluice.until(destinationId, 'running', ({ operation, status }) => status === 'running' && operation === null);
  return observe(destinationId, { hadSource: true, sourceLostSince: before(minutesAgo) });
}

const before = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

async function observe(destinationId: string, change: Partial<Observation>): Promise<Destination> {
  const now = new Date();
  const observation = { observedAt: now.toISOString(), channelState: 'RUNNING', alerts: [], ...change };
  await putObservation(sluice.deps, destinationId, { observation, now });
  return (await getDestination(sluice.deps, destinationId))!;
}

describe('a destination without a source', () => {
  it('is stopped by the ordinary stop once its minutes are over, and the history says why', async () => {
    const record = await startAndLose(3);
    await endSourceLosses(sluice.deps, [record]);
    const { destinationId } = record;
    const stopped = await sluice.until(
      destinationId,
      'idle',
      ({ operation, status }) => status === 'idle' && !operation,
    );
    expect(stopped).toMatchObject({ desired: 'idle', desiredBy: 'source-loss rule' });
    expect(stopped.held.channelRun).toBeUndefined();
    const history = await listHistory(sluice.deps, destinationId);
    const details = history.map(({ entry }) => entry?.detail);
    expect(details).toContain('stopped: the slate was on air for 2 minutes, the limit of this destination');
  });

  it('continues before its minutes are over, and for ever where they are 0', async () => {
    const records = [await startAndLose(1), await startAndLose(500, { holdMinutes: 0 })];
    await endSourceLosses(sluice.deps, records);
    for (const { destinationId } of records) {
      expect(await getDestination(sluice.deps, destinationId)).toMatchObject({ desired: 'running', operation: null });
    }
  });

  it('continues when the source has returned since it was observed', async () => {
    const record = await startAndLose(3);
    await observe(record.destinationId, { hadSource: true });
    await endSourceLosses(sluice.deps, [record]);
    expect(await getDestination(sluice.deps, record.destinationId)).toMatchObject({
      desired: 'running',
      operation: null,
    });
  });
});
