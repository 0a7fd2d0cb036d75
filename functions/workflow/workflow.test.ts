import { AddFlowOutputsCommand } from '@aws-sdk/client-mediaconnect';
import { DescribeChannelCommand } from '@aws-sdk/client-medialive';
import { GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { CANARY_KEY, startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { deleteChannel, findChannel, listChannels, stopChannel } from '../aws/channel.ts';
import { readRuns } from '../aws/channel-runs.ts';
import { changeDestination, getDestination, putObservation } from '../aws/destination-table.ts';
import { getOperation } from '../aws/history-table.ts';
import { FLOW_OUTPUTS_MAX, observeFlow, stopFlow } from '../aws/flow.ts';
import { listInputs } from '../aws/input.ts';
import { putCommonSound } from '../aws/sound-table.ts';
import { putSourceObservation } from '../aws/source-table.ts';
import type { DesiredState, Destination } from '../domain/destination.ts';
import type { SoundSettings } from '../domain/sound.ts';
import { sweep } from '../schedules/sweep.ts';
import { requestChange } from './operations.ts';
import type { StepInput } from './run-step.ts';
import { towardsDesired } from '../domain/lifecycle.ts';

/**
 * Runs the lifecycle as AWS does: the state machine files, the real SDK clients, and the local endpoints without media.
 */

let sluice: TestDeployment;

afterEach(() => sluice?.close());

const setDesired = (destinationId: string, desired: DesiredState, change: Partial<Destination> = {}) =>
  requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, ...change, desired }),
  });

const atRest = (status: Destination['status']) => (record: Destination) =>
  record.status === status && record.operation === null;

async function everythingHeld() {
  const [inputs, channels, flow] = await Promise.all([
    listInputs(sluice.deps),
    listChannels(sluice.deps),
    observeFlow(sluice.deps),
  ]);
  return { inputs: inputs.length, channels: channels.length, outputs: flow!.outputs.length };
}

async function startOne(change: Partial<Destination> = {}): Promise<Destination> {
  const { destinationId } = await sluice.addDestination(change);
  await setDesired(destinationId, 'running');
  return sluice.until(destinationId, 'running', atRest('running'));
}

