import { DescribeChannelCommand, UpdateChannelClassCommand } from '@aws-sdk/client-medialive';
import { afterEach, describe, expect, it } from 'vitest';
import { CANARY_KEY, startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { listChannels } from '../aws/channel.ts';
import { findFlowOutputs, FLOW_OUTPUTS_MAX, observeFlow, removeFlowOutput } from '../aws/flow.ts';
import { listInputs } from '../aws/input.ts';
import { encryptStreamKey } from '../aws/secrets.ts';
import type { DesiredState, Destination } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { StreamKey } from '../domain/stream-key.ts';
import { sweep } from '../schedules/sweep.ts';
import { requestChange } from './operations.ts';
import { AddFlowOutputsCommand } from '@aws-sdk/client-mediaconnect';

/** The lifecycle of a destination with a backup ingest, against the local endpoints without media. */

const BACKUP_URL = 'rtmp://127.0.0.1:1936/live';
const OWN_KEY = 'canary-of-the-backup-ingest';

let sluice: TestDeployment;

afterEach(() => sluice?.close());

const setDesired = (destinationId: string, desired: DesiredState, change: Partial<Destination> = {}) =>
  requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, ...change, desired }),
  });

const atRest = (status: Destination['status']) => (record: Destination) =>
  record.status === status && record.operation === null;

async function startOne(change: Partial<Destination> = {}): Promise<Destination> {
  const { destinationId } = await sluice.addDestination({ backupRtmpUrl: BACKUP_URL, ...change });
  await setDesired(destinationId, 'running');
  return sluice.until(destinationId, 'running', atRest('running'));
}

async function everythingHeld() {
  const [inputs, channels, flow] = await Promise.all([
    listInputs(sluice.deps),
    listChannels(sluice.deps),
    observeFlow(sluice.deps),
  ]);
  return { inputs: inputs.length, channels: channels.length, outputs: flow!.outputs.length };
}

const outputsOf = async (destinationId: string) =>
  findFlowOutputs(sluice.deps, (await observeFlow(sluice.deps))!, destinationId);

async function channelOf({ held }: Destination) {
  const { mediaLive } = sluice.deps.clients;
  const { ChannelClass, Destinations } = await mediaLive.send(
    new DescribeChannelCommand({ ChannelId: held.channel!.channelId }),
  );
  return { ChannelClass, servers: Destinations?.[0]?.Settings?.map(({ Url, StreamName }) => `${Url} ${StreamName}`) };
}

