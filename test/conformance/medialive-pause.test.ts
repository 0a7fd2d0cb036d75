/** Pauses in MediaLive's schedule, as strict as AWS. */
import {
  BatchUpdateScheduleCommand,
  type BatchUpdateScheduleCommandInput,
  DescribeScheduleCommand,
  ListAlertsCommand,
  type PipelineId,
  type ScheduleAction,
  StartChannelCommand,
  StopChannelCommand,
  type UnprocessableEntityException,
  waitUntilChannelRunning,
  waitUntilChannelStopped,
} from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../infra/local/host/state-store.ts';
import { makeManualClock, type MediaEndpoint } from '../support/media-endpoint.ts';
import {
  channelState,
  makeChannel,
  makeReport,
  refusal,
  runChannel,
  soon,
  useMediaEndpoints,
} from '../support/media-resources.ts';

const start = useMediaEndpoints();
const NOW = Date.parse('2026-06-01T12:00:00Z');
const later = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

const immediate = { ImmediateModeScheduleActionStartSettings: {} };
const fixed = (Time: string) => ({ FixedModeScheduleActionStartSettings: { Time } });
const pause = (ActionName: string, changes: Partial<ScheduleAction> = {}): ScheduleAction => ({
  ActionName,
  ScheduleActionSettings: { PauseStateSettings: { Pipelines: [{ PipelineId: 'PIPELINE_0' }] } },
  ScheduleActionStartSettings: immediate,
  ...changes,
});
const unpause = (
  ActionName: string,
  ScheduleActionStartSettings: ScheduleAction['ScheduleActionStartSettings'] = immediate,
) =>
  pause(ActionName, { ScheduleActionSettings: { PauseStateSettings: { Pipelines: [] } }, ScheduleActionStartSettings });

const update = (
  { mediaLive }: MediaEndpoint,
  ChannelId: string,
  { actions = [], deletes = [] }: { actions?: ScheduleAction[]; deletes?: string[] },
) => {
  const input: BatchUpdateScheduleCommandInput = {
    ChannelId,
    Creates: { ScheduleActions: actions },
    ...(deletes.length > 0 && { Deletes: { ActionNames: deletes } }),
  };
  return mediaLive.send(new BatchUpdateScheduleCommand(input));
};

async function findingsOf(call: Promise<unknown>): Promise<(string | undefined)[]> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject(refusal('UnprocessableEntityException', 422));
  const { ValidationErrors: findings = [] } = error as UnprocessableEntityException;
  return findings.map(({ ElementPath }) => ElementPath);
}

async function alertsOf({ mediaLive }: MediaEndpoint, ChannelId: string) {
  const { Alerts = [] } = await mediaLive.send(new ListAlertsCommand({ ChannelId }));
  return Alerts.map(({ AlertType, PipelineId }) => [AlertType, PipelineId]);
}

/** A channel that is created under a clock that moves by hand, and that starts as fast as the clock allows. */
async function makeIdle(options: Parameters<typeof start>[0] = {}, changes: Parameters<typeof makeChannel>[1] = {}) {
  const clock = makeManualClock(NOW);
  const endpoint = await start({ clock, ...options });
  const ticking = setInterval(() => void clock.advance(0), 1);
  try {
    const { channelId } = await makeChannel(endpoint, changes);
    await expect.poll(() => channelState(endpoint, channelId)).toBe('IDLE');
    return { clock, endpoint, channelId };
  } finally {
    clearInterval(ticking);
  }
}

async function startRunning({ clock, endpoint, channelId }: Awaited<ReturnType<typeof makeIdle>>) {
  await endpoint.mediaLive.send(new StartChannelCommand({ ChannelId: channelId }));
  await clock.advance(0);
  await waitUntilChannelRunning(soon(endpoint.mediaLive), { ChannelId: channelId });
}

const TWO_SERVERS = [
  {
    Id: 'rtmp',
    Settings: ['a', 'b'].map((host) => ({ Url: `rtmps://${host}.example.com:443/app`, StreamName: 'key' })),
  },
];

const path = '/creates/scheduleActions/0';
const timePath = `${path}/scheduleActionStartSettings/fixedModeScheduleActionStartSettings/time`;
const pausePath = `${path}/scheduleActionSettings/pauseStateSettings`;

