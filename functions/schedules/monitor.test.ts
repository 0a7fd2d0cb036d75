import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MONITORED_LOCALLY } from './figures-due.ts';
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListAlertsCommand, ListChannelsCommand, MediaLiveClient } from '@aws-sdk/client-medialive';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { DECLARED } from '../../test/support/declared.ts';
import { startTestDeployment, type TestDeployment } from '../../test/support/test-deployment.ts';
import { changeDestination, getDestination, putObservation } from '../aws/destination-table.ts';
import { listHistory } from '../aws/history-table.ts';
import { listDeliveries } from '../aws/delivery-table.ts';
import { listOutboxMails } from '../aws/outbox-table.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { putSourceObservation, type SourceObservation } from '../aws/source-table.ts';
import { insertTarget } from '../aws/notification-target-table.ts';
import { makeTarget } from '../../test/support/make-target.ts';
import type { Destination } from '../domain/destination.ts';
import { newDestination } from '../domain/new-destination.ts';
import { HEALTH_REASONS } from '../domain/health-reasons.ts';
import { runMonitor, type MonitorRunDeps } from './monitor-run.ts';
import { getSourceObservation } from '../aws/source-table.ts';
import { observeRecords } from './monitor.ts';

const NOW = new Date('2026-11-21T12:00:00Z');

/** Builds a running destination whose channel is named after it. */
function running(destinationId: string): Destination {
  const chosen = {
    destinationId,
    name: destinationId,
    platform: 'custom',
    rtmpUrl: 'rtmp://ingest.example/live',
    preset: '720p30',
    standby: 'warm',
    status: 'running',
    desired: 'running',
    held: { channel: { channelId: `channel-${destinationId}`, channelArn: `arn:${destinationId}` } },
  } as const;
  return newDestination(chosen as never, NOW);
}

/** Fakes AWS with one channel per destination and the given alerts set on it. */
function deps(channels: Record<string, { state: string; alerts?: string[] }>) {
  const clients = {
    cloudWatch: new CloudWatchClient({}),
    mediaLive: new MediaLiveClient({}),
    mediaConnect: new MediaConnectClient({}),
    sfn: new SFNClient({}),
    table: DynamoDBDocumentClient.from(new DynamoDBClient({})),
  };
  // Replaced by hand, because the mocking library's types do not accept this older client.
  Object.assign(clients.mediaConnect, { send: async () => ({ Flow: { Status: 'ACTIVE' } }) });
  mockClient(clients.table).resolves({});
  mockClient(clients.cloudWatch).on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
  const mediaLive = mockClient(clients.mediaLive);
  mediaLive.on(ListChannelsCommand).resolves({
    Channels: Object.entries(channels).map(([id, { state }]) => ({ Id: `channel-${id}`, State: state as 'RUNNING' })),
  });
  mediaLive.on(ListAlertsCommand).callsFake(({ ChannelId: channelId }: { ChannelId: string }) => ({
    Alerts: (channels[channelId.replace('channel-', '')]?.alerts ?? []).map((AlertType) => ({ AlertType })),
  }));
  return {
    clients,
    deployment: {
      tableName: 'table',
      flowArn: 'arn:aws:mediaconnect:us-east-1:1:flow:1:f',
      deliveryMachineArn: 'machine',
      isSourceAnalysed: true,
      ...DECLARED,
    },
    now: () => NOW,
    logger: { warn: () => undefined },
    windowSeconds: 300,
    periodSeconds: 60,
    ...MONITORED_LOCALLY,
  };
}