describe('a destination', () => {
  it('starts, stops, starts again, and leaves nothing behind when deleted', async () => {
    sluice = await startTestDeployment();
    const running = await startOne();
    expect(running.held).toMatchObject({ input: {}, channel: {}, flowOutput: {}, channelRun: {} });
    expect(await everythingHeld()).toEqual({ inputs: 1, channels: 1, outputs: 1 });

    await setDesired(running.destinationId, 'idle');
    const idle = await sluice.until(running.destinationId, 'idle', atRest('idle'));
    expect(Object.keys(idle.held).toSorted()).toEqual(['channel', 'input']);
    expect(await everythingHeld()).toEqual({ inputs: 1, channels: 1, outputs: 0 });

    await setDesired(running.destinationId, 'running');
    const again = await sluice.until(running.destinationId, 'running again', atRest('running'));
    expect(again.held.channel).toEqual(idle.held.channel);

    await setDesired(running.destinationId, 'deleted');
    await sluice.untilGone(running.destinationId);
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
  });

  it('holds nothing while idle when its standby is cold', async () => {
    sluice = await startTestDeployment();
    const { destinationId } = await startOne({ standby: 'cold' });
    await setDesired(destinationId, 'idle');
    const idle = await sluice.until(destinationId, 'idle', atRest('idle'));
    expect(idle.held).toEqual({});
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
  });

  it('does not affect its neighbour', async () => {
    sluice = await startTestDeployment();
    const neighbour = await startOne();
    const { destinationId } = await startOne();
    await setDesired(destinationId, 'deleted');
    await sluice.untilGone(destinationId);
    expect(await getDestination(sluice.deps, neighbour.destinationId)).toEqual(neighbour);
    expect((await findChannel(sluice.deps, neighbour.destinationId))?.state).toBe('RUNNING');
  });

  it('records every step of an operation with its times', async () => {
    sluice = await startTestDeployment();
    const { destinationId, generation } = await startOne();
    const operation = await getOperation(sluice.deps, destinationId, generation);
    expect(operation).toMatchObject({ kind: 'start', outcome: 'succeeded', requestedBy: 'test' });
    expect(operation!.steps.map(({ step }) => step)).toEqual([
      'EnsureInput',
      'EnsureChannel',
      'EnsureFlowOutput',
      'EnsureChannelRun',
    ]);
    for (const step of operation!.steps)
      expect(Date.parse(step.endedAt!)).toBeGreaterThanOrEqual(Date.parse(step.startedAt));
  });

  it('records the outputs of each run and the measured bitrate of its feed', async () => {
    sluice = await startTestDeployment();
    const running = await startOne({ platform: 'twitch', preset: '1080p30' });
    const outputs = [
      { width: 1920, height: 1080, framesPerSecond: 30, videoBitrateBps: 4_500_000, audioBitrateBps: 128_000 },
    ];
    expect(running.held.channelRun).toMatchObject({ preset: '1080p30', outputs });
    const { startedAt } = running.held.channelRun!;
    await putObservation(sluice.deps, running.destinationId, {
      observation: { observedAt: startedAt, alerts: [], feed: { runStartedAt: startedAt, bitrateBps: 5_200_000 } },
      now: new Date(startedAt),
    });
    await setDesired(running.destinationId, 'idle', { preset: '480p30' });
    await sluice.until(running.destinationId, 'idle', atRest('idle'));
    const { runs } = await readRuns(sluice.deps, new Date(startedAt), new Date());
    expect(runs).toMatchObject([{ preset: '1080p30', outputs, feedBitrateBps: 5_200_000, isEndKnown: true }]);
  });

  it('applies changed settings to the kept channel when it restarts', async () => {
    sluice = await startTestDeployment();
    const running = await startOne();
    await requestChange(sluice.deps, running.destinationId, {
      requestedBy: 'test',
      decide: (record) => towardsDesired({ ...record, preset: '480p30', restartRequested: true }),
    });
    const restarted = await sluice.until(
      running.destinationId,
      'restarted',
      (record) => atRest('running')(record) && record.generation === running.generation + 2,
    );
    expect(restarted.held.channel!.channelId).toBe(running.held.channel!.channelId);
    expect(restarted.held.channel!.configurationHash).not.toBe(running.held.channel!.configurationHash);
    expect(restarted.restartRequested).toBe(false);
  });
});

describe('the frame rate of a channel', () => {
  /** Makes the flow report this picture; null reports none. */
  function showSource(picture: { FrameRate: string; FrameWidth?: number; FrameHeight?: number } | null): void {
    const { mediaConnect } = sluice.deps.clients;
    const send = Object.getPrototypeOf(mediaConnect).send.bind(mediaConnect) as (command: object) => Promise<unknown>;
    const { FrameRate, FrameWidth = 1920, FrameHeight = 1080 } = picture ?? {};
    const stream = { StreamType: 'Video', Codec: 'AVC', FrameRate, FrameResolution: { FrameWidth, FrameHeight } };
    const metadata = picture ? { TransportMediaInfo: { Programs: [{ Streams: [stream] }] } } : {};
    Object.assign(mediaConnect, {
      send: async (command: object) =>
        command.constructor.name === 'DescribeFlowSourceMetadataCommand' ? metadata : send(command),
    });
  }

  /** Returns the rate that MediaLive was given. */
  async function rateSet({ held }: Destination): Promise<string> {
    const { EncoderSettings: settings } = await sluice.deps.clients.mediaLive.send(
      new DescribeChannelCommand({ ChannelId: held.channel!.channelId }),
    );
    const { FramerateNumerator, FramerateDenominator } = settings!.VideoDescriptions![0]!.CodecSettings!.H264Settings!;
    return `${FramerateNumerator}/${FramerateDenominator}`;
  }

  it.each([
    ['25', '1080p30', '25/1'],
    ['50', '1080p30', '25/1'],
    ['50', '720p60', '50/1'],
    ['30000/1001', '1080p60', '30000/1001'],
    ['60000/1001', '720p30', '30000/1001'],
    ['24000/1001', '1080p30', '24000/1001'],
    ['60', '720p60', '60/1'],
  ])('of a source with %s and the preset %s is %s', async (FrameRate, preset, rate) => {
    sluice = await startTestDeployment();
    showSource({ FrameRate });
    expect(await rateSet(await startOne({ preset, standby: 'cold' }))).toBe(rate);
  });

  it('is that of the last picture while no encoder is connected', async () => {
    sluice = await startTestDeployment();
    showSource(null);
    const picture = { width: 1920, height: 1080, framesPerSecond: 25 };
    await putSourceObservation(sluice.deps, {
      connected: false,
      connectedSince: null,
      bitrateBps: null,
      continuityErrors: null,
      packetLossPercent: null,
      roundTripMs: null,
      jitterMs: null,
      lostSince: null,
      observedAt: new Date().toISOString(),
      picture,
    });
    expect(await rateSet(await startOne({ preset: '1080p30', standby: 'cold' }))).toBe('25/1');
  });

  it('changes at the next start when the source has changed', async () => {
    sluice = await startTestDeployment();
    showSource({ FrameRate: '30' });
    const first = await startOne({ preset: '1080p30' });
    await setDesired(first.destinationId, 'idle');
    await sluice.until(first.destinationId, 'idle', atRest('idle'));
    showSource({ FrameRate: '25' });
    await setDesired(first.destinationId, 'running');
    const second = await sluice.until(first.destinationId, 'running again', atRest('running'));
    expect(second.held.channel!.channelId).toBe(first.held.channel!.channelId);
    expect(await rateSet(second)).toBe('25/1');
    expect(second.held.channelRun!.outputs).toMatchObject([{ framesPerSecond: 25 }]);
  });
});

