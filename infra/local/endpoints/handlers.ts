import type * as MediaConnect from '@aws-sdk/client-mediaconnect';
import type * as MediaLive from '@aws-sdk/client-medialive';
import type { Alerts } from './medialive/alerts.ts';
import { listAlerts } from './medialive/alerts.ts';
import { batchDelete, batchStart, batchStop } from './medialive/channel-batch.ts';
import {
  createChannel,
  deleteChannel,
  describeChannel,
  listChannels,
  startChannel,
  stopChannel,
  updateChannel,
  updateChannelClass,
} from './medialive/channel.ts';
import { addFlowOutputs, removeFlowOutput, updateFlowOutput } from './mediaconnect/flow-output.ts';
import { addFlowSources, removeFlowSource, updateFlowSource } from './mediaconnect/flow-source.ts';
import { describeFlowSourceMetadata } from './mediaconnect/flow-source-metadata.ts';
import { describeFlowSourceThumbnail } from './mediaconnect/flow-source-thumbnail.ts';
import {
  createFlow,
  deleteFlow,
  describeFlow,
  listFlows,
  startFlow,
  stopFlow,
  updateFlow,
} from './mediaconnect/flow.ts';
import {
  createInputSecurityGroup,
  deleteInputSecurityGroup,
  describeInputSecurityGroup,
  listInputSecurityGroups,
  updateInputSecurityGroup,
} from './medialive/input-security-group.ts';
import { batchUpdateSchedule, deleteSchedule, describeSchedule } from './medialive/schedule.ts';
import { createInput, deleteInput, describeInput, listInputs } from './medialive/input.ts';
import { commit } from './media/transitions.ts';
import type { MediaContext } from './media/media-context.ts';
import { createHarvestJob, describeHarvestJob, listHarvestJobs } from './mediapackage/harvest-job.ts';
import {
  createOriginEndpoint,
  deleteOriginEndpoint,
  describeOriginEndpoint,
  listOriginEndpoints,
} from './mediapackage/origin-endpoint.ts';
import {
  createPackageChannel,
  deletePackageChannel,
  describePackageChannel,
  listPackageChannels,
} from './mediapackage/package-channel.ts';
import { notFound } from './wire/aws-error.ts';
import type { OperationHandler } from './wire/operation.ts';
import { addTags, removeTags, tagsOf } from './media/tags.ts';

type Handlers = Record<string, OperationHandler>;
type Action = (context: MediaContext, input: never) => ReturnType<OperationHandler>;

/** Returns MediaConnect's operations by name. */
export function mediaConnectHandlers(context: MediaContext): Handlers {
  return bind(context, {
    CreateFlow: createFlow,
    DescribeFlow: describeFlow,
    ListFlows: listFlows,
    StartFlow: startFlow,
    StopFlow: stopFlow,
    DeleteFlow: deleteFlow,
    UpdateFlow: updateFlow,
    AddFlowSources: addFlowSources,
    UpdateFlowSource: updateFlowSource,
    RemoveFlowSource: removeFlowSource,
    AddFlowOutputs: addFlowOutputs,
    UpdateFlowOutput: updateFlowOutput,
    RemoveFlowOutput: removeFlowOutput,
    DescribeFlowSourceMetadata: describeFlowSourceMetadata,
    DescribeFlowSourceThumbnail: describeFlowSourceThumbnail,
    TagResource: (_, input: MediaConnect.TagResourceRequest) => tag(context, mediaConnectArns, input),
    UntagResource: (_, input: MediaConnect.UntagResourceRequest) => untag(context, mediaConnectArns, input),
    ListTagsForResource: (_, input: { ResourceArn: string }) => listTags(context, mediaConnectArns, input),
  });
}

/** Returns MediaLive's operations by name. */
export function mediaLiveHandlers(context: MediaContext, alerts: Alerts): Handlers {
  return bind(context, {
    CreateInputSecurityGroup: createInputSecurityGroup,
    DescribeInputSecurityGroup: describeInputSecurityGroup,
    ListInputSecurityGroups: listInputSecurityGroups,
    UpdateInputSecurityGroup: updateInputSecurityGroup,
    DeleteInputSecurityGroup: deleteInputSecurityGroup,
    CreateInput: createInput,
    DescribeInput: describeInput,
    ListInputs: listInputs,
    DeleteInput: deleteInput,
    CreateChannel: createChannel,
    DescribeChannel: describeChannel,
    ListChannels: listChannels,
    UpdateChannel: updateChannel,
    UpdateChannelClass: updateChannelClass,
    StartChannel: startChannel,
    StopChannel: stopChannel,
    DeleteChannel: deleteChannel,
    BatchStart: batchStart,
    BatchStop: batchStop,
    BatchDelete: batchDelete,
    BatchUpdateSchedule: batchUpdateSchedule,
    DescribeSchedule: describeSchedule,
    DeleteSchedule: deleteSchedule,
    ListAlerts: (_, input: MediaLive.ListAlertsRequest) => listAlerts(context, alerts, input),
    CreateTags: (_, input: MediaLive.CreateTagsRequest) => tag(context, mediaLiveArns, input),
    DeleteTags: (_, input: MediaLive.DeleteTagsRequest) => untag(context, mediaLiveArns, input),
    ListTagsForResource: (_, input: { ResourceArn: string }) => listTags(context, mediaLiveArns, input),
  });
}

/** Returns MediaPackage's operations by name. */
export function mediaPackageHandlers(context: MediaContext): Handlers {
  return bind(context, {
    CreateChannel: createPackageChannel,
    DescribeChannel: describePackageChannel,
    ListChannels: listPackageChannels,
    DeleteChannel: deletePackageChannel,
    CreateOriginEndpoint: createOriginEndpoint,
    DescribeOriginEndpoint: describeOriginEndpoint,
    ListOriginEndpoints: listOriginEndpoints,
    DeleteOriginEndpoint: deleteOriginEndpoint,
    CreateHarvestJob: createHarvestJob,
    DescribeHarvestJob: describeHarvestJob,
    ListHarvestJobs: listHarvestJobs,
  });
}

function bind(context: MediaContext, actions: Record<string, Action>): Handlers {
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [name, (input: never) => action(context, input)]),
  );
}

interface TagRequest {
  ResourceArn?: string | undefined;
  Tags?: Record<string, string> | undefined;
  TagKeys?: string[] | undefined;
}

type Arns = (context: MediaContext) => string[];

const mediaConnectArns: Arns = ({ state }) =>
  Object.values(state.flows).flatMap((flow) => [flow.id, ...[...flow.sources, ...flow.outputs].map(({ arn }) => arn)]);

const mediaLiveArns: Arns = ({ state }) =>
  [...Object.values(state.channels), ...Object.values(state.inputs), ...Object.values(state.inputSecurityGroups)].map(
    (resource) => resource.arn,
  );

function tag(context: MediaContext, arns: Arns, input: TagRequest): void {
  addTags(context, knownArn(context, arns, input), input.Tags);
  commit(context);
}

function untag(context: MediaContext, arns: Arns, input: TagRequest): void {
  removeTags(context, knownArn(context, arns, input), input.TagKeys);
}

function listTags(context: MediaContext, arns: Arns, input: TagRequest) {
  return { Tags: tagsOf(context, knownArn(context, arns, input)) };
}

function knownArn(context: MediaContext, arns: Arns, input: TagRequest): string {
  const arn = input.ResourceArn ?? '';
  if (!arns(context).includes(arn)) throw notFound(`there is no resource ${arn}`);
  return arn;
}