describe('a change of health', () => {
  let sluice: TestDeployment;
  let record: Destination;
  afterEach(() => sluice.close());

  /** Adds a running destination without a channel. `meanwhile` runs while the monitor lists the channels. */
  async function begin(meanwhile: () => Promise<unknown>): Promise<MonitorRunDeps> {
    sluice = await startTestDeployment();
    record = await sluice.addDestination({ status: 'running', desired: 'running' });
    const { mediaLive } = sluice.deps.clients;
    const send = mediaLive.send.bind(mediaLive) as (command: object) => Promise<unknown>;
    const client = { ...sluice.deps.clients, mediaLive: Object.create(mediaLive) as typeof mediaLive };
    Object.assign(client.mediaLive, { send: (command: object) => meanwhile().then(() => send(command)) });
    const pace = { windowSeconds: 300, periodSeconds: 60, everySeconds: 1 };
    return { ...sluice.deps, clients: client, ...pace, ...MONITORED_LOCALLY };
  }
  const history = async () => (await listHistory(sluice.deps, record.destinationId)).map(({ entry }) => entry!);
  const noted = async () => (await history()).filter(({ kind }) => kind === 'health');

  it('is recorded once by several concurrent monitors', async () => {
    const monitor = await begin(async () => {});
    await Promise.all([runMonitor(monitor), runMonitor(monitor), runMonitor(monitor)]);
    expect(await noted()).toEqual([
      expect.objectContaining({ code: 'channel_not_running', detail: HEALTH_REASONS.channel_not_running.detail }),
    ]);
  });

  it('is published once to the targets that want it', async () => {
    const monitor = await begin(async () => {});
    const target = await makeTarget(sluice.deps, { kind: 'email', email: 'studio@example.com' });
    await insertTarget(sluice.deps, target);
    await Promise.all([runMonitor(monitor), runMonitor(monitor)]);
    const deliveries = await listDeliveries(sluice.deps, target.targetId, 10);
    const degraded = deliveries.filter(({ event }) => event.type === 'destination.degraded');
    expect(degraded.map(({ event }) => event.data)).toMatchObject([
      { destinationId: record.destinationId, level: 'down', code: 'channel_not_running' },
    ]);
  });

  it('of the source is published once by several concurrent monitors', async () => {
    const monitor = await begin(async () => {});
    const target = await makeTarget(sluice.deps, { kind: 'email', email: 'studio@example.com' });
    await insertTarget(sluice.deps, target);
    const at = (ms: number) => new Date(Date.now() + ms);
    const seen = { observedAt: at(-1_000).toISOString(), connected: true, lostSince: null, usualBitrateBps: null };
    await putSourceObservation(sluice.deps, seen as SourceObservation);
    mockClient(sluice.deps.clients.cloudWatch)
      .on(GetMetricDataCommand)
      .callsFake(() => ({ MetricDataResults: [{ Id: 'connected', Values: [0], Timestamps: [at(-500)] }] }));
    // Each monitor has its own time.
    await Promise.all([0, 5, 10].map((ms) => runMonitor({ ...monitor, now: () => at(ms) })));
    const deliveries = await listDeliveries(sluice.deps, target.targetId, 10);
    expect(deliveries.map(({ event }) => event.type).filter((type) => type.startsWith('source.'))).toEqual([
      'source.lost',
    ]);
  });

  it('that opens an incident reaches the mailbox of a target, through both state machines', async () => {
    const monitor = await begin(async () => {});
    const target = await makeTarget(sluice.deps, { kind: 'email', email: 'studio@example.com' });
    await insertTarget(sluice.deps, { ...target, filter: { ...target.filter, eventTypes: ['incident.opened'] } });
    // In the past, so that the state machine, which has the real time, sends at once.
    const began = Date.now() - 120_000;
    for (const seconds of [0, 30, 60, 90, 120]) {
      await runMonitor({ ...monitor, now: () => new Date(began + seconds * 1000) });
    }
    const mail = await waitFor('the mail', async () => (await listOutboxMails(sluice.deps, 1))[0] ?? null);
    expect(mail).toMatchObject({ to: 'studio@example.com', subject: expect.stringContaining(record.name) });
    expect(mail.text).toContain('What to do: ');
  });

  it('is unknown while the monitor did not run, and recorded again after it', async () => {
    const monitor = await begin(async () => {});
    const at = (seconds: number): MonitorRunDeps => ({
      ...monitor,
      now: () => new Date(NOW.getTime() + seconds * 1000),
    });
    const { unobservedAfterSeconds } = monitor;
    await runMonitor(at(0));
    await runMonitor(at(unobservedAfterSeconds));
    expect(await noted()).toHaveLength(1);
    await runMonitor(at(2 * unobservedAfterSeconds + 1));
    expect((await noted()).map(({ at: time, code, level }) => [Date.parse(time) - NOW.getTime(), code, level])).toEqual(
      [
        [(2 * unobservedAfterSeconds + 1) * 1000, 'channel_not_running', 'down'],
        [(unobservedAfterSeconds + 1) * 1000, 'not_observed', 'unknown'],
        [0, 'channel_not_running', 'down'],
      ],
    );
  });

  it('is not recorded when the destination is stopped meanwhile', async () => {
    const stop = () =>
      changeDestination(sluice.deps, record.destinationId, (found) => ({ ...found, status: 'stopping' }));
    await runMonitor(await begin(stop));
    expect(await noted()).toEqual([]);
    expect((await getDestination(sluice.deps, record.destinationId))?.observation).toBeNull();
  });
});

