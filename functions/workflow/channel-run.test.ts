import { DescribeChannelCommand, StartChannelCommand, StopChannelCommand } from '@aws-sdk/client-medialive';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { observeChannel } from '../aws/channel.ts';
import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { withOperation } from '../domain/lifecycle.ts';
import { requestChange } from './operations.ts';
import { runStep } from './run-step.ts';

/** Calls the step EnsureChannelRun repeatedly, as the state machine does, with every answer StartChannel can give. */

let sluice: TestDeployment;
let destinationId: string;
let channelId: string;
let generation: number;
/** Milliseconds added to the clock. */
let aheadMs = 0;
let starts = 0;
/** Intercepts the next StartChannel; calling `send` forwards it. */
let meet: ((send: () => Promise<unknown>) => Promise<unknown>) | null = null;

/** Undone after each test, last first. */
let restore: (() => void)[] = [];

beforeAll(async () => {
  sluice = await startTestDeployment();
});
afterAll(() => sluice.close());

beforeEach(async () => {
  aheadMs = 0;
  starts = 0;
  meet = null;
  ({ destinationId } = await sluice.addDestination());
  await requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => ({ record, begins: 'create' }),
  });
  const made = await sluice.until(destinationId, 'made', ({ status, operation }) => status === 'idle' && !operation);
  channelId = made.held.channel!.channelId;
  // The operation is in flight, but no state machine runs it: the tests call the step.
  const begun = await changeDestination(sluice.deps, destinationId, (record) =>
    withOperation({ ...record, desired: 'running' }, 'start', { now: new Date(), requestedBy: 'test' }),
  );
  ({ generation } = begun!);
  around('mediaLive', async (command, send) => {
    if (!(command instanceof StartChannelCommand)) return send();
    const met = meet ?? ((carryOut) => carryOut());
    meet = null;
    return met(async () => {
      const answer = await send();
      starts += 1;
      return answer;
    });
  });
});

afterEach(() => {
  for (const undo of restore.toReversed()) undo();
  restore = [];
});

/** Wraps every call of a client. */
function around(
  name: 'mediaLive' | 'table',
  wrap: (command: object, send: () => Promise<unknown>) => Promise<unknown>,
): void {
  const client: object = sluice.deps.clients[name];
  const before = (client as { send: (command: object) => Promise<unknown> }).send.bind(client);
  Object.assign(client, { send: (command: object) => wrap(command, () => before(command)) });
  restore.push(() => void Object.assign(client, { send: before }));
}

function attempt(retryCount: number): Promise<unknown> {
  const now = () => new Date(Date.now() + aheadMs);
  return runStep(
    { ...sluice.deps, now },
    { step: 'EnsureChannelRun', destinationId, generation, enteredAt: now().toISOString(), retryCount, steps: {} },
  );
}

async function fallBack(): Promise<void> {
  await waitFor('the run', async () => (await observeChannel(sluice.deps, channelId))?.state === 'RUNNING');
  await sluice.deps.clients.mediaLive.send(new StopChannelCommand({ ChannelId: channelId }));
  await waitFor('idle', async () => (await observeChannel(sluice.deps, channelId))?.state === 'IDLE');
}

const named = (name: string) => Object.assign(new Error('simulated'), { name });
const note = async () => (await getDestination(sluice.deps, destinationId))!.held.channelRun;

describe('EnsureChannelRun', () => {
  it('notes the start in one write before it sends StartChannel', async () => {
    const seen: unknown[] = [];
    let writes = 0;
    around('table', (command, send) => {
      if (command instanceof UpdateCommand) writes += 1;
      return send();
    });
    meet = async (carryOut) => {
      seen.push((await note())?.generation);
      return carryOut();
    };
    await expect(attempt(0)).resolves.toMatchObject({ held: { channelRun: { generation } } });
    expect([seen, starts, writes]).toEqual([[generation], 1, 1]);
  });

  it('does not repeat a start whose answer was lost when the channel has fallen back to IDLE', async () => {
    meet = async (carryOut) => {
      await carryOut();
      await fallBack();
      aheadMs = 20_000;
      throw named('TimeoutError');
    };
    await expect(attempt(0)).rejects.toThrow();
    await expect(attempt(1)).rejects.toThrow('channel_start_failed');
    expect(starts).toBe(1);
  });

  it('sees that an unanswered StartChannel took effect, and does not repeat it', async () => {
    const timeout = Promise.withResolvers<void>();
    meet = async (carryOut) => {
      await carryOut();
      await timeout.promise;
      throw named('TimeoutError');
    };
    await expect(attempt(0)).resolves.toMatchObject({ held: { channelRun: { generation } } });
    timeout.resolve();
    expect(starts).toBe(1);
  });

  it.each(['TooManyRequestsException', 'ConflictException', 'InternalServerErrorException', 'TimeoutError'])(
    'repeats a start that did not take effect, however late: %s',
    async (name) => {
      meet = async () => {
        throw named(name);
      };
      await expect(attempt(0)).rejects.toThrow();
      expect(await note(), 'the note is withdrawn').toBeUndefined();
      aheadMs = 300_000;
      await attempt(1);
      expect(starts).toBe(1);
    },
  );

  it('sends the start for a process that died after the note, if the next attempt follows at once', async () => {
    const run = { startedAt: new Date().toISOString(), generation };
    await changeDestination(sluice.deps, destinationId, (record) => ({
      ...record,
      held: { ...record.held, channelRun: run },
    }));
    await attempt(1);
    expect(starts).toBe(1);
  });

  it('fails a start with an unknown outcome, later as well as after the clock was set back', async () => {
    const run = { startedAt: new Date().toISOString(), generation };
    await changeDestination(sluice.deps, destinationId, (record) => ({
      ...record,
      held: { ...record.held, channelRun: run },
    }));
    for (const ms of [60_000, -60_000]) {
      aheadMs = ms;
      await expect(attempt(1)).rejects.toThrow('channel_start_failed');
    }
    expect(starts).toBe(0);
  });

  it('sends the start once when the answer to writing the note was lost', async () => {
    let isLost = false;
    around('table', async (command, send) => {
      const answer = await send();
      if (isLost || !(command instanceof UpdateCommand)) return answer;
      isLost = true;
      aheadMs = 15_000;
      throw named('TimeoutError');
    });
    await expect(attempt(0)).resolves.toMatchObject({ held: { channelRun: { generation } } });
    expect([isLost, starts]).toEqual([true, 1]);
  });

  it('reads a channel that is still starting once per later attempt', async () => {
    let looks = 0;
    around('mediaLive', async (command, send) => {
      if (!(command instanceof DescribeChannelCommand)) return send();
      looks += 1;
      return { ...((await send()) as object), State: 'STARTING' };
    });
    await expect(attempt(1)).rejects.toMatchObject({ name: 'NotSettled' });
    expect(looks).toBe(1);
  });

  it('starts the channel once when two calls of the step run concurrently', async () => {
    const results = await Promise.allSettled([attempt(0), attempt(0)]);
    expect(starts).toBe(1);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it.each(['STOPPING', 'SOMETHING_NEW'])('waits while the channel is %s', async (state) => {
    around('mediaLive', async (command, send) => ({
      ...((await send()) as object),
      ...(command instanceof DescribeChannelCommand ? { State: state } : {}),
    }));
    await expect(attempt(0)).rejects.toMatchObject({ name: 'NotSettled' });
    expect([starts, await note()]).toEqual([0, undefined]);
  });
});
