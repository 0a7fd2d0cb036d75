/** MediaLive's pictures for a lost input and its static images, as strict as AWS. */
import { existsSync } from 'node:fs';
import {
  BatchUpdateScheduleCommand,
  CreateChannelCommand,
  type CreateChannelCommandInput,
  DeleteScheduleCommand,
  DescribeScheduleCommand,
  type EncoderSettings,
  type ScheduleAction,
  type UnprocessableEntityException,
} from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../infra/local/host/clock.ts';
import { createMemoryObjects } from '../../infra/local/endpoints/s3/object-store.ts';
import type { MediaEndpoint } from '../support/media-endpoint.ts';
import { makeChannelRequest, makeEncoderSettings, makeRtmpGroup } from '../support/media-requests.ts';
import {
  inputState,
  makeChannel,
  makeGroup,
  makeInput,
  refusal,
  runChannel,
  useMediaEndpoints,
} from '../support/media-resources.ts';

const start = useMediaEndpoints();

/** The signature and header of a PNG, which is all that MediaLive's checks read. */
function png(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(64);
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]).copy(bytes);
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

function makeObjects() {
  const objects = createMemoryObjects();
  const attributes = { headers: {}, metadata: {}, checksum: null };
  objects.createBucket('slates');
  objects.put('slates', 'own.png', png(1280, 720), attributes);
  objects.put('slates', 'huge.png', png(4000, 3000), attributes);
  objects.put('slates', 'note.png', Buffer.from('not an image at all, whatever its name'), attributes);
  objects.put(
    'slates',
    'slate.bmp',
    Buffer.concat([Buffer.from('BM'), Buffer.alloc(16), bmpSize(640, 360)]),
    attributes,
  );
  objects.put('slates', 'logo.tga', tga(320, 180), attributes);
  return objects;
}

function bmpSize(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32LE(width, 0);
  bytes.writeInt32LE(height, 4);
  return bytes;
}

function tga(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes[2] = 2;
  bytes.writeUInt16LE(width, 12);
  bytes.writeUInt16LE(height, 14);
  return bytes;
}

const withLoss = (InputLossBehavior: NonNullable<EncoderSettings['GlobalConfiguration']>['InputLossBehavior']) => ({
  EncoderSettings: { ...makeEncoderSettings(makeRtmpGroup()), GlobalConfiguration: { InputLossBehavior } },
});
const SLATE = { Uri: 's3ssl://slates/own.png' };

/** Creates the input of a channel and returns the channel's request. */
async function makeChannelRequestOf(endpoint: MediaEndpoint, changes: Partial<CreateChannelCommandInput>) {
  const input = await makeInput(endpoint, await makeGroup(endpoint));
  await expect.poll(() => inputState(endpoint, input.Id!)).toBe('DETACHED');
  return makeChannelRequest(input.Id!, changes);
}

async function findingsOf(call: Promise<unknown>): Promise<(string | undefined)[]> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject(refusal('UnprocessableEntityException', 422));
  const { ValidationErrors: findings = [] } = error as UnprocessableEntityException;
  return findings.map(({ ElementPath }) => ElementPath);
}