describe('the sound of a channel', () => {
  /** Makes the flow report audio streams with these PIDs; null reports none. */
  function showTracks(pids: number[] | null): void {
    const { mediaConnect } = sluice.deps.clients;
    const send = Object.getPrototypeOf(mediaConnect).send.bind(mediaConnect) as (command: object) => Promise<unknown>;
    const Streams = (pids ?? []).map((Pid) => ({ Pid, StreamType: 'Audio', Codec: 'AAC' }));
    const metadata = pids ? { TransportMediaInfo: { Programs: [{ Streams }] } } : {};
    Object.assign(mediaConnect, {
      send: async (command: object) =>
        command.constructor.name === 'DescribeFlowSourceMetadataCommand' ? metadata : send(command),
    });
  }

  async function selectorsOf({ held }: Destination) {
    const { InputAttachments: attachments } = await sluice.deps.clients.mediaLive.send(
      new DescribeChannelCommand({ ChannelId: held.channel!.channelId }),
    );
    return attachments![0]!.InputSettings!.AudioSelectors?.map(({ SelectorSettings: settings }) => settings);
  }

  const plain: SoundSettings = { track: { by: 'first' }, channels: 'source', loudnessLufs: null };
  const second: SoundSettings = { ...plain, track: { by: 'number', number: 2 } };

  it('is that of the deployment, and changes with it at the next start', async () => {
    sluice = await startTestDeployment();
    const first = await startOne();
    expect(await selectorsOf(first)).toBeUndefined();
    await putCommonSound(sluice.deps, { ...plain, track: { by: 'pid', pid: 258 } });
    await setDesired(first.destinationId, 'idle');
    await sluice.until(first.destinationId, 'idle', atRest('idle'));
    await setDesired(first.destinationId, 'running');
    const again = await sluice.until(first.destinationId, 'running again', atRest('running'));
    expect(again.held.channel!.channelId).toBe(first.held.channel!.channelId);
    expect(await selectorsOf(again)).toEqual([{ AudioPidSelection: { Pid: 258 } }]);
  });

  it('is found by its place in the source', async () => {
    sluice = await startTestDeployment();
    showTracks([300, 400]);
    expect(await selectorsOf(await startOne({ sound: second }))).toEqual([{ AudioPidSelection: { Pid: 400 } }]);
  });

  it.each([
    [[300], /the source has 1/],
    [null, /no encoder is connected/],
  ])('is not guessed when the source does not show the place', async (pids, reason) => {
    sluice = await startTestDeployment();
    showTracks(pids);
    const record = await sluice.addDestination({ sound: second });
    await setDesired(record.destinationId, 'running');
    const failed = await sluice.until(record.destinationId, 'the failure', (each) => each.lastError !== null);
    expect(failed.lastError).toMatchObject({ code: 'source_unsupported', detail: expect.stringMatching(reason) });
  });
});