describe('an observation', () => {
  const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);

  it.each([
    { name: 'slightly in the future is kept, because it is the later one', known: 1, put: 0, stays: 1 },
    { name: 'that was delayed does not overwrite a newer one', known: 20, put: 20, stays: 20 },
    { name: 'hours in the future is replaced, because the clock was set back', known: 120, put: 0, stays: 0 },
  ])('$name', async ({ known, put, stays }) => {
    const sluice = await startTestDeployment();
    const { destinationId } = await sluice.addDestination({ status: 'running', desired: 'running' });
    const madeAt = (at: Date) => ({ observedAt: at.toISOString(), alerts: [] });
    await putObservation(sluice.deps, destinationId, { observation: madeAt(minutes(known)), now: minutes(known) });
    await putObservation(sluice.deps, destinationId, { observation: madeAt(NOW), now: minutes(put) });
    const record = await getDestination(sluice.deps, destinationId);
    expect(record?.observation?.observedAt).toBe(minutes(stays).toISOString());
    await sluice.close();
  });
});

/** Stores the source in memory. @returns the other rows that were put, by sort key */
function storeSource(aws: ReturnType<typeof deps>): Map<string, Record<string, unknown>> {
  let stored: Record<string, unknown> | undefined;
  const rows = new Map<string, Record<string, unknown>>();
  mockClient(aws.clients.table)
    .resolves({})
    .on(GetCommand)
    .callsFake(() => ({ Item: stored }))
    .on(PutCommand)
    .callsFake(({ Item: item }: { Item: Record<string, unknown> }) => {
      if (item['pk'] !== 'SOURCES') {
        rows.set(String(item['sk']), item);
        return {};
      }
      const replaced = stored;
      stored = item;
      return { Attributes: replaced };
    });
  return rows;
}

describe('the source', () => {
  it('is on the timeline with its connection, a loss as one line, and the end of the flow', async () => {
    const aws = deps({});
    const rows = storeSource(aws);
    const run = async (second: number, connected: boolean, status = 'ACTIVE') => {
      const Values = [connected ? 1 : 0];
      mockClient(aws.clients.cloudWatch)
        .on(GetMetricDataCommand)
        .resolves({ MetricDataResults: [{ Id: 'connected', Values, Timestamps: [NOW] }] });
      Object.assign(aws.clients.mediaConnect, { send: async () => ({ Flow: { Status: status } }) });
      await observeRecords({ ...aws, now: () => new Date(NOW.getTime() + second * 1000) } as never, []);
    };
    await run(0, true);
    await run(1, true);
    await run(10, false);
    await run(11, false);
    expect([...rows.values()].map(({ detail }) => detail)).toEqual([
      'the encoder connected',
      'the encoder disconnected',
    ]);
    await run(70, true);
    await run(80, true, 'STANDBY');
    await run(81, true, 'STANDBY');
    await run(200, true);
    expect([...rows.values()].map(({ detail }) => detail)).toEqual([
      'the encoder connected',
      'the encoder was disconnected for 1 min',
      'the flow stopped',
      'the encoder connected',
    ]);
  });
});