describe('pictures for a lost input', () => {
  const at = '/encoderSettings/globalConfiguration/inputLossBehavior';

  it.each([
    ['repeatFrameMsec', { RepeatFrameMsec: 1_000_001 }],
    ['repeatFrameMsec', { RepeatFrameMsec: -1 }],
    ['blackFrameMsec', { BlackFrameMsec: 1_000_001 }],
    ['inputLossImageColor', { InputLossImageType: 'COLOR' as const, InputLossImageColor: '#ff0000' }],
    ['inputLossImageSlate', { InputLossImageType: 'SLATE' as const }],
    [
      'inputLossImageSlate/uri',
      { InputLossImageType: 'SLATE' as const, InputLossImageSlate: { Uri: 'https://a/b.png' } },
    ],
    ['inputLossImageSlate/uri', { InputLossImageSlate: { Uri: 's3ssl://slates/missing.png' } }],
    ['inputLossImageSlate/uri', { InputLossImageSlate: { Uri: 's3ssl://elsewhere/own.png' } }],
    ['inputLossImageSlate/uri', { InputLossImageSlate: { Uri: 's3ssl://slates/note.png' } }],
    ['inputLossImageSlate/uri', { InputLossImageSlate: { Uri: 's3ssl://slates/logo.tga' } }],
  ])('are refused for a bad %s: %j', async (member, behavior) => {
    const endpoint = await start({ objects: makeObjects() });
    const request = await makeChannelRequestOf(endpoint, withLoss(behavior));
    expect(await findingsOf(endpoint.mediaLive.send(new CreateChannelCommand(request)))).toEqual([`${at}/${member}`]);
  });

  it('refuse what this endpoint does not act upon', async () => {
    const endpoint = await start({ objects: makeObjects() });
    const request = await makeChannelRequestOf(endpoint, {
      EncoderSettings: {
        ...makeEncoderSettings(makeRtmpGroup()),
        GlobalConfiguration: { InputEndAction: 'SWITCH_AND_LOOP_INPUTS' },
      },
    });
    expect(await findingsOf(endpoint.mediaLive.send(new CreateChannelCommand(request)))).toEqual([
      '/encoderSettings/globalConfiguration/inputEndAction',
    ]);
  });

  it('reach the engine in the order picture, black, slate', async () => {
    const endpoint = await start({ objects: makeObjects() });
    const behavior = { RepeatFrameMsec: 1_500, BlackFrameMsec: 500, InputLossImageType: 'SLATE' as const };
    const { channelId } = await makeChannel(endpoint, withLoss({ ...behavior, InputLossImageSlate: SLATE }));
    await runChannel(endpoint, channelId);
    const { output } = endpoint.engine.channels.get(channelId)!;
    expect(output).toMatchObject({ inputLoss: { repeatMs: 1_500, blackMs: 500, image: { kind: 'file' } } });
    const image = output.kind === 'rtmp' && output.inputLoss?.image;
    expect(image && image.kind === 'file' && existsSync(image.path)).toBe(true);
  });

  it('are a colour, or the last picture for ever', async () => {
    const endpoint = await start();
    const behavior = {
      RepeatFrameMsec: 1_000_000,
      InputLossImageType: 'COLOR' as const,
      InputLossImageColor: '1B2A4A',
    };
    const { channelId } = await makeChannel(endpoint, withLoss(behavior));
    await runChannel(endpoint, channelId);
    expect(endpoint.engine.channels.get(channelId)?.output).toMatchObject({
      inputLoss: { repeatMs: null, image: { kind: 'colour', rgb: '1b2a4a' } },
    });
  });

  it('are not sent by an output that pauses', async () => {
    const endpoint = await start();
    const group = makeRtmpGroup();
    group.OutputGroupSettings!.RtmpGroupSettings!.InputLossAction = 'PAUSE_OUTPUT';
    const { channelId } = await makeChannel(endpoint, { EncoderSettings: makeEncoderSettings(group) });
    await runChannel(endpoint, channelId);
    expect(endpoint.engine.channels.get(channelId)?.output).not.toHaveProperty('inputLoss');
  });
});

