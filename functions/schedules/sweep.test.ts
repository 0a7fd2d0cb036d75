import { putSourceObservation } from '../aws/source-table.ts';
import type { SweepDeps } from './sweep-deps.ts';
import { CreateInputCommand } from '@aws-sdk/client-medialive';
import { afterEach, describe, expect, it } from 'vitest';
import { makeCeiling } from '../../test/support/make-ceiling.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { putCeiling } from '../aws/ceiling-table.ts';
import { createChannel, deleteChannel, findChannel, listChannels, startChannel, stopChannel } from '../aws/channel.ts';
import { changeDestination, getDestination } from '../aws/destination-table.ts';
import { observeExecution } from '../aws/executions.ts';
import { addFlowOutputs, findFlowOutputs, observeFlow, removeFlowOutput, startFlow, stopFlow } from '../aws/flow.ts';
import { createInput, deleteInput, listInputs, observeInput } from '../aws/input.ts';
import { acquireLease } from '../aws/lease-table.ts';
import { listOrphans, requestOrphanRelease } from '../aws/orphan-table.ts';
import type { Destination } from '../domain/destination.ts';
import { requestChange } from '../workflow/operations.ts';
import type { SweepOutcome } from './counted-log-lines.ts';
import { continueOperation } from './sweep-operations.ts';
import { sweep } from './sweep.ts';
import { towardsDesired } from '../domain/lifecycle.ts';

let sluice: TestDeployment;
let elapsedSeconds = 0;

afterEach(() => sluice?.close());

async function begin(): Promise<void> {
  elapsedSeconds = 0;
  sluice = await startTestDeployment();
  // An unrelated destination. With an empty table the sweep would halt.
  await sluice.addDestination({ standby: 'cold' });
}

/** Sweeps after the clock has advanced. */
function sweepAfter(seconds: number, primary?: SweepDeps['primary']): Promise<SweepOutcome> {
  elapsedSeconds += seconds;
  const now = () => new Date(Date.now() + elapsedSeconds * 1000);
  return sweep({ ...sluice.deps, now, ...(primary === undefined ? {} : { primary }) });
}

const NO_FIGURES = {
  connectedSince: null,
  bitrateBps: null,
  continuityErrors: null,
  packetLossPercent: null,
  roundTripMs: null,
  jitterMs: null,
};

const primaryOf = (preset: string) => ({ preset, mode: 'always' as const });

const atRest = (status: Destination['status']) => (record: Destination) =>
  record.status === status && record.operation === null;

async function startOne(): Promise<Destination> {
  const { destinationId } = await sluice.addDestination();
  await requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, desired: 'running' }),
  });
  return sluice.until(destinationId, 'running', atRest('running'));
}

/** Creates a running channel with input and flow output that no record holds. */
async function makeOrphans(destinationId: string): Promise<void> {
  const { inputId } = await createInput(sluice.deps, { destinationId, generation: 1 });
  const input = await waitFor('the input', async () => {
    const view = await observeInput(sluice.deps, inputId);
    return view?.state === 'DETACHED' ? view : null;
  });
  const encoding = {
    encodingId: '720p30',
    width: 1280,
    height: 720,
    framesPerSecond: 30,
    videoBitrateBps: 3_000_000,
    gopSeconds: 2,
    h264Profile: 'high' as const,
    audioBitrateBps: 128_000,
    audioSampleRateHz: 48_000,
  };
  const target = {
    kind: 'package' as const,
    packageChannelId: sluice.deps.deployment.packageChannelId,
    encodings: [encoding],
  };
  const { channelId } = await createChannel(sluice.deps, {
    destinationId,
    generation: 1,
    inputId,
    target,
    logLevel: 'WARNING',
  });
  await waitFor('the channel', async () => (await findChannel(sluice.deps, destinationId))?.state === 'IDLE');
  const output = { kind: 'input' as const, address: input.address!, port: input.port! };
  await addFlowOutputs(sluice.deps, destinationId, { main: output, backup: null });
  await startChannel(sluice.deps, channelId);
  await waitFor('the run', async () => (await findChannel(sluice.deps, destinationId))?.state === 'RUNNING');
}

