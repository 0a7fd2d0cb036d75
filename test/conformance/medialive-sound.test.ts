import type { AudioDescription, AudioSelector, UnprocessableEntityException } from '@aws-sdk/client-medialive';
import { CreateChannelCommand, ListAlertsCommand, ListChannelsCommand } from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import type { ChannelRun } from '../../infra/local/engine/contract.ts';
import type { MediaEndpoint } from '../support/media-endpoint.ts';
import { makeChannelRequest, makeEncoderSettings, makeRtmpGroup } from '../support/media-requests.ts';
import {
  channelState,
  inputState,
  makeChannel,
  makeGroup,
  makeInput,
  makeReport,
  refusal,
  runChannel,
  useMediaEndpoints,
} from '../support/media-resources.ts';

/** The sound of channels: what MediaLive refuses, and what reaches the engine. */

const start = useMediaEndpoints();

const bySelector = (SelectorSettings: object): AudioSelector => ({ Name: 'default', SelectorSettings });
const byPid = (Pid: number) => bySelector({ AudioPidSelection: { Pid } });
const byLanguage = (LanguageCode: string, LanguageSelectionPolicy?: 'LOOSE' | 'STRICT') =>
  bySelector({ AudioLanguageSelection: { LanguageCode, LanguageSelectionPolicy } });
const loudness = { Algorithm: 'ITU_1770_3', AlgorithmControl: 'CORRECT_AUDIO', TargetLkfs: -23 } as const;
const level = (InputChannel: number, Gain = 0) => ({ InputChannel, Gain });
const remix = (mappings: [number, ReturnType<typeof level>[]][], ChannelsIn = 1, ChannelsOut = 2) => ({
  ChannelsIn,
  ChannelsOut,
  ChannelMappings: mappings.map(([OutputChannel, InputChannelLevels]) => ({ OutputChannel, InputChannelLevels })),
});
const LEFT_TO_BOTH = remix([
  [0, [level(0)]],
  [1, [level(0)]],
]);

function makeSound(inputId: string, selectors: AudioSelector[] | undefined, audio: Partial<AudioDescription> = {}) {
  const encoder = makeEncoderSettings(makeRtmpGroup());
  const [description] = encoder.AudioDescriptions!;
  return {
    InputAttachments: [{ InputId: inputId, InputSettings: { AudioSelectors: selectors } }],
    EncoderSettings: { ...encoder, AudioDescriptions: [{ ...description!, ...audio }] },
  };
}

async function makeFreeInput(endpoint: MediaEndpoint): Promise<string> {
  const input = await makeInput(endpoint, await makeGroup(endpoint));
  await expect.poll(() => inputState(endpoint, input.Id!)).toBe('DETACHED');
  return input.Id!;
}

const SELECTOR = '/inputAttachments/0/inputSettings/audioSelectors';
const AUDIO = '/encoderSettings/audioDescriptions/0';