describe('static images', () => {
  const immediate = { ScheduleActionStartSettings: { ImmediateModeScheduleActionStartSettings: {} } };
  const activate = (ActionName: string, changes: object = {}): ScheduleAction => ({
    ...immediate,
    ActionName,
    ScheduleActionSettings: {
      StaticImageOutputActivateSettings: { Image: SLATE, OutputNames: ['rtmp1'], Layer: 7, ...changes },
    },
  });
  const deactivate = (ActionName: string): ScheduleAction => ({
    ...immediate,
    ActionName,
    ScheduleActionSettings: { StaticImageOutputDeactivateSettings: { OutputNames: ['rtmp1'], Layer: 7 } },
  });
  async function startRunning(options: Parameters<typeof start>[0] = {}) {
    const endpoint = await start({ objects: makeObjects(), ...options });
    const { channelId } = await makeChannel(endpoint);
    await runChannel(endpoint, channelId);
    const update = (...actions: ScheduleAction[]) =>
      endpoint.mediaLive.send(
        new BatchUpdateScheduleCommand({ ChannelId: channelId, Creates: { ScheduleActions: actions } }),
      );
    return { endpoint, channelId, update };
  }

  it('are shown and removed by immediate actions, which DescribeSchedule lists', async () => {
    const { channelId, endpoint, update } = await startRunning();
    const answer = await update(activate('slate-1'));
    expect(answer.Creates?.ScheduleActions?.[0]?.ActionName).toBe('slate-1');
    await expect.poll(() => endpoint.engine.covers.get(channelId)).toMatchObject({ kind: 'file' });
    await update(deactivate('slate-1-end'));
    await expect.poll(() => endpoint.engine.covers.has(channelId)).toBe(false);
    const { ScheduleActions } = await endpoint.mediaLive.send(new DescribeScheduleCommand({ ChannelId: channelId }));
    expect(ScheduleActions?.map(({ ActionName }) => ActionName)).toEqual(['slate-1', 'slate-1-end']);
  });

  it('stay when the schedule is deleted, and end with the channel', async () => {
    const { channelId, endpoint, update } = await startRunning();
    await update(activate('slate-1'));
    await endpoint.mediaLive.send(new DeleteScheduleCommand({ ChannelId: channelId }));
    const described = await endpoint.mediaLive.send(new DescribeScheduleCommand({ ChannelId: channelId }));
    expect(described.ScheduleActions).toEqual([]);
    expect(endpoint.engine.covers.has(channelId)).toBe(true);
  });

  it('are shown again by a channel that recovers', async () => {
    const { channelId, endpoint, update } = await startRunning({ durations: { channelRecoverMs: 0 } });
    await update(activate('slate-1'));
    await expect.poll(() => endpoint.engine.covers.has(channelId)).toBe(true);
    endpoint.media.disturbChannel(channelId);
    await expect
      .poll(() => endpoint.engine.log.filter((line) => line === `coverChannel ${channelId} file`))
      .toHaveLength(2);
  });

  const path = '/creates/scheduleActions/0';
  const settingsPath = `${path}/scheduleActionSettings/staticImageOutputActivateSettings`;
  it.each([
    [`${settingsPath}/layer`, activate('a', { Layer: 8 })],
    [`${settingsPath}/outputNames`, activate('a', { OutputNames: [] })],
    [`${settingsPath}/outputNames/0`, activate('a', { OutputNames: ['other'] })],
    [`${settingsPath}/image/uri`, activate('a', { Image: { Uri: 's3ssl://slates/missing.png' } })],
    [`${settingsPath}/image/uri`, activate('a', { Image: { Uri: 's3ssl://slates/note.png' } })],
    [`${settingsPath}/width`, activate('a', { Width: 1921, Height: 100 })],
    [`${settingsPath}/height`, activate('a', { Width: 100, Height: 1081 })],
    [`${settingsPath}/fadeIn`, activate('a', { FadeIn: 500 })],
    [`${path}/scheduleActionSettings`, { ...immediate, ActionName: 'a', ScheduleActionSettings: {} }],
    [
      `${path}/scheduleActionSettings/inputSwitchSettings`,
      {
        ...immediate,
        ActionName: 'a',
        ScheduleActionSettings: { InputSwitchSettings: { InputAttachmentNameReference: 'main' } },
      },
    ],
    [
      `${path}/scheduleActionStartSettings`,
      {
        ...activate('a'),
        ScheduleActionStartSettings: { FixedModeScheduleActionStartSettings: { Time: '2026-12-01T00:00:00Z' } },
      },
    ],
  ] as [string, ScheduleAction][])('are refused at %s', async (elementPath, action) => {
    const { endpoint, channelId, update } = await startRunning();
    expect(await findingsOf(update(action))).toEqual([elementPath]);
    expect(endpoint.engine.covers.has(channelId)).toBe(false);
  });

  it('are refused when the image is larger than the output and no size is given', async () => {
    const { update } = await startRunning();
    const findings = await findingsOf(update(activate('a', { Image: { Uri: 's3ssl://slates/huge.png' } })));
    expect(findings).toEqual([`${settingsPath}/width`, `${settingsPath}/height`]);
  });

  it('need a name that is free; the name of an executed action is free after an hour', async () => {
    let laterMs = 0;
    const { update } = await startRunning({ clock: { ...systemClock, now: () => Date.now() + laterMs } });
    await update(activate('slate-1'));
    expect(await findingsOf(update(activate('slate-1')))).toEqual([`${path}/actionName`]);
    laterMs = 3_600_000;
    await update(activate('slate-1'));
  });

  it('need a running channel that exists', async () => {
    const endpoint = await start({ objects: makeObjects() });
    const { channelId } = await makeChannel(endpoint);
    const creates = { Creates: { ScheduleActions: [activate('a')] } };
    const send = (ChannelId: string) =>
      endpoint.mediaLive.send(new BatchUpdateScheduleCommand({ ChannelId, ...creates }));
    expect(await findingsOf(send(channelId))).toEqual([`${path}/scheduleActionStartSettings`]);
    await expect(send('9999999')).rejects.toMatchObject(refusal('NotFoundException', 404));
  });
});