describe('a clean lifecycle', () => {
  it('takes 8 calls that change media resources and at most 14 writes to the table', async () => {
    sluice = await startTestDeployment();
    const { clients } = sluice.deps;
    const calls: string[] = [];
    for (const client of [clients.mediaLive, clients.mediaConnect, clients.table]) {
      // The clients come from different generations of the SDK, but `send` is the same in all.
      const send = client.send.bind(client) as (command: object) => Promise<unknown>;
      Object.assign(client, {
        send(command: object) {
          calls.push(command.constructor.name);
          return send(command);
        },
      });
    }
    const chosen = await sluice.addDestination();
    const { destinationId } = chosen;
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => ({ record, begins: 'create' }),
    });
    await sluice.until(destinationId, 'created', atRest('idle'));
    await setDesired(destinationId, 'running');
    await sluice.until(destinationId, 'running', atRest('running'));
    await setDesired(destinationId, 'idle');
    await sluice.until(destinationId, 'idle', atRest('idle'));
    await setDesired(destinationId, 'deleted');
    await sluice.untilGone(destinationId);
    const changing = /^(Create|Delete|Start|Stop|Update|Add|Remove)(Input|Channel|FlowOutputs?)Command$/;
    expect(calls.filter((name) => changing.test(name)).toSorted()).toEqual([
      'AddFlowOutputsCommand',
      'CreateChannelCommand',
      'CreateInputCommand',
      'DeleteChannelCommand',
      'DeleteInputCommand',
      'RemoveFlowOutputCommand',
      'StartChannelCommand',
      'StopChannelCommand',
    ]);
    const writes = calls.filter((name) => /^(Put|Update|Delete)(Item)?Command$/.test(name));
    // The API inserts a new record with its first operation in one write; here these are two writes.
    expect(writes.length - 1).toBe(14);
  });
});

describe('a request during an operation', () => {
  it('turns a start around at its next step', async () => {
    const seen: string[] = [];
    let isStopRequested = false;
    sluice = await startTestDeployment({
      async beforeStep({ step, destinationId }) {
        seen.push(step);
        if (step !== 'EnsureFlowOutput' || isStopRequested) return;
        isStopRequested = true;
        await setDesired(destinationId, 'idle');
      },
    });
    const { destinationId, generation } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    const idle = await sluice.until(destinationId, 'idle', atRest('idle'));
    expect(seen).not.toContain('EnsureChannelRun');
    expect(idle.held.channelRun).toBeUndefined();
    expect(await getOperation(sluice.deps, destinationId, generation + 1)).toMatchObject({ outcome: 'superseded' });
  });

  it('starts the destination again after the stop in flight', async () => {
    let isRequested = false;
    sluice = await startTestDeployment({
      async beforeStep({ step, destinationId }) {
        if (step !== 'ReleaseFlowOutput' || isRequested) return;
        isRequested = true;
        await setDesired(destinationId, 'running');
      },
    });
    const { destinationId, generation } = await startOne();
    await setDesired(destinationId, 'idle');
    await sluice.until(
      destinationId,
      'running',
      (record) => atRest('running')(record) && record.generation === generation + 2,
    );
  });

  it('deletes a destination that is starting', async () => {
    let isRequested = false;
    sluice = await startTestDeployment({
      async beforeStep({ step, destinationId }) {
        if (step !== 'EnsureChannel' || isRequested) return;
        isRequested = true;
        await setDesired(destinationId, 'deleted');
      },
    });
    const { destinationId } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    await sluice.untilGone(destinationId);
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
  });
});