describe('MediaLive’s sound', () => {
  it.each<[string, AudioSelector[], Partial<AudioDescription>, string]>([
    [
      'two kinds of selection',
      [bySelector({ AudioPidSelection: { Pid: 1 }, AudioTrackSelection: { Tracks: [] } })],
      {},
      `${SELECTOR}/0/selectorSettings`,
    ],
    ['no kind of selection', [bySelector({})], {}, `${SELECTOR}/0/selectorSettings`],
    ['a selector without a name', [{ ...byPid(1), Name: '' }], {}, `${SELECTOR}/0/name`],
    ['two selectors of one name', [byPid(1), byPid(2)], {}, SELECTOR],
    [
      'more than twenty selectors',
      Array.from({ length: 21 }, (_, index) => ({ Name: index === 0 ? 'default' : `s${index}` })),
      {},
      SELECTOR,
    ],
    ['a PID above 8191', [byPid(8192)], {}, `${SELECTOR}/0/selectorSettings/audioPidSelection/pid`],
    ['a PID below 0', [byPid(-1)], {}, `${SELECTOR}/0/selectorSettings/audioPidSelection/pid`],
    [
      'mixed PIDs',
      [bySelector({ AudioPidSelection: { Pid: 1, Pids: [{ Pid: 2 }] } })],
      {},
      `${SELECTOR}/0/selectorSettings/audioPidSelection/pids`,
    ],
    [
      'a language of two letters',
      [byLanguage('en')],
      {},
      `${SELECTOR}/0/selectorSettings/audioLanguageSelection/languageCode`,
    ],
    [
      'track 0',
      [bySelector({ AudioTrackSelection: { Tracks: [{ Track: 0 }] } })],
      {},
      `${SELECTOR}/0/selectorSettings/audioTrackSelection/tracks/0/track`,
    ],
    [
      'a track of a transport stream',
      [bySelector({ AudioTrackSelection: { Tracks: [{ Track: 1 }] } })],
      {},
      `${SELECTOR}/0/selectorSettings/audioTrackSelection`,
    ],
    [
      'an HLS rendition of a push input',
      [bySelector({ AudioHlsRenditionSelection: { GroupId: 'a', Name: 'b' } })],
      {},
      `${SELECTOR}/0/selectorSettings/audioHlsRenditionSelection`,
    ],
    ['a selector that does not exist', [byPid(1)], { AudioSelectorName: 'other' }, `${AUDIO}/audioSelectorName`],
    [
      'a target above 0',
      [],
      { AudioNormalizationSettings: { ...loudness, TargetLkfs: 1 } },
      `${AUDIO}/audioNormalizationSettings/targetLkfs`,
    ],
    [
      'a target below -59',
      [],
      { AudioNormalizationSettings: { ...loudness, TargetLkfs: -60 } },
      `${AUDIO}/audioNormalizationSettings/targetLkfs`,
    ],
    [
      'a target that cannot be reached here',
      [],
      { AudioNormalizationSettings: { ...loudness, TargetLkfs: -4 } },
      `${AUDIO}/audioNormalizationSettings/targetLkfs`,
    ],
    [
      'a peak above 0',
      [],
      { AudioNormalizationSettings: { ...loudness, PeakLimiterThreshold: 1 } },
      `${AUDIO}/audioNormalizationSettings/peakLimiterThreshold`,
    ],
    [
      'an ungated algorithm',
      [],
      { AudioNormalizationSettings: { ...loudness, Algorithm: 'ITU_1770_1' } },
      `${AUDIO}/audioNormalizationSettings/algorithm`,
    ],
    [
      'measuring without correcting',
      [],
      { AudioNormalizationSettings: { ...loudness, AlgorithmControl: undefined } },
      `${AUDIO}/audioNormalizationSettings/algorithmControl`,
    ],
    [
      'three output channels',
      [],
      { RemixSettings: { ...LEFT_TO_BOTH, ChannelsOut: 3 } },
      `${AUDIO}/remixSettings/channelsOut`,
    ],
    [
      'other channels than those of the coding mode',
      [],
      { RemixSettings: remix([[0, [level(0)]]], 1, 1) },
      `${AUDIO}/remixSettings/channelsOut`,
    ],
    [
      'an unmapped output channel',
      [],
      { RemixSettings: remix([[0, [level(0)]]]) },
      `${AUDIO}/remixSettings/channelMappings`,
    ],
    [
      'an output channel mapped twice',
      [],
      {
        RemixSettings: remix([
          [0, [level(0)]],
          [0, [level(0)]],
        ]),
      },
      `${AUDIO}/remixSettings/channelMappings`,
    ],
    [
      'an input channel beyond channelsIn',
      [],
      {
        RemixSettings: remix([
          [0, [level(1)]],
          [1, [level(0)]],
        ]),
      },
      `${AUDIO}/remixSettings/channelMappings/0/inputChannelLevels/0/inputChannel`,
    ],
    [
      'a gain above 6 dB',
      [],
      {
        RemixSettings: remix([
          [0, [level(0, 7)]],
          [1, [level(0)]],
        ]),
      },
      `${AUDIO}/remixSettings/channelMappings/0/inputChannelLevels/0/gain`,
    ],
    [
      'seventeen input channels',
      [],
      { RemixSettings: { ...LEFT_TO_BOTH, ChannelsIn: 17 } },
      `${AUDIO}/remixSettings/channelsIn`,
    ],
  ])('refuses %s', async (_what, selectors, audio, element) => {
    const endpoint = await start();
    const inputId = await makeFreeInput(endpoint);
    const request = makeChannelRequest(inputId, makeSound(inputId, selectors, audio));
    const error = await endpoint.mediaLive.send(new CreateChannelCommand(request)).then(
      () => null,
      (thrown: UnprocessableEntityException) => thrown,
    );
    expect(error).toMatchObject(refusal('UnprocessableEntityException', 422));
    expect(error!.ValidationErrors!.map(({ ElementPath }) => ElementPath)).toContain(element);
    expect((await endpoint.mediaLive.send(new ListChannelsCommand({}))).Channels).toEqual([]);
  });

  it.each([
    ['the first audio without selectors', undefined, {}, undefined],
    ['a selector without settings', [{ Name: 'default' }], {}, undefined],
    ['a PID', [byPid(258)], {}, { selection: { by: 'pid', pid: 258 } }],
    [
      'a strict language',
      [byLanguage('SPA', 'STRICT')],
      {},
      { selection: { by: 'language', language: 'spa', isStrict: true } },
    ],
    ['a loose language', [byLanguage('spa')], {}, { selection: { by: 'language', language: 'spa', isStrict: false } }],
    ['a remix', [], { RemixSettings: LEFT_TO_BOTH }, { remix: [[1], [1]] }],
    ['a loudness', [], { AudioNormalizationSettings: loudness }, { loudness: { targetLufs: -23, truePeakDbtp: -1 } }],
  ] as const)('runs %s', async (_what, selectors, audio, sound) => {
    const endpoint = await start();
    const runs: ChannelRun[] = [];
    endpoint.engine.startChannel = async (run) => void runs.push(run);
    const created = await makeFreeInput(endpoint);
    const sent = makeSound(created, selectors as AudioSelector[] | undefined, audio as Partial<AudioDescription>);
    const { Channel: channel } = await endpoint.mediaLive.send(
      new CreateChannelCommand(makeChannelRequest(created, sent)),
    );
    await expect.poll(() => channelState(endpoint, channel!.Id!)).toBe('IDLE');
    await runChannel(endpoint, channel!.Id!);
    const { output } = runs[0]!;
    expect(output.kind === 'rtmp' && output.rendition.sound).toEqual(sound);
  });

  it('raises an alert while the source lacks the chosen audio', async () => {
    const endpoint = await start();
    const { channelId } = await makeChannel(endpoint);
    await runChannel(endpoint, channelId);
    const alertTypes = async () =>
      (await endpoint.mediaLive.send(new ListAlertsCommand({ ChannelId: channelId }))).Alerts!.map(
        ({ AlertType }) => AlertType,
      );
    endpoint.engine.send({ channels: [makeReport(channelId, { isSoundMissing: true })] });
    expect(await alertTypes()).toEqual(['Audio Not Detected']);
    endpoint.engine.send({ channels: [makeReport(channelId)] });
    expect(await alertTypes()).toEqual([]);
  });
});