/** Wraps every call of a client. */
function around(
  name: 'mediaLive' | 'mediaConnect' | 'table' | 'sfn',
  wrap: (command: string, send: () => Promise<unknown>) => Promise<unknown>,
): void {
  const client: object = sluice.deps.clients[name];
  const before = (client as { send: (command: object) => Promise<unknown> }).send.bind(client);
  Object.assign(client, { send: (command: object) => wrap(command.constructor.name, () => before(command)) });
}

const isRunning = (answer: unknown) => (answer as { status: string }).status === 'RUNNING';

const GHOST = 'dst_0000000000000000000000gh0t';

async function remaining() {
  const [channels, inputs, flow] = await Promise.all([
    listChannels(sluice.deps),
    listInputs(sluice.deps),
    observeFlow(sluice.deps),
  ]);
  return { channels: channels.length, inputs: inputs.length, outputs: flow!.outputs.length };
}

describe('orphans', () => {
  it('are recorded at first sight and released only after two sightings over ten minutes', async () => {
    await begin();
    await makeOrphans(GHOST);
    expect(await sweepAfter(0)).toMatchObject({ orphans: 3, released: 0 });
    expect(await sweepAfter(300)).toMatchObject({ orphans: 3, released: 0 });
    expect(
      (await listOrphans(sluice.deps)).map(({ resource, reason, sightings }) => [resource, reason, sightings]),
    ).toEqual(
      expect.arrayContaining([
        ['channel', 'no_destination', 2],
        ['input', 'no_destination', 2],
        ['flowOutput', 'no_destination', 2],
      ]),
    );
    expect(await remaining()).toEqual({ channels: 1, inputs: 1, outputs: 1 });
  });

  it('are released in the right order, one step per sweep, until nothing is left', async () => {
    await begin();
    await makeOrphans(GHOST);
    await sweepAfter(0);
    for (let round = 0; round < 8 && (await listOrphans(sluice.deps)).length > 0; round++) {
      await sweepAfter(400);
      await waitFor('the media services to come to rest', async () => {
        const states = [...(await listChannels(sluice.deps)), ...(await listInputs(sluice.deps))].map(
          ({ state }) => state,
        );
        return states.every((state) => !state.endsWith('ING') || state === 'RUNNING');
      });
    }
    expect(await remaining()).toEqual({ channels: 0, inputs: 0, outputs: 0 });
    expect(await listOrphans(sluice.deps)).toEqual([]);
  });

  it('are released at the next sweep when an operator requests it', async () => {
    await begin();
    await createInput(sluice.deps, { destinationId: GHOST, generation: 1 });
    await waitFor('the input', async () => (await listInputs(sluice.deps))[0]?.state === 'DETACHED');
    await sweepAfter(0);
    const [orphan] = await listOrphans(sluice.deps);
    expect(await requestOrphanRelease(sluice.deps, orphan!.orphanId, 'operator')).toBe(true);
    expect(await sweepAfter(1)).toMatchObject({ released: 1 });
    await waitFor('it to go', async () => (await listInputs(sluice.deps)).length === 0);
  });

  it('keep a release request that arrives while the sweep records them', async () => {
    await begin();
    await createInput(sluice.deps, { destinationId: GHOST, generation: 1 });
    await waitFor('the input', async () => (await listInputs(sluice.deps))[0]?.state === 'DETACHED');
    await sweepAfter(0);
    const [orphan] = await listOrphans(sluice.deps);
    let queries = 0;
    around('table', async (command, send) => {
      const answer = await send();
      // The sweep queries the records first, then the orphans.
      if (command === 'QueryCommand' && ++queries === 2) {
        await requestOrphanRelease(sluice.deps, orphan!.orphanId, 'operator');
      }
      return answer;
    });
    await sweepAfter(1);
    expect(await sweepAfter(1)).toMatchObject({ released: 1 });
  });

  it('without our tags are listed and never released, even on request', async () => {
    await begin();
    const { deployment, clients } = sluice.deps;
    await clients.mediaLive.send(
      new CreateInputCommand({
        Name: `sluice-${deployment.deploymentId}-${GHOST}`,
        Type: 'RTP_PUSH',
        InputSecurityGroups: [deployment.inputSecurityGroupId],
      }),
    );
    await sweepAfter(0);
    const [orphan] = await listOrphans(sluice.deps);
    expect(orphan).toMatchObject({ reason: 'tags_missing' });
    await requestOrphanRelease(sluice.deps, orphan!.orphanId, 'operator');
    await sweepAfter(1000);
    await sweepAfter(1000);
    expect(await remaining()).toMatchObject({ inputs: 1 });
  });

  it('of another deployment are not listed', async () => {
    await begin();
    const other = { ...sluice.deps, deployment: { ...sluice.deps.deployment, deploymentId: 'other' } };
    await createInput(other, { destinationId: GHOST, generation: 1 });
    expect(await sweepAfter(0)).toMatchObject({ orphans: 0 });
  });

  it('in suspicious number halt the sweep', async () => {
    await begin();
    for (const letter of ['a', 'b', 'c', 'd']) {
      await createInput(sluice.deps, { destinationId: `dst_0000000000000000000000000${letter}`, generation: 1 });
    }
    await sweepAfter(0);
    expect(await sweepAfter(1000)).toMatchObject({ orphans: 4, released: 0, halted: true });
    expect(await remaining()).toMatchObject({ inputs: 4 });
    expect(sluice.logLines.join('\n')).toContain('sweep halts');
  });

  it('are kept when there is no record at all, because then the table is probably lost', async () => {
    elapsedSeconds = 0;
    sluice = await startTestDeployment();
    await createInput(sluice.deps, { destinationId: GHOST, generation: 1 });
    await sweepAfter(0);
    expect(await sweepAfter(1000)).toMatchObject({ orphans: 1, released: 0, halted: true });
    const [orphan] = await listOrphans(sluice.deps);
    await requestOrphanRelease(sluice.deps, orphan!.orphanId, 'operator');
    expect(await sweepAfter(1)).toMatchObject({ released: 1 });
  });

  it('are kept when the only record is the one the sweep created', async () => {
    elapsedSeconds = 0;
    sluice = await startTestDeployment();
    await createInput(sluice.deps, { destinationId: GHOST, generation: 1 });
    await sweepAfter(0, primaryOf('720p30'));
    await sluice.until('primary', 'running', atRest('running'));
    expect(await sweepAfter(1000, primaryOf('720p30'))).toMatchObject({ orphans: 1, released: 0, halted: true });
  });

  it('that a list shows twice count once', async () => {
    await begin();
    await createInput(sluice.deps, { destinationId: GHOST, generation: 1 });
    around('mediaLive', async (command, send) => {
      const answer = (await send()) as { Inputs?: object[] };
      return command === 'ListInputsCommand' ? { ...answer, Inputs: [...answer.Inputs!, ...answer.Inputs!] } : answer;
    });
    expect(await sweepAfter(0)).toMatchObject({ orphans: 1 });
  });

  it('are no longer listed when a destination turns out to hold them', async () => {
    await begin();
    const destination = await sluice.addDestination();
    await createInput(sluice.deps, { destinationId: destination.destinationId, generation: 1 });
    await sweepAfter(0);
    expect((await listOrphans(sluice.deps))[0]).toMatchObject({ reason: 'unrecorded' });
    const { inputId } = (await listInputs(sluice.deps))[0]!;
    await changeDestination(sluice.deps, destination.destinationId, (record) => ({
      ...record,
      held: { input: { inputId, address: '127.0.0.1', port: 5000 } },
    }));
    expect(await sweepAfter(1000)).toMatchObject({ orphans: 0, released: 0 });
    expect(await listOrphans(sluice.deps)).toEqual([]);
  });
});