describe('a failed start', () => {
  it('creates nothing when the quota is reached, and says so', async () => {
    sluice = await startTestDeployment({ quotas: { channelQuota: 1, pushInputQuota: 1 } });
    await startOne();
    const { destinationId } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    const failed = await sluice.until(destinationId, 'error', atRest('error'));
    expect(failed.lastError).toMatchObject({ code: 'quota_exceeded' });
    expect(failed.lastError!.detail).toContain('1 of 1');
    expect(await everythingHeld()).toEqual({ inputs: 1, channels: 1, outputs: 1 });
  });

  it('creates nothing while the flow is off, and does not fail the execution', async () => {
    sluice = await startTestDeployment();
    await stopFlow(sluice.deps);
    await waitFor('the flow to stop', async () => (await observeFlow(sluice.deps))?.status === 'STANDBY');
    const { destinationId } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    const failed = await sluice.until(destinationId, 'error', atRest('error'));
    expect(failed.lastError).toMatchObject({
      code: 'source_not_active',
      remedy: expect.stringContaining('start the source'),
    });
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
    const { start: stateMachineArn } = sluice.deps.deployment.stateMachineArns;
    await waitFor('the execution to end', async () => {
      const { executions = [] } = await sluice.deps.clients.sfn.send(new ListExecutionsCommand({ stateMachineArn }));
      return executions[0]?.status === 'SUCCEEDED';
    });
  });

  it.each([
    { name: 'when the flow has no room for another output', before: FLOW_OUTPUTS_MAX, meanwhile: 0 },
    { name: 'when another start takes the last output meanwhile', before: FLOW_OUTPUTS_MAX - 1, meanwhile: 1 },
  ])('starts no channel $name, and says what helps', async ({ before, meanwhile }) => {
    sluice = await startTestDeployment();
    const client: object = sluice.deps.clients.mediaConnect;
    const send = (client as { send: (command: object) => Promise<unknown> }).send.bind(client);
    const fill = async (count: number): Promise<void> => {
      const Outputs = Array.from({ length: count }, (_, index) => ({
        Name: `other-${count}-${index}`,
        Protocol: 'rtp' as const,
        Destination: '127.0.0.1',
        Port: 9000 + 2 * index + count,
      }));
      if (count > 0) await send(new AddFlowOutputsCommand({ FlowArn: sluice.deps.deployment.flowArn, Outputs }));
    };
    await fill(before);
    Object.assign(client, {
      async send(command: object) {
        if (command instanceof AddFlowOutputsCommand) await fill(meanwhile);
        return send(command);
      },
    });
    const { destinationId } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    const failed = await sluice.until(destinationId, 'error', atRest('error'));
    expect(failed.lastError).toMatchObject({
      code: 'flow_full',
      remedy: expect.stringContaining('stop a destination'),
    });
    expect((await findChannel(sluice.deps, destinationId))?.state).toBe('IDLE');
  });

  it('reports a ciphertext that belongs to another destination, and never sends its key', async () => {
    sluice = await startTestDeployment();
    const other = await sluice.addDestination();
    const { destinationId } = await sluice.addDestination({
      streamKeyCiphertext: other.streamKeyCiphertext,
      standby: 'cold',
    });
    await setDesired(destinationId, 'running');
    const failed = await sluice.until(destinationId, 'error', atRest('error'));
    expect(failed.lastError).toMatchObject({ code: 'secret_unreadable' });
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
  });

  it('whose release failed is cleaned up by the sweep and not started again', async () => {
    const broken = new Set(['EnsureChannelRun', 'ReleaseChannelRun']);
    sluice = await startTestDeployment({
      beforeStep({ step }) {
        if (broken.delete(step)) throw Object.assign(new Error('no'), { name: 'SomethingElse' });
      },
    });
    const { destinationId } = await sluice.addDestination();
    await changeDestination(sluice.deps, destinationId, (record) => ({
      ...record,
      held: { channelRun: { startedAt: new Date().toISOString(), generation: 0 } },
    }));
    await setDesired(destinationId, 'running');
    const failed = await sluice.until(destinationId, 'error', atRest('error'));
    expect(failed.held.channelRun).toBeDefined();
    await sweep(sluice.deps);
    const cleaned = await sluice.until(
      destinationId,
      'cleaned',
      (record) => atRest('error')(record) && !record.held.channelRun,
    );
    expect(cleaned).toMatchObject({ desired: 'running', lastError: failed.lastError });
    await sweep(sluice.deps);
    expect((await getDestination(sluice.deps, destinationId))!.generation).toBe(cleaned.generation);
  });

  it('can be deleted', async () => {
    sluice = await startTestDeployment({ quotas: { channelQuota: 0, pushInputQuota: 0 } });
    const { destinationId } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    await sluice.until(destinationId, 'error', atRest('error'));
    await setDesired(destinationId, 'deleted');
    await sluice.untilGone(destinationId);
  });
});

