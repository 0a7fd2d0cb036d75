import type {
  BatchDeleteRequest,
  BatchDeleteResponse,
  BatchFailedResultModel,
  BatchStartRequest,
  BatchStopRequest,
  BatchSuccessfulResultModel,
} from '@aws-sdk/client-medialive';
import { deleteChannel, startChannel, stopChannel } from './channel.ts';
import { deleteInputSecurityGroup } from './input-security-group.ts';
import { deleteInput } from './input.ts';
import type { MediaContext } from '../media/media-context.ts';
import { AwsError } from '../wire/aws-error.ts';

/** Deletes each resource separately. The response is a 200 that names the failed ones. */
export function batchDelete(context: MediaContext, input: BatchDeleteRequest): BatchDeleteResponse {
  const { channels, inputs, inputSecurityGroups } = context.state;
  return merge([
    each(input.ChannelIds, channels, (ChannelId) => deleteChannel(context, { ChannelId })),
    each(input.InputIds, inputs, (InputId) => deleteInput(context, { InputId })),
    each(input.InputSecurityGroupIds, inputSecurityGroups, (InputSecurityGroupId) =>
      deleteInputSecurityGroup(context, { InputSecurityGroupId }),
    ),
  ]);
}

/** Starts each channel separately, as `batchDelete` does. */
export function batchStart(context: MediaContext, input: BatchStartRequest): BatchDeleteResponse {
  return each(input.ChannelIds, context.state.channels, (ChannelId) => startChannel(context, { ChannelId }));
}

/** Stops each channel separately, as `batchDelete` does. */
export function batchStop(context: MediaContext, input: BatchStopRequest): BatchDeleteResponse {
  return each(input.ChannelIds, context.state.channels, (ChannelId) => stopChannel(context, { ChannelId }));
}

interface BatchResult {
  Successful: BatchSuccessfulResultModel[];
  Failed: BatchFailedResultModel[];
}

function each(
  ids: string[] | undefined,
  records: Record<string, { arn: string; state: string }>,
  act: (id: string) => unknown,
): BatchResult {
  const result: BatchResult = { Successful: [], Failed: [] };
  for (const Id of ids ?? []) {
    try {
      act(Id);
      result.Successful.push({ Id, Arn: records[Id]?.arn, State: records[Id]?.state });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      result.Failed.push({ Id, Arn: records[Id]?.arn, Code: error.name, Message: error.message });
    }
  }
  return result;
}

function merge(results: BatchResult[]): BatchResult {
  return {
    Successful: results.flatMap((result) => result.Successful),
    Failed: results.flatMap((result) => result.Failed),
  };
}