describe('two sweeps', () => {
  it('never work at the same time', async () => {
    await begin();
    await acquireLease(sluice.deps, { name: 'sweep', now: new Date(), seconds: 60, takeOver: false });
    expect(await sweepAfter(0)).toMatchObject({ ran: false });
    expect(await sweepAfter(61)).toMatchObject({ ran: true });
  });

  it('are separated by a fence: a sweep that slept past its lease changes nothing', async () => {
    await begin();
    await createInput(sluice.deps, { destinationId: GHOST, generation: 1 });
    const sleepy = {
      ...sluice.deps,
      // The lease has expired by the time the sweep has read everything.
      now: (() => {
        let calls = 0;
        return () => new Date(Date.now() + (calls++ === 0 ? 0 : 600_000));
      })(),
    };
    await expect(sweep(sleepy)).rejects.toThrow('lost its lease');
    expect(await listOrphans(sluice.deps)).toEqual([]);
  });
});

describe('an operation in flight', () => {
  it('is not begun again when it settles while the sweep reads its execution', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    sluice = await startTestDeployment({ beforeStep: () => held });
    const { destinationId } = await sluice.addDestination();
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => ({ record, begins: 'create' }),
    });
    around('sfn', async (command, send) => {
      if (command === 'DescribeExecutionCommand') {
        letGo();
        await sluice.until(destinationId, 'settled', atRest('idle'));
        await waitFor('the execution to end', async () => !isRunning(await send()) || null);
      }
      return send();
    });
    await sweep(sluice.deps);
    expect(await getDestination(sluice.deps, destinationId)).toMatchObject({ status: 'idle', generation: 1 });
  });
});