describe('an interruption', () => {
  it('between an effect and its record creates nothing twice', async () => {
    let lost = 0;
    const crashAt = new Set(['EnsureChannel', 'EnsureFlowOutput', 'EnsureChannelRun', 'Settle']);
    sluice = await startTestDeployment({
      beforeStep({ step }) {
        if (!crashAt.delete(step)) return;
        lost += 1;
        // The error that the Lambda service reports when a function dies.
        throw Object.assign(new Error('the function died'), { name: 'Lambda.Unknown' });
      },
    });
    await startOne();
    expect(lost).toBe(4);
    expect(await everythingHeld()).toEqual({ inputs: 1, channels: 1, outputs: 1 });
  });

  it('that loses the record of held resources leaves nothing behind, because releases find them by tag', async () => {
    let forgotten = false;
    sluice = await startTestDeployment({
      async beforeStep({ step, destinationId }) {
        if (step !== 'EnsureFlowOutput' || forgotten) return;
        forgotten = true;
        await changeDestination(sluice.deps, destinationId, (record) => ({ ...record, held: {} }));
        throw Object.assign(new Error('lost'), { name: 'SomethingElse' });
      },
    });
    const { destinationId } = await sluice.addDestination({ standby: 'cold' });
    await setDesired(destinationId, 'running');
    await sluice.until(destinationId, 'error', atRest('error'));
    // The releases found the resources by tag although the record had lost them.
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
  });

  it('before the execution starts is repaired by the sweep', async () => {
    sluice = await startTestDeployment();
    const { destinationId } = await sluice.addDestination({ desired: 'running' });
    await sweep(sluice.deps);
    await sluice.until(destinationId, 'running', atRest('running'));
  });

  it('of the execution is repaired by the sweep, which continues the operation', async () => {
    const hold = Promise.withResolvers<void>();
    let held: StepInput | null = null;
    sluice = await startTestDeployment({
      async beforeStep(input) {
        if (input.step !== 'EnsureFlowOutput' || held) return;
        held = input;
        await hold.promise;
      },
    });
    const { destinationId } = await sluice.addDestination();
    await setDesired(destinationId, 'running');
    await waitFor('the step', () => held);
    const { operation } = (await getDestination(sluice.deps, destinationId))!;
    const { StopExecutionCommand } = await import('@aws-sdk/client-sfn');
    const arn = sluice.deps.deployment.stateMachineArns.start.replace(':stateMachine:', ':execution:');
    await sluice.deps.clients.sfn.send(new StopExecutionCommand({ executionArn: `${arn}:${operation!.operationId}` }));
    hold.resolve();
    await sweep(sluice.deps);
    const running = await sluice.until(destinationId, 'running', atRest('running'));
    expect(running.generation).toBe(operation!.generation + 1);
    expect(await everythingHeld()).toEqual({ inputs: 1, channels: 1, outputs: 1 });
  });

  it('from outside does not block a delete: a channel removed by hand counts as released', async () => {
    sluice = await startTestDeployment();
    const { destinationId, held } = await startOne();
    const { channelId } = held.channel!;
    await stopChannel(sluice.deps, channelId);
    await waitFor('idle', async () => (await findChannel(sluice.deps, destinationId))?.state === 'IDLE');
    await deleteChannel(sluice.deps, channelId);
    await setDesired(destinationId, 'deleted');
    await sluice.untilGone(destinationId);
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
  });
});

describe('a stream key', () => {
  it('is in no log line, no execution and no record', async () => {
    sluice = await startTestDeployment();
    const { destinationId } = await startOne();
    await setDesired(destinationId, 'deleted');
    const lastRecord = await getDestination(sluice.deps, destinationId);
    await sluice.untilGone(destinationId);
    const sinks: unknown[] = [sluice.logLines, lastRecord];
    for (const stateMachineArn of Object.values(sluice.deps.deployment.stateMachineArns)) {
      const { executions = [] } = await sluice.deps.clients.sfn.send(new ListExecutionsCommand({ stateMachineArn }));
      for (const { executionArn } of executions) {
        sinks.push(
          await sluice.deps.clients.sfn.send(
            new GetExecutionHistoryCommand({ executionArn, includeExecutionData: true }),
          ),
        );
      }
    }
    const text = JSON.stringify(sinks);
    expect(text).toContain(destinationId);
    for (const form of [
      CANARY_KEY,
      ...['base64', 'base64url', 'hex'].map((encoding) => Buffer.from(CANARY_KEY).toString(encoding as 'hex')),
    ]) {
      expect(text).not.toContain(form);
    }
  });
});