describe('the two sources of a flow', () => {
  it('are observed with the one in use, and a change is one line of the timeline', async () => {
    const aws = deps({});
    const rows = storeSource(aws);
    const sources = ['main', 'backup'].map((Name) => ({ Name, SourceArn: `arn:${Name}` }));
    const flow = { Status: 'ACTIVE', Source: sources[0], Sources: sources };
    Object.assign(aws.clients.mediaConnect, { send: async () => ({ Flow: flow }) });
    let second = 0;
    const observe = async (selected: string | null) => {
      const value = (Id: string, number: number) => ({ Id, Values: [number], Timestamps: [NOW] });
      const selection = ['main', 'backup'].map((role) => value(`${role}selected`, selected === role ? 1 : 0));
      mockClient(aws.clients.cloudWatch)
        .on(GetMetricDataCommand)
        .resolves({ MetricDataResults: [value('connected', 1), ...(selected === null ? [] : selection)] });
      second += 10;
      const now = () => new Date(NOW.getTime() + second * 1000);
      return (await observeRecords({ ...aws, now } as never, [])).source.onBackup;
    };
    expect([await observe('main'), await observe('backup'), await observe('backup')]).toEqual([false, true, true]);
    // Unknown does not mean that the main one is back.
    expect([await observe(null), await observe('main')]).toEqual([true, false]);
    expect([...rows.values()].map(({ detail }) => detail)).toEqual([
      'the encoder connected',
      'Switched to the backup source',
      'Switched to the main source',
    ]);
  });

  it('keep when each was last seen, for longer than the metrics are read', async () => {
    const aws = deps({});
    storeSource(aws);
    const sources = ['main', 'backup'].map((Name) => ({ Name, SourceArn: `arn:${Name}` }));
    const flow = { Status: 'ACTIVE', Source: sources[0], Sources: sources };
    Object.assign(aws.clients.mediaConnect, { send: async () => ({ Flow: flow }) });
    const observe = async (minute: number, backupConnected: number) => {
      const at = new Date(NOW.getTime() + minute * 60_000);
      mockClient(aws.clients.cloudWatch)
        .on(GetMetricDataCommand)
        .resolves({ MetricDataResults: [{ Id: 'backupconnected', Values: [backupConnected], Timestamps: [at] }] });
      await observeRecords({ ...aws, now: () => at } as never, []);
      return (await getSourceObservation(aws as never))?.listeners?.map(({ lastSeenAt }) => lastSeenAt);
    };
    expect([await observe(0, 1), await observe(60, 0)]).toEqual([
      [null, NOW.toISOString()],
      [null, NOW.toISOString()],
    ]);
  });
});

describe('a lost source', () => {
  it.each([
    { case: 'the end of the first period without it', connected: [0, 0, 1], since: -2_500 },
    { case: 'the observation, within that period', connected: [0, 1], since: 0 },
    { case: 'the observation, when the loss was before the window', connected: [0, 0], since: 0 },
  ])('was lost by $case', async ({ connected, since }) => {
    const periodSeconds = connected.length === 3 ? 1 : 5;
    const aws = deps({});
    const Timestamps = connected.map((_, index) => new Date(NOW.getTime() - 2_500 - index * 1000));
    mockClient(aws.clients.cloudWatch)
      .on(GetMetricDataCommand)
      .resolves({ MetricDataResults: [{ Id: 'connected', Values: connected, Timestamps }] });
    const { source } = await observeRecords({ ...aws, periodSeconds, now: () => NOW } as never, []);
    expect(source.lostSince).toBe(new Date(NOW.getTime() + since).toISOString());
  });
});