describe('a sweep that cannot read AWS', () => {
  it('changes nothing', async () => {
    await begin();
    await createInput(sluice.deps, { destinationId: GHOST, generation: 1 });
    const mediaConnect = { send: () => Promise.reject(new Error('no answer')) } as never;
    const blind = { ...sluice.deps, clients: { ...sluice.deps.clients, mediaConnect } };
    await expect(sweep(blind)).rejects.toThrow('no answer');
    expect(await listOrphans(sluice.deps)).toEqual([]);
    expect(await sweepAfter(0), 'the lease was released').toMatchObject({ ran: true });
  });
});

describe('the sweep', () => {
  it('reports a channel that was stopped by hand, and does not restart it', async () => {
    await begin();
    const { destinationId, held } = await startOne();
    await stopChannel(sluice.deps, held.channel!.channelId);
    await waitFor('idle', async () => (await findChannel(sluice.deps, destinationId))?.state === 'IDLE');
    await sweepAfter(0);
    const record = (await getDestination(sluice.deps, destinationId))!;
    expect(record).toMatchObject({ status: 'error', desired: 'running', operation: null });
    expect(record.lastError!.detail).toBe('the channel was stopped from outside');
    await sweepAfter(400);
    expect((await findChannel(sluice.deps, destinationId))?.state).toBe('IDLE');
  });

  it('forgets a channel that was deleted by hand, so that the next start creates another', async () => {
    await begin();
    const { destinationId, held } = await startOne();
    await stopChannel(sluice.deps, held.channel!.channelId);
    await waitFor('idle', async () => (await findChannel(sluice.deps, destinationId))?.state === 'IDLE');
    await deleteChannel(sluice.deps, held.channel!.channelId);
    await waitFor('gone', async () => (await findChannel(sluice.deps, destinationId)) === null);
    await sweepAfter(0);
    expect((await getDestination(sluice.deps, destinationId))!.held.channel).toBeUndefined();
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => ({ record, begins: 'start' }),
    });
    const again = await sluice.until(destinationId, 'running', atRest('running'));
    expect(again.held.channel!.channelId).not.toBe(held.channel!.channelId);
  });

  it('restores a flow output that was removed by hand', async () => {
    await begin();
    const { destinationId, held } = await startOne();
    await removeFlowOutput(sluice.deps, held.flowOutput!.flowOutputArn);
    await sweepAfter(0);
    await sluice.until(destinationId, 'running again', atRest('running'));
    expect(findFlowOutputs(sluice.deps, (await observeFlow(sluice.deps))!, destinationId).main).not.toBeNull();
  });

  it('stops the running channel of an idle destination', async () => {
    await begin();
    const { destinationId, held } = await startOne();
    await changeDestination(sluice.deps, destinationId, (record) => ({ ...record, desired: 'idle', status: 'idle' }));
    await sweepAfter(0);
    await waitFor('idle', async () => (await findChannel(sluice.deps, destinationId))?.state === 'IDLE');
    const idle = await sluice.until(destinationId, 'idle', atRest('idle'));
    expect(idle.held.channel).toEqual(held.channel);
  });

  it('waits while a channel is in an unknown state, and neither reports nor stops it', async () => {
    await begin();
    const { destinationId, generation } = await startOne();
    around('mediaLive', async (command, send) => {
      const answer = (await send()) as { Channels?: object[] };
      if (command === 'DescribeChannelCommand') return { ...answer, State: 'PAUSING' };
      return answer.Channels
        ? { ...answer, Channels: answer.Channels.map((channel) => ({ ...channel, State: 'PAUSING' })) }
        : answer;
    });
    await sweepAfter(0);
    expect(await getDestination(sluice.deps, destinationId)).toMatchObject({ status: 'running', generation });
  });
});

