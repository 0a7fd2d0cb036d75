import { DescribeInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { stopChannel } from '../aws/channel.ts';
import { changeDestination, getDestination, listAllDestinations } from '../aws/destination-table.ts';
import { observeFlow, startFlow, stopFlow } from '../aws/flow.ts';
import type { Destination } from '../domain/destination.ts';
import { MONITORED_LOCALLY } from '../schedules/figures-due.ts';
import { requestChange } from '../workflow/operations.ts';
import { parseMediaEvent } from './event-schema.ts';
import { createMediaEventHandler, type MediaEventDeps } from './media-event.ts';
import { towardsDesired } from '../domain/lifecycle.ts';

const FLOW_ARN = 'arn:aws:mediaconnect:us-east-1:000000000000:flow:1-abc-def:sluice';
const CHANNEL_ARN = 'arn:aws:medialive:us-east-1:000000000000:channel:1000012';

/** Builds "Example: MediaLive Channel State Change" of the EventBridge event reference. */
function stateChange(channelArn: string, change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    version: '0',
    id: '315c1398-40ff-a850-213b-158f73e60175',
    'detail-type': 'MediaLive Channel State Change',
    source: 'aws.medialive',
    account: '000000000000',
    time: new Date().toISOString().replace(/\.\d+Z/, 'Z'),
    region: 'us-east-1',
    resources: [channelArn],
    detail: { channel_arn: channelArn, state: 'STOPPED', message: 'Stopped channel', pipelines_running_count: 0 },
    ...change,
  };
}

/** Builds "Example: MediaConnect Source Health" of the same reference. */
function sourceHealth(flowArn: string): Record<string, unknown> {
  return stateChange('', {
    'detail-type': 'MediaConnect Source Health',
    source: 'aws.mediaconnect',
    resources: [flowArn, flowArn.replace(':flow:', ':source:')],
    detail: { unhealthy: true, current: { state: 'DISCONNECTED' }, previous: { state: 'CONNECTED' } },
  });
}

describe('an event on the bus', () => {
  it('is parsed as AWS documents it', () => {
    expect(parseMediaEvent(stateChange(CHANNEL_ARN), FLOW_ARN)).toMatchObject({ subjectArn: CHANNEL_ARN });
    expect(parseMediaEvent(sourceHealth(FLOW_ARN), FLOW_ARN)).toMatchObject({ subjectArn: FLOW_ARN });
    const alert = {
      'detail-type': 'MediaLive Channel Alert',
      detail: { alarm_state: 'SET', alarm_id: '1', alert_type: 'Failed RTMP Connection', channel_arn: CHANNEL_ARN },
    };
    expect(parseMediaEvent(stateChange(CHANNEL_ARN, alert), FLOW_ARN)).toMatchObject({ subjectArn: CHANNEL_ARN });
    const status = { ...sourceHealth(FLOW_ARN), 'detail-type': 'MediaConnect Flow Status Change' };
    expect(parseMediaEvent(status, FLOW_ARN)).toMatchObject({ subjectArn: FLOW_ARN });
  });

  it.each([
    ['no content', undefined, 'malformed'],
    ['a text instead of an object', 'MediaLive', 'malformed'],
    ['no time', { time: undefined }, 'malformed'],
    ['an invalid time', { time: 'yesterday' }, 'malformed'],
    ['no resources', { resources: [] }, 'malformed'],
    ['a resource that is not a text', { resources: [{}] }, 'malformed'],
    ['a million resources', { resources: Array.from({ length: 1_000_000 }, () => CHANNEL_ARN) }, 'malformed'],
    ['no detail', { detail: null }, 'malformed'],
    ['a resource of another kind', { resources: [CHANNEL_ARN.replace(':channel:', ':input:')] }, 'malformed'],
    ['a custom source', { source: 'com.example.medialive' }, 'unknown'],
    ['a source named like a member of every object', { source: 'constructor' }, 'unknown'],
    ['a type of the other service', { source: 'aws.mediaconnect' }, 'unknown'],
    ['the type sent every 20 seconds', { 'detail-type': 'MediaConnect Flow Source Metadata Changed' }, 'unknown'],
    ['another account', { account: '111111111111' }, 'foreign'],
    ['another Region', { region: 'eu-west-1' }, 'foreign'],
    ['a channel of another account', { resources: [CHANNEL_ARN.replace('000000000000', '111111111111')] }, 'malformed'],
  ])('with %s is refused', (_what, change, refusal) => {
    const event = typeof change === 'object' ? stateChange(CHANNEL_ARN, change) : change;
    expect(parseMediaEvent(event, FLOW_ARN)).toBe(refusal);
  });

  it('about another flow is refused', () => {
    expect(parseMediaEvent(sourceHealth(FLOW_ARN.replace('abc', 'xyz')), FLOW_ARN)).toBe('foreign');
  });
});

