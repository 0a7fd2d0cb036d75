import { afterEach, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { observeFlow, removeFlowOutput } from './flow.ts';
import { stopChannel } from './channel.ts';
import { readRuns } from './channel-runs.ts';
import { changeDestination, getDestination } from './destination-table.ts';
import type { DesiredState, Destination } from '../domain/destination.ts';
import type { LedgerRun } from '../domain/cost-ledger.ts';
import { sweep } from '../schedules/sweep.ts';
import { requestChange } from '../workflow/operations.ts';
import { towardsDesired } from '../domain/lifecycle.ts';

/** The runs that real lifecycles leave in the history, driven through the state machines and the local endpoints. */

let sluice: TestDeployment;
afterEach(() => sluice?.close());

const setDesired = (destinationId: string, desired: DesiredState, change: Partial<Destination> = {}) =>
  requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, ...change, desired }),
  });
const atRest = (status: Destination['status']) => (record: Destination) =>
  record.status === status && record.operation === null;

async function startOne(): Promise<Destination> {
  const { destinationId } = await sluice.addDestination();
  await setDesired(destinationId, 'running');
  return sluice.until(destinationId, 'running', atRest('running'));
}

const began = new Date(Date.now() - 60_000);
async function runs(): Promise<LedgerRun[]> {
  return (await readRuns(sluice.deps, began, new Date(Date.now() + 60_000))).runs;
}

describe('the recorded runs', () => {
  it('hold one run per start: while it lasts, after the stop, and after the destination is deleted', async () => {
    sluice = await startTestDeployment();
    const { destinationId, name, held } = await startOne();
    const { startedAt } = held.channelRun!;
    const [going] = await runs();
    expect(going).toMatchObject({ destinationId, name, startedAt, platform: 'custom', preset: '720p30' });

    await setDesired(destinationId, 'idle');
    await sluice.until(destinationId, 'idle', atRest('idle'));
    const [ended, ...others] = await runs();
    expect(others).toEqual([]);
    expect(ended).toMatchObject({ startedAt, isEndKnown: true });
    expect(ended!.endedAt! < going!.endedAt!).toBe(true);

    await setDesired(destinationId, 'running', { preset: '480p30', name: 'Renamed' });
    await sluice.until(destinationId, 'running', atRest('running'));
    await setDesired(destinationId, 'deleted');
    await sluice.untilGone(destinationId);
    const after = await runs();
    expect(after[0]).toEqual(ended);
    expect(after.slice(1)).toMatchObject([{ destinationId, name: 'Renamed', preset: '480p30', isEndKnown: true }]);
  });

  it('include a failed start that StartChannel had accepted, and no other failed start', async () => {
    let fail: string | null = 'EnsureFlowOutput';
    sluice = await startTestDeployment({
      beforeStep: ({ step }) => {
        if (step === fail) throw Object.assign(new Error('planted'), { name: 'StepFailed' });
      },
    });
    const { destinationId } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    await sluice.until(destinationId, 'failed', atRest('error'));
    expect(await runs()).toEqual([]);

    // The channel is running when the start fails, so the stop that follows ends the run.
    fail = null;
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => ({ record, begins: 'start' }),
    });
    await sluice.until(destinationId, 'up', (record) => record.held.channelRun !== undefined);
    await setDesired(destinationId, 'idle');
    await sluice.until(destinationId, 'idle', atRest('idle'));
    expect(await runs()).toMatchObject([{ destinationId, isEndKnown: true }]);
  });

  it('end a run when its channel is stopped outside Sluice', async () => {
    sluice = await startTestDeployment();
    const { destinationId, held } = await startOne();
    await stopChannel(sluice.deps, held.channel!.channelId);
    await waitFor('the drift to be seen', async () => {
      await sweep(sluice.deps);
      return atRest('error')((await getDestination(sluice.deps, destinationId))!) || null;
    });
    expect(await runs()).toMatchObject([{ startedAt: held.channelRun!.startedAt, isEndKnown: true }]);
  });

  it('continue a run when a start only restores a missing flow output', async () => {
    sluice = await startTestDeployment();
    const { destinationId, held, generation } = await startOne();
    const flow = await observeFlow(sluice.deps);
    await removeFlowOutput(sluice.deps, flow!.outputs[0]!.flowOutputArn);
    // A setting for the next start of the channel, which restoring the output is not.
    await changeDestination(sluice.deps, destinationId, (record) => ({ ...record, preset: '480p30' }));
    await sweep(sluice.deps);
    await sluice.until(
      destinationId,
      'put back',
      (record) => record.generation > generation && atRest('running')(record),
    );
    expect(await runs()).toMatchObject([{ startedAt: held.channelRun!.startedAt, preset: '720p30' }]);
  });
});