describe('a destination with a backup ingest', () => {
  it('holds a STANDARD channel fed by two flow outputs, and leaves nothing behind', async () => {
    sluice = await startTestDeployment();
    const running = await startOne({ standby: 'cold' });
    const { destinationId, held } = running;
    expect(await channelOf(running)).toEqual({
      ChannelClass: 'STANDARD',
      servers: [`rtmp://127.0.0.1:1935/live ${CANARY_KEY}`, `${BACKUP_URL} ${CANARY_KEY}`],
    });
    const { main, backup } = await outputsOf(destinationId);
    expect(main).toMatchObject({ address: held.input!.address, flowOutputArn: held.flowOutput!.flowOutputArn });
    expect(backup).toMatchObject({
      address: held.input!.backupAddress,
      flowOutputArn: held.flowOutput!.backup!.flowOutputArn,
    });
    expect(held).toMatchObject({ channel: { channelClass: 'STANDARD' }, channelRun: { channelClass: 'STANDARD' } });
    expect(await everythingHeld()).toEqual({ inputs: 1, channels: 1, outputs: 2 });

    await setDesired(destinationId, 'idle');
    expect((await sluice.until(destinationId, 'idle', atRest('idle'))).held).toEqual({});
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: 0 });
  });

  it('pushes with its own stream key, which no log holds', async () => {
    sluice = await startTestDeployment();
    const destinationId = 'dst_00000000000000000000000077';
    const backupStreamKeyCiphertext = await encryptStreamKey(sluice.deps, destinationId, StreamKey.from(OWN_KEY));
    const running = await startOne({ destinationId, backupStreamKeyCiphertext });
    expect((await channelOf(running)).servers).toEqual([
      `rtmp://127.0.0.1:1935/live ${CANARY_KEY}`,
      `${BACKUP_URL} ${OWN_KEY}`,
    ]);
    expect(sluice.logLines.join()).not.toContain(OWN_KEY);
  });

  it('changes the class of a kept channel when the backup ingest is turned on and off', async () => {
    sluice = await startTestDeployment();
    const first = await startOne({ backupRtmpUrl: null });
    const { destinationId } = first;
    expect(await channelOf(first)).toMatchObject({ ChannelClass: 'SINGLE_PIPELINE' });
    for (const [backupRtmpUrl, ChannelClass, outputs] of [
      [BACKUP_URL, 'STANDARD', 2],
      [null, 'SINGLE_PIPELINE', 1],
    ] as const) {
      await setDesired(destinationId, 'idle', { backupRtmpUrl });
      await sluice.until(destinationId, 'idle', atRest('idle'));
      await setDesired(destinationId, 'running');
      const again = await sluice.until(destinationId, 'running', atRest('running'));
      expect(again.held.channel!.channelId).toBe(first.held.channel!.channelId);
      expect(await channelOf(again)).toMatchObject({ ChannelClass, servers: { length: outputs } });
      expect((await everythingHeld()).outputs).toBe(outputs);
    }
  });

  it('keeps both flow outputs of its run when an edit waits for the next start', async () => {
    sluice = await startTestDeployment();
    const { destinationId } = await startOne();
    const { main } = await outputsOf(destinationId);
    await setDesired(destinationId, 'running', { backupRtmpUrl: null });
    await removeFlowOutput(sluice.deps, main!.flowOutputArn);
    await sweep(sluice.deps as never);
    await sluice.until(destinationId, 'running again', atRest('running'));
    expect(await outputsOf(destinationId)).toMatchObject({ main: {}, backup: {} });
  });

  it('gets its second flow output back when it was removed by hand', async () => {
    sluice = await startTestDeployment();
    const { destinationId, held } = await startOne();
    await removeFlowOutput(sluice.deps, held.flowOutput!.backup!.flowOutputArn);
    await sweep(sluice.deps as never);
    const again = await sluice.until(
      destinationId,
      'the second output',
      (record) => atRest('running')(record) && record.generation > 1,
    );
    const { backup } = await outputsOf(destinationId);
    expect(backup?.flowOutputArn).toBe(again.held.flowOutput!.backup!.flowOutputArn);
  });

  it('fails before it costs when the flow has room for one output only', async () => {
    sluice = await startTestDeployment();
    const Outputs = Array.from({ length: FLOW_OUTPUTS_MAX - 1 }, (_, index) => ({
      Name: `other-${index}`,
      Protocol: 'rtp-fec' as const,
      Destination: `10.0.0.${index + 1}`,
      Port: 5000,
    }));
    const { clients, deployment } = sluice.deps;
    await clients.mediaConnect.send(new AddFlowOutputsCommand({ FlowArn: deployment.flowArn, Outputs }));
    const { destinationId } = await sluice.addDestination({ backupRtmpUrl: BACKUP_URL, standby: 'cold' });
    await setDesired(destinationId, 'running');
    const failed = await sluice.until(destinationId, 'an error', atRest('error'));
    expect(failed.lastError).toMatchObject({
      code: 'flow_full',
      detail: expect.stringContaining('a backup ingest needs 2'),
    });
    expect(await everythingHeld()).toEqual({ inputs: 0, channels: 0, outputs: FLOW_OUTPUTS_MAX - 1 });
  });

  it('refuses a backup URL that has become private', async () => {
    sluice = await startTestDeployment();
    const { destinationId } = await sluice.addDestination({ backupRtmpUrl: 'rtmp://10.0.0.1/live', standby: 'cold' });
    await setDesired(destinationId, 'running');
    const failed = await sluice.until(destinationId, 'an error', atRest('error'));
    expect(failed.lastError).toMatchObject({
      code: 'url_not_allowed',
      detail: expect.stringMatching(/^backup ingest: .*private network/),
    });
  });
});

it('MediaLive refuses another class for a running channel', async () => {
  sluice = await startTestDeployment();
  const { held } = await startOne();
  const request = { ChannelId: held.channel!.channelId, ChannelClass: 'SINGLE_PIPELINE' as const, Destinations: [] };
  await expect(sluice.deps.clients.mediaLive.send(new UpdateChannelClassCommand(request))).rejects.toMatchObject({
    name: 'ConflictException',
  });
});