describe('an event', () => {
  let sluice: TestDeployment;
  let handle: ReturnType<typeof createMediaEventHandler>;
  /** Seconds added to the clock. */
  let aheadSeconds = 0;
  let calls: string[];
  let warnings: unknown[];

  afterEach(() => sluice.close());

  async function begin(count: number): Promise<Destination[]> {
    sluice = await startTestDeployment();
    for (let number = 0; number < count; number++) {
      const { destinationId } = await sluice.addDestination();
      await requestChange(sluice.deps, destinationId, {
        requestedBy: 'test',
        decide: (record) => towardsDesired({ ...record, desired: 'running' }),
      });
      await sluice.until(destinationId, 'running', ({ status }) => status === 'running');
    }
    calls = [];
    warnings = [];
    const { clients } = sluice.deps;
    for (const client of [clients.mediaLive, clients.mediaConnect, clients.table, clients.cloudWatch, clients.sfn]) {
      const send = client.send.bind(client) as (command: object) => Promise<unknown>;
      Object.assign(client, {
        send(command: object) {
          calls.push(command.constructor.name);
          return send(command);
        },
      });
    }
    const records = await listAllDestinations(sluice.deps);
    calls.length = 0;
    aheadSeconds = 0;
    handle = makeHandler();
    return records;
  }

  const makeHandler = (change: Partial<MediaEventDeps> = {}) =>
    createMediaEventHandler({
      ...sluice.deps,
      now: () => new Date(Date.now() + aheadSeconds * 1000),
      windowSeconds: 300,
      periodSeconds: 60,
      everySeconds: 0,
      ...MONITORED_LOCALLY,
      lookEverySeconds: 10,
      sleep: async (delayMs) => void (aheadSeconds += delayMs / 1000),
      logger: { info() {}, error() {}, warn: (message, details) => void warnings.push([message, details]) },
      ...change,
    });
  const seen = async ({ destinationId }: Destination) =>
    (await getDestination(sluice.deps, destinationId))!.observation?.channelState;
  const changing = () => calls.filter((name) => /^(Create|Delete|Start|Stop|Add|Remove)/.test(name));

  it('about a channel makes the handler observe its destination and no other', async () => {
    const [first, second] = await begin(2);
    await stopChannel(sluice.deps, first!.held.channel!.channelId);
    calls.length = 0;
    await handle(stateChange(first!.held.channel!.channelArn));
    expect(['STOPPING', 'IDLE']).toContain(await seen(first!));
    expect(await seen(second!)).toBeUndefined();
  });

  it('with false details changes neither AWS nor the status', async () => {
    const [record] = await begin(1);
    const lie = stateChange(record!.held.channel!.channelArn, { detail: { state: 'DELETED' } });
    await handle(lie);
    expect(await seen(record!)).toBe('RUNNING');
    expect(changing()).toEqual([]);
    expect(await getDestination(sluice.deps, record!.destinationId)).toMatchObject({
      status: 'running',
      generation: record!.generation,
      writeCount: record!.writeCount,
    });
  });

  it('about the flow makes the handler observe all its destinations', async () => {
    const records = await begin(2);
    await handle(sourceHealth(sluice.deps.deployment.flowArn));
    for (const record of records) expect(await seen(record)).toBe('RUNNING');
  });

  it('about the flow makes the handler allow a new egress address', async () => {
    await begin(0);
    await stopFlow(sluice.deps);
    await flowIs('STANDBY');
    await startFlow(sluice.deps);
    const { egressIp } = await flowIs('ACTIVE');
    expect(await allowed()).not.toContain(`${egressIp}/32`);
    await handle(sourceHealth(sluice.deps.deployment.flowArn));
    expect(await allowed()).toContain(`${egressIp}/32`);
  });

  const flowIs = (status: string) =>
    waitFor(`the flow to be ${status}`, async () => {
      const flow = await observeFlow(sluice.deps);
      return flow?.status === status ? flow : null;
    });

  const allowed = async () => {
    const InputSecurityGroupId = sluice.deps.deployment.inputSecurityGroupId;
    const command = new DescribeInputSecurityGroupCommand({ InputSecurityGroupId });
    return ((await sluice.deps.clients.mediaLive.send(command)).WhitelistRules ?? []).map(({ Cidr }) => Cidr);
  };

  it('within the pause after an observation waits for its end, and all of them cause one observation', async () => {
    const [record] = await begin(1);
    const { channelId, channelArn } = record!.held.channel!;
    await handle(stateChange(channelArn));
    expect(await seen(record!)).toBe('RUNNING');
    // The monitor or an event has just observed the channel when it stops.
    await stopChannel(sluice.deps, channelId);
    calls.length = 0;
    const pauses: number[] = [];
    const pause = Promise.withResolvers<void>();
    handle = makeHandler({ sleep: (delayMs) => (pauses.push(delayMs), pause.promise) });
    const event = () => handle(stateChange(channelArn, { time: after(1) }));
    const first = event();
    await waitFor('the first event to wait', async () => pauses.length === 1);
    expect(pauses[0]).toBeGreaterThan(0);
    expect(pauses[0]).toBeLessThanOrEqual(10_000);
    const all = Promise.all([first, ...Array.from({ length: 19 }, event)]);
    expect(calls).not.toContain('ListChannelsCommand');
    aheadSeconds = 11;
    pause.resolve();
    await all;
    expect(calls.filter((name) => name === 'ListChannelsCommand')).toHaveLength(1);
    expect(['STOPPING', 'IDLE']).toContain(await seen(record!));
  });

  it('storm costs one observation at once and one after the pause, in one process and across processes', async () => {
    const [record] = await begin(1);
    const event = stateChange(record!.held.channel!.channelArn);
    await Promise.all(Array.from({ length: 500 }, () => handle(event)));
    // An observation lists the destinations, and the evaluation after it the ceilings, the open shows, the incidents and
    // their settings.
    const times = (looks: number) => ({ lists: 5 * looks, looks });
    const count = () => ({
      lists: calls.filter((name) => name === 'QueryCommand').length,
      looks: calls.filter((name) => name === 'ListChannelsCommand').length,
    });
    expect(aheadSeconds).toBeGreaterThan(9);
    // What was sent in the second of the first observation may have come after it.
    expect(count()).toEqual(times(2));
    // Another process remembers nothing, but reads that the destination was observed after the event.
    await makeHandler()(event);
    expect(count()).toEqual({ lists: times(2).lists + 1, looks: 2 });
  });

  const after = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z/, 'Z');

  it('sent before the last observation causes no other', async () => {
    const [record] = await begin(1);
    const { channelArn } = record!.held.channel!;
    await handle(stateChange(channelArn));
    calls.length = 0;
    aheadSeconds = 60;
    await handle(stateChange(channelArn, { time: after(-30) }));
    expect(calls).toEqual(['QueryCommand']);
  });

  it('that is refused, a day late or from the future costs no call and is counted without an error', async () => {
    const [record] = await begin(1);
    const { channelArn } = record!.held.channel!;
    for (let count = 0; count < 100; count++) await handle({ secret: 'in the event' });
    await handle(stateChange(channelArn, { time: after(-86_400) }));
    await handle(stateChange(channelArn, { time: after(86_400) }));
    await handle(stateChange(channelArn, { account: '111111111111' }));
    expect(calls).toEqual([]);
    expect(warnings).toHaveLength(7 + 3);
    expect(warnings).toContainEqual(['media event ignored', { reason: 'malformed', count: 64 }]);
    expect(warnings).toContainEqual(['media event ignored', { reason: 'old', count: 1 }]);
    expect(warnings).toContainEqual(['media event ignored', { reason: 'ahead', count: 1 }]);
    expect(warnings).toContainEqual(['media event ignored', { reason: 'foreign', count: 1 }]);
    expect(JSON.stringify(warnings)).not.toContain('secret');
  });

  it('about an unknown channel or a destination that does not run is left to the sweep', async () => {
    const [record] = await begin(1);
    await changeDestination(sluice.deps, record!.destinationId, (found) => ({ ...found, status: 'stopping' }));
    calls.length = 0;
    await handle(stateChange(record!.held.channel!.channelArn));
    await handle(stateChange(CHANNEL_ARN.replace('1000012', '999')));
    expect(calls).toEqual(['QueryCommand']);
    expect(warnings).toEqual([['media event ignored', { reason: 'foreign', count: 1 }]]);
    // After a minute the handler reads the list of our channels again.
    aheadSeconds = 61;
    await handle(stateChange(CHANNEL_ARN.replace('1000012', '999'), { time: after(61) }));
    expect(calls).toEqual(['QueryCommand', 'QueryCommand']);
  });

  it('is delivered again when the observation fails', async () => {
    const [record] = await begin(1);
    const event = stateChange(record!.held.channel!.channelArn);
    const { cloudWatch } = sluice.deps.clients;
    const send = cloudWatch.send.bind(cloudWatch) as never;
    Object.assign(cloudWatch, { send: () => Promise.reject(new Error('no answer')) });
    await expect(handle(event)).rejects.toThrow('no answer');
    Object.assign(cloudWatch, { send });
    await handle(event);
    expect(await seen(record!)).toBe('RUNNING');
  });
});