describe('the primary', () => {
  const running = (generation: number) => (record: Destination) =>
    atRest('running')(record) && record.generation >= generation;

  async function beginOnAir(): Promise<Destination> {
    await begin();
    await sweepAfter(0, primaryOf('720p30'));
    return sluice.until('primary', 'running', atRest('running'));
  }

  async function channelIs(state: string | null): Promise<void> {
    await waitFor(`the channel to be ${state}`, async () => {
      const channel = await findChannel(sluice.deps, 'primary');
      return (channel?.state ?? null) === state;
    });
  }

  it('is created and started by the sweep alone, once', async () => {
    const { generation } = await beginOnAir();
    expect(generation).toBe(1);
    await sweepAfter(300, primaryOf('720p30'));
    expect(await getDestination(sluice.deps, 'primary')).toMatchObject({ generation: 1, preset: '720p30' });
  });

  it('is not created when it is not configured', async () => {
    await begin();
    await sweepAfter(0);
    expect(await getDestination(sluice.deps, 'primary')).toBeNull();
  });

  it('is created again after its channel and input were deleted by hand', async () => {
    const { held } = await beginOnAir();
    await stopChannel(sluice.deps, held.channel!.channelId);
    await channelIs('IDLE');
    await deleteChannel(sluice.deps, held.channel!.channelId);
    await channelIs(null);
    await waitFor('the input to be free', async () => {
      const input = await observeInput(sluice.deps, held.input!.inputId);
      return input?.state === 'DETACHED';
    });
    await deleteInput(sluice.deps, held.input!.inputId);
    await waitFor('the input to go', async () => (await observeInput(sluice.deps, held.input!.inputId)) === null);
    await sweepAfter(0, primaryOf('720p30'));
    const again = await sluice.until('primary', 'running again', running(2));
    expect(again.held.channel!.channelId).not.toBe(held.channel!.channelId);
    expect(again.held.input!.inputId).not.toBe(held.input!.inputId);
    expect(await remaining()).toEqual({ channels: 1, inputs: 1, outputs: 1 });
  });

  it('is restarted after its channel was stopped, and after its flow output was removed', async () => {
    const { held } = await beginOnAir();
    await stopChannel(sluice.deps, held.channel!.channelId);
    await channelIs('IDLE');
    await sweepAfter(0, primaryOf('720p30'));
    const again = await sluice.until('primary', 'running again', running(2));
    expect(again.held.channel).toEqual(held.channel);
    await removeFlowOutput(sluice.deps, again.held.flowOutput!.flowOutputArn);
    await sweepAfter(0, primaryOf('720p30'));
    await sluice.until('primary', 'running once more', running(3));
    expect(await remaining()).toEqual({ channels: 1, inputs: 1, outputs: 1 });
  });

  it('is restarted a minute after its channel was stopped while a ceiling counts for it', async () => {
    const { held } = await beginOnAir();
    await putCeiling(sluice.deps, null, makeCeiling({ microUsd: 1e9 }));
    await stopChannel(sluice.deps, held.channel!.channelId);
    await channelIs('IDLE');
    for (const seconds of [0, 50]) {
      await sweepAfter(seconds, primaryOf('720p30'));
      expect(await getDestination(sluice.deps, 'primary')).toMatchObject({ status: 'error', generation: 1 });
    }
    await sweepAfter(11, primaryOf('720p30'));
    await sluice.until('primary', 'running again', running(2));
  });

  it('is restarted after growing pauses when it does not stay up', async () => {
    await beginOnAir();
    /** Stops the channel by hand and sweeps. @returns the seconds until it was started again, null when it was not */
    const isBackAfter = async (seconds: number, step: number): Promise<number | null> => {
      const { generation } = (await getDestination(sluice.deps, 'primary'))!;
      const channel = await findChannel(sluice.deps, 'primary');
      await stopChannel(sluice.deps, channel!.channelId);
      await channelIs('IDLE');
      for (let waited = 0; waited <= seconds; waited += step) {
        await sweepAfter(waited === 0 ? 0 : step, primaryOf('720p30'));
        if ((await getDestination(sluice.deps, 'primary'))!.generation === generation) continue;
        await sluice.until('primary', 'running again', running(generation + 1));
        return waited;
      }
      return null;
    };
    expect(await isBackAfter(0, 300)).toBe(0);
    expect(await isBackAfter(3000, 300)).toBe(600);
    expect(await isBackAfter(3000, 300)).toBe(1200);
  });

  it('is not started while the flow is stopped, and starts with the flow', async () => {
    await begin();
    await stopFlow(sluice.deps);
    await waitFor('the flow to stop', async () => (await observeFlow(sluice.deps))?.status === 'STANDBY');
    for (let times = 1; times <= 3; times++) {
      await sweepAfter(300, primaryOf('720p30'));
      expect(await getDestination(sluice.deps, 'primary')).toMatchObject({ status: 'idle', generation: 0 });
    }
    expect(await remaining()).toEqual({ channels: 0, inputs: 0, outputs: 0 });
    await startFlow(sluice.deps);
    await waitFor('the flow', async () => (await observeFlow(sluice.deps))?.status === 'ACTIVE');
    await sweepAfter(30, primaryOf('720p30'));
    await sluice.until('primary', 'running', running(1));
  });

  it('stops and releases everything when the flow has been stopped for five minutes', async () => {
    await beginOnAir();
    await stopFlow(sluice.deps);
    await waitFor('the flow to stop', async () => (await observeFlow(sluice.deps))?.status === 'STANDBY');
    await sweepAfter(0, primaryOf('720p30'));
    expect(await getDestination(sluice.deps, 'primary')).toMatchObject({ desired: 'running', status: 'running' });
    await sweepAfter(301, primaryOf('720p30'));
    await sluice.until('primary', 'idle', atRest('idle'));
    expect(await remaining()).toEqual({ channels: 0, inputs: 0, outputs: 0 });
  });

  it('in the mode with-source runs while an encoder is connected, and 15 minutes longer', async () => {
    await begin();
    const withSource = { preset: '720p30', mode: 'with-source' as const };
    const observe = (connected: boolean) =>
      putSourceObservation(sluice.deps, {
        ...NO_FIGURES,
        connected,
        observedAt: new Date(Date.now() + elapsedSeconds * 1000).toISOString(),
        lostSince: null,
      });
    await sweepAfter(0, withSource);
    expect(await getDestination(sluice.deps, 'primary')).toMatchObject({ desired: 'idle' });
    await observe(true);
    await sweepAfter(0, withSource);
    await sluice.until('primary', 'running', atRest('running'));
    elapsedSeconds += 60;
    await observe(false);
    await sweepAfter(0, withSource);
    elapsedSeconds += 600;
    await observe(false);
    await sweepAfter(0, withSource);
    expect(await getDestination(sluice.deps, 'primary')).toMatchObject({ desired: 'running' });
    elapsedSeconds += 301;
    await observe(false);
    await sweepAfter(0, withSource);
    await sluice.until('primary', 'idle', atRest('idle'));
  });

  it('in the mode off is never started, and stops at once when it runs', async () => {
    await beginOnAir();
    await sweepAfter(0, { preset: '720p30', mode: 'off' });
    await sluice.until('primary', 'idle', atRest('idle'));
    await sweepAfter(300, { preset: '720p30', mode: 'off' });
    expect(await getDestination(sluice.deps, 'primary')).toMatchObject({ desired: 'idle', status: 'idle' });
  });

  it('is restarted when its encodings change', async () => {
    const { held } = await beginOnAir();
    await sweepAfter(0, primaryOf('720p30,480p30'));
    const again = await sluice.until(
      'primary',
      'running again',
      (record) => atRest('running')(record) && record.preset === '720p30,480p30' && record.generation === 3,
    );
    expect(again.held.channel!.configurationHash).not.toBe(held.channel!.configurationHash);
  });
});