describe('a pause', () => {
  it('in the schedule of an idle channel holds the output from the start, and the alert says so', async () => {
    const made = await makeIdle();
    const { channelId, endpoint } = made;
    await update(endpoint, channelId, { actions: [pause('hold')] });
    await startRunning(made);
    expect(endpoint.engine.log).not.toContain(`startChannel ${channelId}`);
    endpoint.engine.send({ channels: [] });
    expect(await alertsOf(endpoint, channelId)).toEqual([['Pipeline is Paused', '0']]);
    await update(endpoint, channelId, { actions: [unpause('live')] });
    await expect.poll(() => endpoint.engine.channels.has(channelId)).toBe(true);
    endpoint.engine.send({ channels: [makeReport(channelId, { state: 'publishing' })] });
    expect(await alertsOf(endpoint, channelId)).toEqual([]);
  });

  it('ends at the fixed second, not before', async () => {
    const made = await makeIdle();
    const { channelId, clock, endpoint } = made;
    await update(endpoint, channelId, { actions: [pause('hold'), unpause('live', fixed(later(15)))] });
    await startRunning(made);
    await clock.advance(14_999);
    expect(endpoint.engine.channels.has(channelId)).toBe(false);
    await clock.advance(1);
    await expect.poll(() => endpoint.engine.channels.has(channelId)).toBe(true);
  });

  it('stays when the channel does not run at the fixed second', async () => {
    const made = await makeIdle();
    const { channelId, clock, endpoint } = made;
    await update(endpoint, channelId, { actions: [pause('hold'), unpause('live', fixed(later(15)))] });
    await clock.advance(15_000);
    await startRunning(made);
    expect(endpoint.engine.log).not.toContain(`startChannel ${channelId}`);
  });

  it('of a running channel disconnects it, and outlasts a stop', async () => {
    const made = await makeIdle();
    const { channelId, clock, endpoint } = made;
    await startRunning(made);
    await expect.poll(() => endpoint.engine.channels.has(channelId)).toBe(true);
    await update(endpoint, channelId, { actions: [pause('hold')] });
    await expect.poll(() => endpoint.engine.channels.has(channelId)).toBe(false);
    await endpoint.mediaLive.send(new StopChannelCommand({ ChannelId: channelId }));
    await clock.advance(0);
    await waitUntilChannelStopped(soon(endpoint.mediaLive), { ChannelId: channelId });
    await startRunning(made);
    expect(endpoint.engine.channels.has(channelId)).toBe(false);
  });

  it('outlasts a restart of the machine, and its end is kept; one that was missed is not made up for', async () => {
    const store = createMemoryStore();
    const made = await makeIdle({ store });
    const { channelId, clock, endpoint } = made;
    await update(endpoint, channelId, { actions: [pause('hold'), unpause('live', fixed(later(20)))] });
    await startRunning(made);
    await endpoint.media.close();
    const second = await start({ store, clock });
    expect(second.engine.log).toEqual([]);
    await clock.advance(20_000);
    await expect.poll(() => second.engine.channels.has(channelId)).toBe(true);
    await second.media.close();
    const third = await start({ store: createMemoryStore(store.load()), clock });
    expect(third.engine.channels.has(channelId)).toBe(true);
    await update(third, channelId, { actions: [pause('again'), unpause('late', fixed(later(60)))] });
    await third.media.close();
    const offFor = makeManualClock(NOW + 3_600_000);
    const fourth = await start({ store: createMemoryStore(structuredClone(third.store.load())), clock: offFor });
    await offFor.advance(1_000);
    expect(fourth.engine.channels.has(channelId)).toBe(false);
  });

  it('of a channel with two pipelines names both or none', async () => {
    const made = await makeIdle({}, { ChannelClass: 'STANDARD', Destinations: TWO_SERVERS });
    const { channelId, endpoint } = made;
    expect(await findingsOf(update(endpoint, channelId, { actions: [pause('one')] }))).toEqual([
      `${pausePath}/pipelines`,
    ]);
    const both = ['PIPELINE_0', 'PIPELINE_1'].map((each) => ({ PipelineId: each as PipelineId }));
    const settings = { ScheduleActionSettings: { PauseStateSettings: { Pipelines: both } } };
    await update(endpoint, channelId, { actions: [pause('both', settings)] });
    await startRunning(made);
    endpoint.engine.send({ channels: [] });
    expect(await alertsOf(endpoint, channelId)).toEqual([
      ['Pipeline is Paused', '0'],
      ['Pipeline is Paused', '1'],
    ]);
  });
});

