import { CreateInputCommand, DescribeChannelCommand, UpdateChannelCommand } from '@aws-sdk/client-medialive';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { findChannel } from '../aws/channel.ts';
import { changeDestination } from '../aws/destination-table.ts';
import { listHistory } from '../aws/history-table.ts';
import { findFlowOutputs, observeFlow } from '../aws/flow.ts';
import { findInput } from '../aws/input.ts';
import type { Destination } from '../domain/destination.ts';
import { requestChange } from './operations.ts';
import { towardsDesired } from '../domain/lifecycle.ts';

/** Checks that releases find unrecorded resources, and record those that standby keeps. */

let sluice: TestDeployment;
let restore: (() => void) | null = null;

beforeAll(async () => {
  sluice = await startTestDeployment();
});
afterAll(() => sluice.close());
afterEach(() => {
  restore?.();
  restore = null;
});

const request = (destinationId: string, change: Partial<Destination>) =>
  requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, ...change }),
  });

const atRest = (destinationId: string, status: Destination['status']) =>
  sluice.until(destinationId, status, (record) => record.status === status && record.operation === null);

async function held(destinationId: string) {
  const flow = await observeFlow(sluice.deps);
  return {
    input: (await findInput(sluice.deps, destinationId))?.inputId,
    channel: (await findChannel(sluice.deps, destinationId))?.channelId,
    flowOutput: findFlowOutputs(sluice.deps, flow!, destinationId).main?.flowOutputArn,
  };
}

/** Wraps every call of MediaLive. */
function aroundMediaLive(wrap: (command: object, send: () => Promise<object>) => Promise<object>): void {
  const { mediaLive } = sluice.deps.clients;
  const before = mediaLive.send.bind(mediaLive) as (command: object) => Promise<object>;
  Object.assign(mediaLive, { send: (command: object) => wrap(command, () => before(command)) });
  restore = () => void Object.assign(mediaLive, { send: before });
}

describe('a stop after an error', () => {
  it.each(['warm', 'cold'] as const)('releases an unrecorded run before the status is idle: %s', async (standby) => {
    const { destinationId } = await sluice.addDestination({ standby });
    await request(destinationId, { desired: 'running' });
    await atRest(destinationId, 'running');
    const there = await held(destinationId);
    await changeDestination(sluice.deps, destinationId, (record) => ({ ...record, status: 'error', held: {} }));
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => ({ record: { ...record, desired: 'idle' }, begins: 'stop' }),
    });
    const idle = await atRest(destinationId, 'idle');
    const left = await held(destinationId);
    expect(left.flowOutput).toBeUndefined();
    expect((await findChannel(sluice.deps, destinationId))?.state).toBe(standby === 'warm' ? 'IDLE' : undefined);
    expect([idle.held.input?.inputId, idle.held.channel?.channelId]).toEqual(
      standby === 'warm' ? [there.input, there.channel] : [undefined, undefined],
    );
    expect(left).toMatchObject(standby === 'warm' ? { input: there.input } : {});
  });
});

describe('an input whose CreateInput was never answered', () => {
  it('is on record after a stop brings its warm destination to rest', async () => {
    const { destinationId } = await sluice.addDestination();
    aroundMediaLive(async (command, send) => {
      const answer = await send();
      if (!(command instanceof CreateInputCommand)) return answer;
      await request(destinationId, { desired: 'idle' });
      throw Object.assign(new Error('simulated'), { name: 'TimeoutError' });
    });
    await request(destinationId, { desired: 'running' });
    const idle = await atRest(destinationId, 'idle');
    const { input } = await held(destinationId);
    expect(input).toBeDefined();
    const [address, backupAddress] = [expect.any(String), expect.any(String)];
    expect(idle.held).toEqual({ input: { inputId: input, address, backupAddress, port: expect.any(Number) } });
  });
});

describe('a channel that MediaLive fails to create', () => {
  it('is deleted even when its destination is warm, and created again by the next start', async () => {
    const { destinationId } = await sluice.addDestination();
    let isBroken = true;
    aroundMediaLive(async (command, send) => {
      const answer = await send();
      const isFailed = isBroken && command instanceof DescribeChannelCommand;
      return isFailed && (answer as { State?: string }).State === 'IDLE'
        ? { ...answer, State: 'CREATE_FAILED' }
        : answer;
    });
    await request(destinationId, { desired: 'running' });
    const failed = await atRest(destinationId, 'error');
    expect(failed.lastError).toMatchObject({ code: 'channel_create_failed' });
    expect(failed.held.channel).toBeUndefined();
    expect(await held(destinationId)).toMatchObject({ channel: undefined, input: expect.any(String) });
    isBroken = false;
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => ({ record, begins: 'start' }),
    });
    await atRest(destinationId, 'running');
  });
});

describe('settings that MediaLive cannot apply', () => {
  it('fail the start with a reason, and are applied again by the next start', async () => {
    const { destinationId } = await sluice.addDestination();
    await request(destinationId, { desired: 'running' });
    await atRest(destinationId, 'running');
    await request(destinationId, { desired: 'idle' });
    await atRest(destinationId, 'idle');
    let updates = 0;
    aroundMediaLive(async (command, send) => {
      if (command instanceof UpdateChannelCommand) updates += 1;
      const answer = await send();
      const isFailed = updates === 1 && command instanceof DescribeChannelCommand;
      return isFailed && (answer as { State?: string }).State === 'IDLE'
        ? { ...answer, State: 'UPDATE_FAILED' }
        : answer;
    });
    await request(destinationId, { desired: 'running', preset: '480p30' });
    const failed = await atRest(destinationId, 'error');
    expect(failed.lastError).toMatchObject({ code: 'aws_refused', detail: expect.stringContaining('settings') });
    expect((await findChannel(sluice.deps, destinationId))?.state).toBe('IDLE');
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => ({ record, begins: 'start' }),
    });
    await atRest(destinationId, 'running');
    expect(updates).toBe(2);
  });
});

describe('the history', () => {
  it('names who superseded an operation, and begins the next one in that name', async () => {
    const { destinationId } = await sluice.addDestination({ standby: 'cold' });
    let isAsked = false;
    aroundMediaLive(async (command, send) => {
      const answer = await send();
      if (command instanceof CreateInputCommand && !isAsked) {
        isAsked = true;
        await requestChange(sluice.deps, destinationId, {
          requestedBy: 'the director',
          decide: (record) => towardsDesired({ ...record, desired: 'deleted' }),
        });
      }
      return answer;
    });
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'the operator',
      decide: (record) => towardsDesired({ ...record, desired: 'running' }),
    });
    await sluice.untilGone(destinationId);
    const operations = (await listHistory(sluice.deps, destinationId))
      .toReversed()
      .flatMap(({ operation }) => operation ?? []);
    expect(operations.map(({ kind, requestedBy, supersededBy }) => [kind, requestedBy, supersededBy])).toEqual([
      ['start', 'the operator', 'the director'],
      ['teardown', 'the director', undefined],
    ]);
  });
});
