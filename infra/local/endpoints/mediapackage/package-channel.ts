import type {
  CreateChannelRequest,
  CreateChannelResponse,
  DeleteChannelResponse,
  ListChannelsRequest,
  ListChannelsResponse,
} from '@aws-sdk/client-mediapackage';
import { toArn } from '../media/identifiers.ts';
import { commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { PackageChannelRecord } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { notFound, unprocessable } from '../wire/aws-error.ts';
import { addTags, checkTags, tagsOf } from '../media/tags.ts';

/** Creates a MediaPackage channel. It exists at once; the caller chooses its unique id. */
export function createPackageChannel(context: MediaContext, input: CreateChannelRequest): CreateChannelResponse {
  const { packageChannels } = context.state;
  const id = checkId(input.Id);
  if (lookUp(packageChannels, id) !== undefined) throw unprocessable(`channel ${id} already exists`);
  if (Object.keys(packageChannels).length >= context.quotas.packageChannels) {
    throw unprocessable(`the quota of ${context.quotas.packageChannels} channels is used up`);
  }
  checkTags(input.Tags);
  const channel: PackageChannelRecord = {
    id,
    arn: toArn('mediapackage', `channels/${context.identifiers.hex(32)}`),
    ...(input.Description === undefined ? {} : { description: input.Description }),
    createdAtMs: context.clock.now(),
  };
  packageChannels[id] = channel;
  addTags(context, channel.arn, input.Tags);
  commit(context);
  return toChannel(context, channel);
}

/** Describes a MediaPackage channel. */
export function describePackageChannel(context: MediaContext, input: { Id: string }) {
  return toChannel(context, findPackageChannel(context, input.Id));
}

/** Lists MediaPackage channels. */
export function listPackageChannels(context: MediaContext, input: ListChannelsRequest): ListChannelsResponse {
  const page = pageOf(Object.values(context.state.packageChannels), input);
  return { Channels: page.items.map((channel) => toChannel(context, channel)), NextToken: page.nextToken };
}

/** Deletes a MediaPackage channel without endpoints. */
export function deletePackageChannel(context: MediaContext, input: { Id: string }): DeleteChannelResponse {
  const channel = findPackageChannel(context, input.Id);
  const endpoints = Object.values(context.state.originEndpoints);
  if (endpoints.some((endpoint) => endpoint.settings.ChannelId === channel.id)) {
    throw unprocessable(`channel ${channel.id} still has origin endpoints`);
  }
  delete context.state.packageChannels[channel.id];
  delete context.state.tags[channel.arn];
  commit(context);
  return {};
}

/** Finds a MediaPackage channel by its id. Throws NotFoundException. */
export function findPackageChannel(context: MediaContext, id: string): PackageChannelRecord {
  const channel = lookUp(context.state.packageChannels, id);
  if (channel === undefined) throw notFound(`there is no channel ${id}`);
  return channel;
}

/** Validates the id of a MediaPackage resource by AWS's rules. Throws UnprocessableEntityException. */
export function checkId(id: string | undefined): string {
  if (id === undefined || !/^[0-9A-Za-z_-]{1,256}$/.test(id) || id === '__proto__') {
    throw unprocessable('Id must be 1 to 256 letters, digits, hyphens and underscores');
  }
  return id;
}

/** Describes a channel. AWS also returns ingest credentials; here the engine passes the media on without a network. */
function toChannel(context: MediaContext, channel: PackageChannelRecord) {
  return {
    Id: channel.id,
    Arn: channel.arn,
    Description: channel.description,
    CreatedAt: new Date(channel.createdAtMs).toISOString(),
    HlsIngest: { IngestEndpoints: [] },
    Tags: tagsOf(context, channel.arn),
  };
}