describe('what MediaLive refuses', () => {
  it.each([
    ['less than 15 seconds ahead', timePath, unpause('a', fixed(later(14.999)))],
    ['in the past', timePath, unpause('a', fixed(later(-1)))],
    ['more than 14 days ahead', timePath, unpause('a', fixed(later(14 * 86_400 + 1)))],
    ['not in UTC', timePath, unpause('a', fixed('2026-06-01T14:30:00+02:00'))],
    ['no time', timePath, unpause('a', fixed('2026-06-31T99:00:00Z'))],
    [
      'after an input switch',
      `${path}/scheduleActionStartSettings`,
      unpause('a', { FollowModeScheduleActionStartSettings: { FollowPoint: 'END', ReferenceActionName: 'b' } }),
    ],
    ['with two starts', `${path}/scheduleActionStartSettings`, unpause('a', { ...immediate, ...fixed(later(60)) })],
    [
      'of a pipeline that the channel lacks',
      `${pausePath}/pipelines`,
      pause('a', { ScheduleActionSettings: { PauseStateSettings: { Pipelines: [{ PipelineId: 'PIPELINE_1' }] } } }),
    ],
  ] as [string, string, ScheduleAction][])('a pause %s', async (_, elementPath, action) => {
    const { channelId, endpoint } = await makeIdle();
    expect(await findingsOf(update(endpoint, channelId, { actions: [pause('kept-out'), action] }))).toEqual([
      elementPath.replace(path, '/creates/scheduleActions/1'),
    ]);
    const { ScheduleActions } = await endpoint.mediaLive.send(new DescribeScheduleCommand({ ChannelId: channelId }));
    expect(ScheduleActions).toEqual([]);
  });

  it('a name that an action has, also one that was executed', async () => {
    const { channelId, endpoint } = await makeIdle();
    await update(endpoint, channelId, { actions: [pause('hold'), unpause('live', fixed(later(60)))] });
    for (const name of ['hold', 'live']) {
      expect(await findingsOf(update(endpoint, channelId, { actions: [unpause(name)] }))).toEqual([
        `${path}/actionName`,
      ]);
    }
  });

  it('to delete what the channel has received', async () => {
    const { channelId, clock, endpoint } = await makeIdle();
    await update(endpoint, channelId, {
      actions: [pause('hold'), unpause('live', fixed(later(60))), unpause('soon', fixed(later(20)))],
    });
    await clock.advance(6_000);
    const at = '/deletes/actionNames/0';
    for (const name of ['hold', 'soon', 'unknown']) {
      expect(await findingsOf(update(endpoint, channelId, { deletes: [name] })), name).toEqual([at]);
    }
    await update(endpoint, channelId, { deletes: ['live'], actions: [unpause('live', fixed(later(90)))] });
  });

  it('a pause while the channel starts', async () => {
    const endpoint = await start({ durations: { channelStartMs: 600_000 } });
    const { channelId } = await makeChannel(endpoint);
    await endpoint.mediaLive.send(new StartChannelCommand({ ChannelId: channelId }));
    expect(await findingsOf(update(endpoint, channelId, { actions: [unpause('a')] }))).toEqual([
      `${path}/scheduleActionStartSettings`,
    ]);
  });

  it('a static image with a fixed start, which is not supported here', async () => {
    const endpoint = await start();
    const { channelId } = await makeChannel(endpoint);
    await runChannel(endpoint, channelId);
    const action: ScheduleAction = {
      ActionName: 'a',
      ScheduleActionSettings: { StaticImageOutputDeactivateSettings: { OutputNames: ['rtmp1'] } },
      ScheduleActionStartSettings: fixed(new Date(Date.now() + 60_000).toISOString()),
    };
    expect(await findingsOf(update(endpoint, channelId, { actions: [action] }))).toEqual([
      `${path}/scheduleActionStartSettings`,
    ]);
  });
});