describe('the reads of a sweep', () => {
  it('are the same few lists, whatever the state of the resources', async () => {
    await begin();
    const { destinationId } = await startOne();
    const calls: string[] = [];
    for (const name of ['mediaLive', 'mediaConnect', 'table', 'sfn'] as const) {
      around(name, (command, send) => {
        calls.push(command);
        return send();
      });
    }
    await sweepAfter(0);
    const atRestCalls = calls.splice(0).toSorted();
    expect(atRestCalls).toEqual([
      'DescribeFlowCommand',
      'DescribeInputSecurityGroupCommand',
      // The settings of recordings, and which show has the source on.
      'GetCommand',
      'GetCommand',
      'ListChannelsCommand',
      'ListInputsCommand',
      // The record of this run, for the rule about a sweep that does not run.
      'PutCommand',
      // Destinations, orphans, shows and their series, group starts, incidents and their settings, recordings and the marks of those
      // with work left.
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      'QueryCommand',
      // The lease: acquired, then released.
      'UpdateCommand',
      'UpdateCommand',
    ]);
    await changeDestination(sluice.deps, destinationId, (record) => ({ ...record, held: {} }));
    calls.length = 0;
    await sweepAfter(0);
    const lists = (made: string[]) => made.filter((name) => /^(List|Query|DescribeFlow)/.test(name)).toSorted();
    expect(lists(calls)).toEqual(lists(atRestCalls));
  });
});

describe('an operation that settled after the sweep read its record', () => {
  it('is neither resumed nor reported as interrupted', async () => {
    await begin();
    const { destinationId } = await startOne();
    await requestChange(sluice.deps, destinationId, {
      requestedBy: 'test',
      decide: (record) => towardsDesired({ ...record, desired: 'idle' }),
    });
    const read = (await getDestination(sluice.deps, destinationId))!;
    await sluice.until(destinationId, 'idle', atRest('idle'));
    await waitFor('the execution to end', async () => {
      return (await observeExecution(sluice.deps, read.operation!)) === 'succeeded';
    });
    await continueOperation(sluice.deps, read);
    expect((await getDestination(sluice.deps, destinationId))?.generation).toBe(read.generation);
    expect(sluice.logLines.filter((line) => line.includes('sweep resumes'))).toEqual([]);
  });
});
