import {
  CreateChannelCommand,
  DeleteChannelCommand,
  DescribeChannelCommand,
  paginateListAlerts,
  paginateListChannels,
  StartChannelCommand,
  StopChannelCommand,
  UpdateChannelClassCommand,
  UpdateChannelCommand,
} from '@aws-sdk/client-medialive';
import type { ChannelClass } from '../domain/destination.ts';
import { isNotFound } from './aws-errors.ts';
import {
  buildChannelSettings,
  buildCreateChannel,
  classOf,
  outputDestination,
  type ChannelLogLevel,
  type ChannelTarget,
} from './channel-request.ts';
import type { AwsDeps } from './clients.ts';
import { isOurs, requestIdOf } from './names.ts';
import { MEDIA_LIVE_PAGE_MAX } from './page-size.ts';

/**
 * MediaLive's answers about channels contain the stream key in clear. This file is the boundary: it returns only a
 * ChannelView, and never logs a raw answer or error.
 */
export interface ChannelView {
  channelId: string;
  channelArn: string;
  name: string;
  /** One of MediaLive's eleven states; DELETED is reported as "no channel". */
  state: string;
  channelClass: ChannelClass;
  tags: Record<string, string>;
}

interface RawChannel {
  Id?: string;
  Name?: string;
  Arn?: string;
  State?: string;
  ChannelClass?: string;
  Tags?: Record<string, string>;
}

function toView(raw: RawChannel): ChannelView {
  return {
    channelId: raw.Id ?? '',
    channelArn: raw.Arn ?? '',
    name: raw.Name ?? '',
    state: raw.State ?? 'UNKNOWN',
    channelClass: raw.ChannelClass === 'SINGLE_PIPELINE' ? 'SINGLE_PIPELINE' : 'STANDARD',
    tags: raw.Tags ?? {},
  };
}

/** Describes a channel. Returns null when it does not exist or is deleted (deleted channels stay describable). */
export async function observeChannel(
  { clients }: AwsDeps<'mediaLive', never>,
  channelId: string,
): Promise<ChannelView | null> {
  try {
    const view = toView(await clients.mediaLive.send(new DescribeChannelCommand({ ChannelId: channelId })));
    return view.state === 'DELETED' ? null : view;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** Lists the channels of the account and Region that are not deleted. */
export async function listChannels({ clients }: AwsDeps<'mediaLive', never>): Promise<ChannelView[]> {
  const channels: ChannelView[] = [];
  for await (const page of paginateListChannels({ client: clients.mediaLive, pageSize: MEDIA_LIVE_PAGE_MAX }, {})) {
    for (const raw of page.Channels ?? []) channels.push(toView(raw));
  }
  return channels.filter((channel) => channel.state !== 'DELETED');
}

/** Finds a destination's channel by its tags. */
export async function findChannel(
  deps: AwsDeps<'mediaLive', 'deploymentId'>,
  destinationId: string,
): Promise<ChannelView | null> {
  const channels = await listChannels(deps);
  return channels.find((channel) => isOurs(deps.deployment, destinationId, channel.tags)) ?? null;
}

/** The deployment's facts that go into a channel's settings. */
type ChannelFact = 'deploymentId' | 'mediaLiveRoleArn' | 'declaredInput' | 'maintenance';

interface ChannelMaking {
  destinationId: string;
  generation: number;
  inputId: string;
  target: ChannelTarget;
  logLevel: ChannelLogLevel;
}

/** Creates the channel, or returns the one that an earlier attempt of the same generation created. */
export async function createChannel(
  { clients, deployment }: AwsDeps<'mediaLive', ChannelFact>,
  { generation, ...making }: ChannelMaking,
): Promise<ChannelView> {
  const requestId = requestIdOf(deployment, making.destinationId, generation, 'channel');
  const request = buildCreateChannel({ deployment, requestId, ...making });
  const { Channel: raw } = await clients.mediaLive.send(new CreateChannelCommand(request));
  return toView(raw ?? {});
}

/** Replaces the settings of an idle channel. */
export async function updateChannel(
  { clients, deployment }: AwsDeps<'mediaLive', ChannelFact>,
  channelId: string,
  making: Omit<ChannelMaking, 'generation'>,
): Promise<void> {
  await clients.mediaLive.send(
    new UpdateChannelCommand({ ChannelId: channelId, ...buildChannelSettings({ deployment, ...making }) }),
  );
}

/** Changes the class of an idle channel, and its destinations, which must fit the class. Its other settings stay. */
export async function updateChannelClass(
  { clients }: AwsDeps<'mediaLive', never>,
  channelId: string,
  target: ChannelTarget,
): Promise<void> {
  await clients.mediaLive.send(
    new UpdateChannelClassCommand({
      ChannelId: channelId,
      ChannelClass: classOf(target),
      Destinations: [outputDestination(target)],
    }),
  );
}

/** Asks MediaLive to start the channel. */
export async function startChannel({ clients }: AwsDeps<'mediaLive', never>, channelId: string): Promise<void> {
  await clients.mediaLive.send(new StartChannelCommand({ ChannelId: channelId }));
}

/** Asks MediaLive to stop the channel. */
export async function stopChannel({ clients }: AwsDeps<'mediaLive', never>, channelId: string): Promise<void> {
  await clients.mediaLive.send(new StopChannelCommand({ ChannelId: channelId }));
}

/** Asks MediaLive to delete the channel. An accepted request does not prove that the channel is gone. */
export async function deleteChannel({ clients }: AwsDeps<'mediaLive', never>, channelId: string): Promise<void> {
  await clients.mediaLive.send(new DeleteChannelCommand({ ChannelId: channelId }));
}

export interface AlertView {
  alertType: string;
  message: string;
  setAt: string;
  /** Absent for the first pipeline. */
  pipelineId?: string;
}

/** Returns the alerts that are currently set on a channel. */
export async function listSetAlerts({ clients }: AwsDeps<'mediaLive', never>, channelId: string): Promise<AlertView[]> {
  const alerts: AlertView[] = [];
  const pages = paginateListAlerts({ client: clients.mediaLive }, { ChannelId: channelId, StateFilter: 'SET' });
  for await (const page of pages) {
    for (const alert of page.Alerts ?? []) {
      alerts.push({
        alertType: alert.AlertType ?? 'unknown',
        message: alert.Message ?? '',
        setAt: (alert.SetTimestamp ?? new Date(0)).toISOString(),
        ...(alert.PipelineId === undefined || alert.PipelineId === '0' ? {} : { pipelineId: alert.PipelineId }),
      });
    }
  }
  return alerts;
}
