import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { getDestination } from '../aws/destination-table.ts';
import { startGroupExecution } from '../aws/executions.ts';
import { changeGroupStart, getGroupStart, insertGroupStart } from '../aws/group-start-table.ts';
import type { Destination } from '../domain/destination.ts';
import { newGroupStart, requestGroupStop, type GroupStart } from '../domain/group-start.ts';
import { decideStart } from '../domain/requests.ts';
import { requestChange } from './operations.ts';
import { runGroupStart } from './run-group-start.ts';

const ID = 'gst_01k8m3v0s5n2q8w4x6y7z9a1bc';
let sluice: TestDeployment;

beforeEach(async () => {
  sluice = await startTestDeployment();
});
afterEach(() => sluice.close());

async function store(records: Destination[], changes: Partial<GroupStart> = {}, required: Destination[] = []) {
  const chosen = records.map(({ destinationId, name }) => ({
    ...{ destinationId, name, isRequired: required.some((each) => each.destinationId === destinationId) },
  }));
  const about = { groupStartId: ID, onFailure: 'continue', requestedBy: 'ann', requestedAt: '' } as const;
  await insertGroupStart(sluice.deps, { ...newGroupStart(chosen, about), ...changes });
}

/** Runs the group start by its state machine to its end. */
async function untilOver(): Promise<GroupStart> {
  await startGroupExecution(sluice.deps, { groupStartId: ID, executionRevision: 1 });
  return waitFor('the group start to end', async () => {
    const found = await getGroupStart(sluice.deps, ID);
    return found?.endedAt ? found : null;
  });
}

const statesOf = ({ destinations }: GroupStart) => destinations.map(({ state }) => state);
const desiredOf = async ({ destinationId }: Destination) => (await getDestination(sluice.deps, destinationId))?.desired;

describe('a group start', () => {
  it('puts every destination on air by its state machine, and names itself as the requester', async () => {
    const records = [await sluice.addDestination(), await sluice.addDestination()];
    await store(records);
    expect(statesOf(await untilOver())).toEqual(['started', 'started']);
    expect((await getDestination(sluice.deps, records[0]!.destinationId))!.desiredBy).toBe(`ann (group start ${ID})`);
  });

  it('stops what it began when a required destination fails, and leaves alone what was on air before', async () => {
    const before = await sluice.addDestination();
    await requestChange(sluice.deps, before.destinationId, { requestedBy: 'bob', decide: decideStart });
    await sluice.until(before.destinationId, 'the first to be on air', ({ status }) => status === 'running');
    const optional = await sluice.addDestination();
    const refused = await sluice.addDestination({ rtmpUrl: 'rtmp://10.0.0.1/live' });
    await store([before, optional, refused], { onFailure: 'stop-all' }, [refused]);
    const over = await untilOver();
    expect(statesOf(over)).toEqual(['skipped', 'stopped', 'failed']);
    expect(over.endReason).toBe('required_failed');
    expect([await desiredOf(before), await desiredOf(optional)]).toEqual(['running', 'idle']);
  });

  it('starts nothing more after a person has stopped it between decision and request', async () => {
    const record = await sluice.addDestination();
    await store([record]);
    const { table } = sluice.deps.clients;
    let reads = 0;
    const send = async (command: { input: { Key?: { sk?: string } } }) => {
      // The second read of the group start is the one right before the request.
      if (command.constructor.name === 'GetCommand' && command.input.Key?.sk === ID && (reads += 1) === 3) {
        await changeGroupStart(sluice.deps, ID, (found) =>
          requestGroupStop(found, { by: 'bob', now: new Date(), stopsBegun: false }),
        );
      }
      return table.send(command as never);
    };
    const deps = { ...sluice.deps, clients: { ...sluice.deps.clients, table: { send } as never } };
    await runGroupStart(deps, ID);
    expect(reads).toBeGreaterThanOrEqual(3);
    expect(await desiredOf(record)).toBe('idle');
  });

  it('waits while as many destinations start as may', async () => {
    const records = [await sluice.addDestination(), await sluice.addDestination()];
    await store(records);
    const deps = { ...sluice.deps, startPace: { atOnceMax: 1, intervalMs: 0 } };
    await runGroupStart(deps, ID);
    expect([await desiredOf(records[0]!), await desiredOf(records[1]!)]).toEqual(['running', 'idle']);
  });
});
