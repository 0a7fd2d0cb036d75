import type {
  Channel,
  ChannelState,
  CreateChannelRequest,
  CreateChannelResponse,
  ListChannelsRequest,
  ListChannelsResponse,
  UpdateChannelClassRequest,
  UpdateChannelClassResponse,
  UpdateChannelRequest,
  UpdateChannelResponse,
} from '@aws-sdk/client-medialive';
import { checkChannel } from './channel-checks.ts';
import { buildChannelRun } from './channel-run.ts';
import { showImage } from './static-image.ts';
import { LOCAL_IP } from '../media/feeds.ts';
import { toArn } from '../media/identifiers.ts';
import { attachInput, detachInputs, findInput, requireFree } from './input.ts';
import { command } from '../media/engine-commands.ts';
import { emit } from '../media/media-context.ts';
import { forgetTombstones } from './tombstones.ts';
import { begin, commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { conflict, forbidden, notFound } from '../wire/aws-error.ts';
import { addTags, checkTags, tagsOf } from '../media/tags.ts';

/**
 * The window of a channel without one: "AWS sets a maintenance window for you".
 * [medialive/latest/ug/maintenance]
 */
const UNCHOSEN_MAINTENANCE = { MaintenanceDay: 'SUNDAY', MaintenanceStartTime: '18:00' } as const;

/**
 * Creates a channel and attaches its input. The same `RequestId` returns the first channel again, whatever else the
 * call contains, until that channel is deleted.
 */
export function createChannel(context: MediaContext, input: CreateChannelRequest): CreateChannelResponse {
  const { RequestId: requestId, Tags: tags, DryRun: dryRun, ...given } = input;
  const channels = liveChannels(context);
  const earlier = channels.find((other) => requestId !== undefined && other.requestId === requestId);
  if (earlier !== undefined) return { Channel: toChannel(context, earlier) };
  const settings = {
    ...given,
    ChannelClass: given.ChannelClass ?? ('STANDARD' as const),
    Maintenance: given.Maintenance ?? UNCHOSEN_MAINTENANCE,
  };
  checkTags(tags);
  checkChannel(settings, context);
  const inputIds = inputIdsOf(settings);
  for (const id of inputIds) requireFree(findInput(context, id), undefined);
  if (channels.length >= context.quotas.channels) {
    throw forbidden(`the quota of ${context.quotas.channels} channels is used up`);
  }
  if (dryRun === true) return {};
  const id = context.identifiers.digits();
  const channel: ChannelRecord = {
    id,
    arn: toArn('medialive', `channel:${id}`),
    state: 'CREATING',
    settings,
    ...(requestId === undefined ? {} : { requestId }),
  };
  context.state.channels[id] = channel;
  for (const inputId of inputIds) attachInput(context, inputId, id);
  addTags(context, channel.arn, tags);
  move(context, channel, 'IDLE', context.durations.channelCreateMs);
  commit(context);
  return { Channel: toChannel(context, channel) };
}

/** Describes a channel, including a deleted one. As on AWS, the response contains the stream key in plain text. */
export function describeChannel(context: MediaContext, input: { ChannelId: string }): Channel {
  return toChannel(context, findChannel(context, input.ChannelId));
}

/** Lists channels that are not deleted, without encoder settings. */
export function listChannels(context: MediaContext, input: ListChannelsRequest): ListChannelsResponse {
  const page = pageOf(liveChannels(context), input);
  return {
    Channels: page.items.map((channel) => {
      const {
        EncoderSettings: _encoderSettings,
        PipelineDetails: _pipelineDetails,
        ...summary
      } = toChannel(context, channel);
      return summary;
    }),
    NextToken: page.nextToken,
  };
}

/** Starts an idle channel. */
export function startChannel(context: MediaContext, input: { ChannelId: string }): Channel {
  const channel = findChannel(context, input.ChannelId);
  requireState(channel, 'started', ['IDLE']);
  channel.startedAtMs = context.clock.now();
  setState(context, channel, 'STARTING', 'Starting channel');
  move(context, channel, 'RUNNING', context.durations.channelStartMs);
  commit(context);
  return toChannel(context, channel);
}

/**
 * Stops a running channel. Refuses a channel that is STARTING: AWS does not document that case, and a caller that
 * handles the refusal handles both.
 */
export function stopChannel(context: MediaContext, input: { ChannelId: string }): Channel {
  const channel = findChannel(context, input.ChannelId);
  requireState(channel, 'stopped', ['RUNNING', 'RECOVERING']);
  setState(context, channel, 'STOPPING', 'Stopping channel');
  command(context, channel.id, () => context.engine.stopChannel(channel.id));
  move(context, channel, 'IDLE', context.durations.channelStopMs);
  commit(context);
  return toChannel(context, channel);
}

/** Deletes a channel that is not running. Deleting a deleted one succeeds. */
export function deleteChannel(context: MediaContext, input: { ChannelId: string }): Channel {
  const channel = findChannel(context, input.ChannelId);
  if (channel.state === 'DELETED') return toChannel(context, channel);
  if (!['IDLE', 'CREATE_FAILED', 'UPDATE_FAILED'].includes(channel.state)) {
    throw conflict(`channel ${channel.id} is ${channel.state}: it has not been stopped yet`);
  }
  setState(context, channel, 'DELETING', 'Deleting channel');
  move(context, channel, 'DELETED', context.durations.channelDeleteMs);
  commit(context);
  return toChannel(context, channel);
}

/** Replaces members of an idle channel's settings. Each given member replaces the whole old one. */
export function updateChannel(context: MediaContext, input: UpdateChannelRequest): UpdateChannelResponse {
  const channel = lookUp(context.state.channels, input.ChannelId);
  // UpdateChannel is the only channel operation without a documented 404.
  // [medialive/latest/apireference/channels-channelid.html]
  if (channel === undefined || channel.state === 'DELETED') {
    throw conflict(`there is no channel ${input.ChannelId} that could be updated`);
  }
  requireState(channel, 'updated', ['IDLE', 'UPDATE_FAILED']);
  const { ChannelId: _channelId, DryRun: dryRun, ...changes } = input;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const settings = { ...channel.settings, ...given } as ChannelRecord['settings'];
  checkSettings(context, channel, settings);
  if (dryRun !== true) applySettings(context, channel, settings);
  return { Channel: toChannel(context, channel) };
}

/**
 * Changes the class of an idle channel, together with its destinations, of which each class needs another number of
 * settings. [medialive/latest/ug/editing-deleting-channel]
 */
export function updateChannelClass(
  context: MediaContext,
  input: UpdateChannelClassRequest,
): UpdateChannelClassResponse {
  const channel = findChannel(context, input.ChannelId!);
  requireState(channel, 'changed to another class', ['IDLE']);
  const settings = {
    ...channel.settings,
    ChannelClass: input.ChannelClass,
    ...(input.Destinations === undefined ? {} : { Destinations: input.Destinations }),
  };
  checkSettings(context, channel, settings);
  applySettings(context, channel, settings);
  return { Channel: toChannel(context, channel) };
}

function checkSettings(context: MediaContext, channel: ChannelRecord, settings: ChannelRecord['settings']): void {
  checkChannel(settings, context);
  for (const id of inputIdsOf(settings)) requireFree(findInput(context, id), channel.id);
}

function applySettings(context: MediaContext, channel: ChannelRecord, settings: ChannelRecord['settings']): void {
  const inputIds = inputIdsOf(settings);
  const dropped = inputIdsOf(channel.settings).filter((id) => !inputIds.includes(id));
  channel.settings = settings;
  detachInputs(context, channel.id, dropped, 0);
  for (const id of inputIds) attachInput(context, id, channel.id);
  setState(context, channel, 'UPDATING', 'Updating channel');
  move(context, channel, 'IDLE', context.durations.channelUpdateMs);
  commit(context);
}

/** Completes a channel's change of state. */
export function arriveChannel(context: MediaContext, id: string, to: string): void {
  const channel = context.state.channels[id];
  if (channel === undefined) return;
  const from = channel.state;
  if (to === 'RUNNING') {
    runChannel(context, channel);
    setState(context, channel, 'RUNNING', from === 'RECOVERING' ? 'Recovered channel' : 'Started channel');
    return;
  }
  if (to === 'DELETED') {
    detachInputs(context, id, inputIdsOf(channel.settings), context.durations.inputDetachMs);
    channel.deletedAtMs = context.clock.now();
    channel.settings = toTombstone(channel.settings);
    forgetTombstones(context);
  }
  setState(context, channel, to as ChannelState, ARRIVAL_MESSAGES[`${from} ${to}`] ?? to);
}

/** Notes on a MediaPackage channel when its encoder first sent, because MediaPackage has no media from before. */
function noteEncoding({ clock, durations, state }: MediaContext, { settings }: ChannelRecord): void {
  for (const { ChannelId: id } of settings.Destinations?.flatMap((each) => each.MediaPackageSettings ?? []) ?? []) {
    const packageChannel = lookUp(state.packageChannels, id);
    if (packageChannel !== undefined) packageChannel.encodedSinceMs ??= clock.now() + durations.firstSegmentMs;
  }
}

/**
 * Starts a channel in the engine, also after a restart. A channel that the engine refuses is retried later. One that is
 * paused is started when it is unpaused.
 */
export function runChannel(context: MediaContext, channel: ChannelRecord): void {
  if (channel.isPaused) return;
  noteEncoding(context, channel);
  command(
    context,
    channel.id,
    async () => {
      const input = findInput(context, inputIdsOf(channel.settings)[0]!);
      await context.engine.startChannel(buildChannelRun(context, channel, input));
    },
    () => recoverChannel(context, channel),
  );
  // An image over the output outlasts a failed pipeline and the local endpoint's own restart. Whether it outlasts a stop is
  // undocumented. Here it does, so that a caller that leaves one notices.
  if (Object.keys(channel.staticImages ?? {}).length > 0) showImage(context, channel);
}

/** Handles a failed pipeline: the channel is RECOVERING for a while and then runs again, unless it is stopped first. */
export function recoverChannel(context: MediaContext, channel: ChannelRecord): void {
  if (channel.state !== 'RUNNING') return;
  setState(context, channel, 'RECOVERING', 'Recovering channel');
  move(context, channel, 'RUNNING', context.durations.channelRecoverMs);
  commit(context);
}

/** Finds a channel by its id. Throws NotFoundException for one that never existed. */
export function findChannel(context: MediaContext, id: string): ChannelRecord {
  const channel = lookUp(context.state.channels, id);
  if (channel === undefined) throw notFound(`there is no channel ${id}`);
  return channel;
}

// Events say CREATED and STOPPED where the API says IDLE.
const EVENT_STATES: Record<string, string> = {
  'CREATING IDLE': 'CREATED',
  'STOPPING IDLE': 'STOPPED',
  'STARTING IDLE': 'STOPPED',
};

const ARRIVAL_MESSAGES: Record<string, string> = {
  'CREATING IDLE': 'Created channel',
  'STOPPING IDLE': 'Stopped channel',
  'STARTING IDLE': 'The channel could not be started',
  'UPDATING IDLE': 'Updated channel',
  'DELETING DELETED': 'Deleted channel',
};

function setState(context: MediaContext, channel: ChannelRecord, state: ChannelState, message: string): void {
  const from = channel.state;
  channel.state = state;
  emit(context, {
    source: 'aws.medialive',
    detailType: 'MediaLive Channel State Change',
    resources: [channel.arn],
    detail: {
      channel_arn: channel.arn,
      state: EVENT_STATES[`${from} ${state}`] ?? state,
      message,
      pipelines_running_count: state === 'RUNNING' ? pipelinesOf(channel) : 0,
    },
  });
}

function move(context: MediaContext, channel: ChannelRecord, to: ChannelState, afterMs: number): void {
  begin(context, { kind: 'channels', resource: channel, from: channel.state, to, afterMs });
}

function requireState(channel: ChannelRecord, verb: string, allowed: ChannelState[]): void {
  if (allowed.includes(channel.state)) return;
  if (channel.state === 'DELETED') throw notFound(`channel ${channel.id} is deleted`);
  throw conflict(`channel ${channel.id} is ${channel.state} and cannot be ${verb}; it must be ${allowed.join(' or ')}`);
}

function liveChannels(context: MediaContext): ChannelRecord[] {
  return Object.values(context.state.channels).filter((channel) => channel.state !== 'DELETED');
}

/** Returns the ids of a channel's inputs. */
function inputIdsOf(settings: ChannelRecord['settings']): string[] {
  return (settings.InputAttachments ?? []).flatMap((attachment) => attachment.InputId ?? []);
}

function pipelinesOf(channel: ChannelRecord): number {
  return channel.settings.ChannelClass === 'SINGLE_PIPELINE' ? 1 : 2;
}

/**
 * Returns the state that DescribeChannel shows. MediaLive's reads are eventually consistent, so a channel that has just
 * been started may still show IDLE; how long is not documented.
 */
function stateShown(
  { clock, durations }: MediaContext,
  { state, startedAtMs = -Infinity }: ChannelRecord,
): ChannelState {
  return state === 'STARTING' && clock.now() - startedAtMs < durations.channelStartShowsMs ? 'IDLE' : state;
}

/**
 * Returns the settings of a deleted channel: without stream keys, and without encoder settings, which are its largest
 * part.
 */
function toTombstone(settings: ChannelRecord['settings']): ChannelRecord['settings'] {
  const Destinations = settings.Destinations?.map((destination) => ({
    ...destination,
    Settings: destination.Settings?.map(({ StreamName: _streamName, ...item }) => item),
  }));
  return { ...settings, Destinations, EncoderSettings: undefined };
}

function toChannel(context: MediaContext, channel: ChannelRecord): Channel {
  const { settings } = channel;
  const running = channel.state === 'RUNNING';
  return {
    Id: channel.id,
    Arn: channel.arn,
    Name: settings.Name,
    State: stateShown(context, channel),
    ChannelClass: settings.ChannelClass,
    RoleArn: settings.RoleArn,
    InputSpecification: settings.InputSpecification,
    InputAttachments: settings.InputAttachments,
    Destinations: settings.Destinations,
    EncoderSettings: settings.EncoderSettings,
    LogLevel: settings.LogLevel ?? 'DISABLED',
    Maintenance: settings.Maintenance,
    EgressEndpoints: [{ SourceIp: LOCAL_IP }],
    PipelinesRunningCount: running ? pipelinesOf(channel) : 0,
    PipelineDetails: running
      ? Array.from({ length: pipelinesOf(channel) }, (_, pipeline) => ({
          PipelineId: String(pipeline),
          ActiveInputAttachmentName: settings.InputAttachments?.[0]?.InputAttachmentName,
        }))
      : [],
    Tags: tagsOf(context, channel.arn),
  };
}