describe('the picture of the source', () => {
  it('is remembered while no encoder is connected, and its rate does not flicker', async () => {
    const aws = deps({});
    storeSource(aws);
    let minute = 0;
    const seePicture = async (FrameRate: string | null) => {
      mockClient(aws.clients.cloudWatch)
        .on(GetMetricDataCommand)
        .resolves({ MetricDataResults: [{ Id: 'connected', Values: [FrameRate ? 1 : 0], Timestamps: [NOW] }] });
      const FrameResolution = { FrameWidth: 1920, FrameHeight: 1080 };
      const video = { StreamType: 'Video', Codec: 'AVC', FrameRate, FrameResolution };
      const audio = { StreamType: 'Audio', Codec: 'AAC', SampleRate: 48_000, Channels: 2 };
      const metadata = { TransportMediaInfo: { Programs: [{ Streams: FrameRate ? [video, audio] : [] }] } };
      Object.assign(aws.clients.mediaConnect, { send: async () => ({ Flow: { Status: 'ACTIVE' }, ...metadata }) });
      minute += 10;
      await observeRecords({ ...aws, now: () => new Date(NOW.getTime() + minute * 60_000) } as never, []);
      return (await getSourceObservation(aws))!;
    };

    const at = (framesPerSecond: number) => ({ width: 1920, height: 1080, framesPerSecond });
    expect((await seePicture(null)).picture).toBeUndefined();
    expect((await seePicture('29.97')).picture).toEqual(at(29.97));
    const measured = await seePicture('29.98');
    expect(measured.picture).toEqual(at(29.97));
    expect(measured).toMatchObject({ pictureAt: measured.observedAt, sound: { channels: 2, sampleRateHz: 48_000 } });
    const lost = await seePicture(null);
    // When it was read says which encoder the picture is of.
    expect([lost.picture, lost.pictureAt, lost.sound]).toEqual([at(29.97), measured.observedAt, undefined]);
    expect((await seePicture('25')).picture).toEqual(at(25));
  });
});

describe('the outcome of a monitor run', () => {
  it('counts what the alarms watch: on air without the primary, waiting, alerts, down', async () => {
    const channels = {
      primary: { state: 'RUNNING', alerts: ['Video Not Detected'] },
      good: { state: 'RUNNING' },
      waiting: { state: 'RUNNING', alerts: ['Stopped Receiving UDP Input', 'Audio Not Detected'] },
      down: { state: 'IDLE' },
    };
    const { outcome } = await observeRecords(deps(channels), Object.keys(channels).map(running));
    expect(outcome).toEqual({ running: 4, onAir: 3, waiting: 1, alerts: 3, down: 1 });
  });

  it('keeps the bitrate of the feed that was first measured in the channel run', async () => {
    const aws = deps({ one: { state: 'RUNNING' } });
    const measured = (bitrateBps: number) =>
      mockClient(aws.clients.cloudWatch)
        .on(GetMetricDataCommand)
        .resolves({ MetricDataResults: [{ Id: 'bitrate', Values: [bitrateBps], Timestamps: [NOW] }] });
    const written: { feed?: object }[] = [];
    mockClient(aws.clients.table)
      .resolves({})
      .on(GetCommand)
      .resolves({})
      .on(UpdateCommand)
      .callsFake((input: { ExpressionAttributeValues: Record<string, { observedAt?: string; feed?: object }> }) => {
        written.push(Object.values(input.ExpressionAttributeValues).find((value) => value?.observedAt) ?? {});
        return {};
      });
    const channelRun = { startedAt: '2026-11-21T11:59:00.000Z', generation: 1 };
    const record = { ...running('one'), held: { ...running('one').held, channelRun } };
    const feed = { runStartedAt: channelRun.startedAt, bitrateBps: 5_000_000 };
    measured(5_000_000);
    await observeRecords(aws, [record]);
    measured(9_000_000);
    await observeRecords(aws, [{ ...record, observation: { observedAt: channelRun.startedAt, alerts: [], feed } }]);
    expect(written.map((observation) => observation.feed)).toEqual([feed, feed]);
  });

  it('is reported when nothing runs, so that silence means that the monitor does not run', async () => {
    const { outcome } = await observeRecords(deps({}), []);
    expect(outcome).toEqual({ running: 0, onAir: 0, waiting: 0, alerts: 0, down: 0 });
  });
});
