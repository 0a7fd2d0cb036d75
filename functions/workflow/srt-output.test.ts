import { DescribeFlowCommand } from '@aws-sdk/client-mediaconnect';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeRecordingEngine, type RecordingEngine } from '../../test/support/media-endpoint.ts';
import { CANARY_KEY, startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { readRuns } from '../aws/channel-runs.ts';
import { listChannels } from '../aws/channel.ts';
import { getDestination } from '../aws/destination-table.ts';
import { stopFlow } from '../aws/flow.ts';
import { getOperation } from '../aws/history-table.ts';
import { listInputs } from '../aws/input.ts';
import { listSecrets } from '../aws/passphrase-secret.ts';
import type { DesiredState, Destination } from '../domain/destination.ts';
import { towardsDesired } from '../domain/lifecycle.ts';
import { requestChange } from './operations.ts';

/** An SRT destination through the state machines: it holds a secret and a flow output, and nothing else. */

const SRT = {
  platform: 'srt',
  rtmpUrl: 'srt://localhost:9000',
  preset: 'source',
  standby: 'cold',
  streamId: 'publish:live',
  latencyMs: 400,
} as const;

let sluice: TestDeployment;
let engine: RecordingEngine;

beforeEach(async () => {
  engine = makeRecordingEngine();
  sluice = await startTestDeployment({ engine });
});
afterEach(() => sluice.close());

const setDesired = (destinationId: string, desired: DesiredState, change: Partial<Destination> = {}) =>
  requestChange(sluice.deps, destinationId, {
    requestedBy: 'test',
    decide: (record) => towardsDesired({ ...record, ...change, desired }),
  });

const atRest = (status: Destination['status']) => (record: Destination) =>
  record.status === status && record.operation === null;

async function startOne(change: Partial<Destination> = {}): Promise<Destination> {
  const { destinationId } = await sluice.addDestination({ ...SRT, ...change });
  await setDesired(destinationId, 'running');
  return sluice.until(destinationId, 'running', atRest('running'));
}

async function describeOutput() {
  const { clients, deployment } = sluice.deps;
  const { Flow: flow } = await clients.mediaConnect.send(new DescribeFlowCommand({ FlowArn: deployment.flowArn }));
  return flow?.Outputs?.[0];
}

const calledReceivers = () => [...engine.callers.values()].flat();

describe('an SRT destination', () => {
  it('starts with a secret and an SRT output alone, and calls the receiver with the passphrase', async () => {
    const { held, destinationId } = await startOne();
    expect(Object.keys(held).toSorted()).toEqual(['flowOutput', 'secret']);
    expect(await describeOutput()).toMatchObject({
      ...{ Name: `sluice-local-${destinationId}`, Destination: '127.0.0.1', Port: 9000 },
      Transport: { Protocol: 'srt-caller', MinLatency: 400, StreamId: 'publish:live' },
      Encryption: { KeyType: 'srt-password', SecretArn: held.secret!.secretArn },
    });
    expect(calledReceivers()).toEqual([
      {
        ...{ outputArn: held.flowOutput!.flowOutputArn, address: '127.0.0.1', port: 9000 },
        ...{ latencyMs: 400, streamId: 'publish:live', passphrase: CANARY_KEY },
      },
    ]);
    expect([await listInputs(sluice.deps), await listChannels(sluice.deps)]).toEqual([[], []]);
    const operation = await getOperation(sluice.deps, destinationId, 1);
    expect(operation?.steps.map(({ step }) => step)).toEqual(['EnsureSecret', 'EnsureFlowOutput']);
  });

  it('releases both when it stops, and its run goes into the history', async () => {
    const { destinationId, held } = await startOne();
    await setDesired(destinationId, 'idle');
    expect((await sluice.until(destinationId, 'idle', atRest('idle'))).held).toEqual({});
    expect([await describeOutput(), await listSecrets(sluice.deps), calledReceivers()]).toEqual([undefined, [], []]);
    const { runs } = await readRuns(sluice.deps, new Date(Date.now() - 3_600_000), new Date());
    expect(runs).toMatchObject([
      {
        destinationId,
        startedAt: held.flowOutput!.run!.startedAt,
        platform: 'srt',
        preset: 'source',
        isEndKnown: true,
      },
    ]);
  });

  it('leaves nothing behind when it is deleted on air', async () => {
    const { destinationId } = await startOne();
    await setDesired(destinationId, 'deleted');
    await sluice.untilGone(destinationId);
    expect([await describeOutput(), await listSecrets(sluice.deps)]).toEqual([undefined, []]);
  });

  it('stores no secret and sends in the clear without a passphrase', async () => {
    const { held } = await startOne({ streamKeyCiphertext: null });
    expect(held.secret).toBeUndefined();
    expect((await describeOutput())?.Encryption).toBeUndefined();
    expect(calledReceivers()[0]).not.toHaveProperty('passphrase');
  });

  it('applies a changed receiver at a restart', async () => {
    const { destinationId } = await startOne();
    const change = { rtmpUrl: 'srt://localhost:9001', streamId: null, restartRequested: true };
    await setDesired(destinationId, 'running', change);
    await sluice.until(
      destinationId,
      'running again',
      (record) => atRest('running')(record) && record.generation === 3,
    );
    expect(calledReceivers()).toMatchObject([{ port: 9001, latencyMs: 400 }]);
    expect(calledReceivers()[0]).not.toHaveProperty('streamId');
  });

  it('fails before it stores anything while the flow is off, and for a receiver that must not be called', async () => {
    const refused = await sluice.addDestination({ ...SRT, rtmpUrl: 'srt://10.0.0.1:9000' });
    await setDesired(refused.destinationId, 'running');
    const failed = await sluice.until(refused.destinationId, 'error', atRest('error'));
    expect(failed.lastError?.code).toBe('url_not_allowed');
    await stopFlow(sluice.deps);
    const { destinationId } = await sluice.addDestination(SRT);
    await setDesired(destinationId, 'running');
    expect((await sluice.until(destinationId, 'error', atRest('error'))).lastError?.code).toBe('source_not_active');
    expect(await listSecrets(sluice.deps)).toEqual([]);
  });

  it('shows its passphrase in no record, history, log or answer', async () => {
    const { destinationId, held } = await startOne();
    const { secretsManager } = sluice.deps.clients;
    const described = await secretsManager.send(new DescribeSecretCommand({ SecretId: held.secret!.secretArn }));
    expect(described.Name).toBe(`sluice/local/srt/${destinationId}`);
    const seen = [
      await getDestination(sluice.deps, destinationId),
      await getOperation(sluice.deps, destinationId, 1),
      described,
      await describeOutput(),
      sluice.logLines,
    ];
    expect(JSON.stringify(seen)).not.toContain(CANARY_KEY);
  });
});
