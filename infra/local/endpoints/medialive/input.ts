import type {
  CreateInputRequest,
  CreateInputResponse,
  Input,
  InputState,
  InputType,
  ListInputsRequest,
  ListInputsResponse,
} from '@aws-sdk/client-medialive';
import { RTP_INPUT_PORT } from '../media/feeds.ts';
import { toArn } from '../media/identifiers.ts';
import { releaseGroups, useGroups } from './input-security-group.ts';
import { forgetTombstones } from './tombstones.ts';
import { begin, commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { InputRecord } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { badRequest, conflict, forbidden, notFound } from '../wire/aws-error.ts';
import { addTags, checkTags, tagsOf } from '../media/tags.ts';

/** Push and pull inputs have separate quotas. [medialive: quotas L-9E233AF7 and L-4D7207DE] */
const isPush = (type: InputType): boolean => type.endsWith('_PUSH');

/**
 * Creates an RTP push input with two endpoints, or a URL pull input, which no channel of this local endpoint reads. The
 * same `RequestId` returns the first input again, whatever else the call contains, until that input is deleted.
 */
export function createInput(context: MediaContext, input: CreateInputRequest): CreateInputResponse {
  const type = input.Type;
  if (type !== 'RTP_PUSH' && type !== 'URL_PULL') {
    throw badRequest('Type must be RTP_PUSH or URL_PULL: this local endpoint takes no other');
  }
  const inputs = Object.values(context.state.inputs).filter((other) => other.state !== 'DELETED');
  const earlier = inputs.find((other) => input.RequestId !== undefined && other.requestId === input.RequestId);
  if (earlier !== undefined) return { Input: toInput(context, earlier) };
  const groupIds = input.InputSecurityGroups ?? [];
  if (isPush(type) && groupIds.length === 0) throw badRequest('an RTP_PUSH input needs an input security group');
  checkTags(input.Tags);
  if (!isPush(type) && !input.Sources?.length) throw badRequest('a URL_PULL input needs Sources');
  const quota = isPush(type) ? context.quotas.pushInputs : context.quotas.pullInputs;
  if (inputs.filter((other) => isPush(typeOf(other)) === isPush(type)).length >= quota) {
    throw forbidden(`the quota of ${quota} ${isPush(type) ? 'push' : 'pull'} inputs is used up`);
  }
  useGroups(context, groupIds);
  const id = context.identifiers.digits();
  const record: InputRecord = {
    id,
    arn: toArn('medialive', `input:${id}`),
    state: 'CREATING',
    name: input.Name ?? id,
    type,
    ...(input.Sources === undefined ? {} : { sources: input.Sources }),
    securityGroupIds: groupIds,
    endpointIps: isPush(type) ? endpointIps(context.identifiers.ordinal()) : [],
    ...(input.RequestId === undefined ? {} : { requestId: input.RequestId }),
  };
  context.state.inputs[id] = record;
  addTags(context, record.arn, input.Tags);
  move(context, record, 'DETACHED', context.durations.inputCreateMs);
  commit(context);
  return { Input: toInput(context, record) };
}

/** Describes an input, including a deleted one. */
export function describeInput(context: MediaContext, input: { InputId: string }) {
  return toInput(context, findInput(context, input.InputId));
}

/** Lists inputs that are not deleted. */
export function listInputs(context: MediaContext, input: ListInputsRequest): ListInputsResponse {
  const live = Object.values(context.state.inputs).filter((other) => other.state !== 'DELETED');
  const page = pageOf(live, input);
  return { Inputs: page.items.map((record) => toInput(context, record)), NextToken: page.nextToken };
}

/** Deletes a detached input. Deleting a deleted one succeeds. Its security groups stay. */
export function deleteInput(context: MediaContext, input: { InputId: string }): object {
  const record = findInput(context, input.InputId);
  if (record.state === 'DELETED') return {};
  if (record.state !== 'DETACHED') {
    throw conflict(`input ${record.id} is busy: it is ${record.state} and must be DETACHED to be deleted`);
  }
  record.state = 'DELETING';
  move(context, record, 'DELETED', context.durations.inputDeleteMs);
  commit(context);
  return {};
}

/** Completes an input's change of state. */
export function arriveInput(context: MediaContext, id: string, to: string): void {
  const record = context.state.inputs[id];
  if (record === undefined) return;
  record.state = to as InputState;
  if (to === 'DETACHED') delete record.attachedChannelId;
  if (to === 'DELETED') {
    record.deletedAtMs = context.clock.now();
    releaseGroups(context, record.securityGroupIds);
    forgetTombstones(context);
  }
}

/** Attaches an input to a channel. Throws ConflictException when it is not free. Does not commit. */
export function attachInput(context: MediaContext, inputId: string, channelId: string): void {
  const record = findInput(context, inputId);
  requireFree(record, channelId);
  record.state = 'ATTACHED';
  record.attachedChannelId = channelId;
}

/** Throws ConflictException when an input cannot be attached to a channel. */
export function requireFree(record: InputRecord, channelId: string | undefined): void {
  if (record.attachedChannelId !== undefined && record.attachedChannelId === channelId) return;
  if (record.state !== 'DETACHED') {
    throw conflict(`input ${record.id} is ${record.state} and must be DETACHED to be attached to a channel`);
  }
}

/** Frees the inputs of a channel. `afterMs` is how long they stay ATTACHED. Does not commit. */
export function detachInputs(context: MediaContext, channelId: string, inputIds: string[], afterMs: number): void {
  for (const id of inputIds) {
    const record = context.state.inputs[id];
    if (record?.attachedChannelId === channelId) move(context, record, 'DETACHED', afterMs);
  }
}

/** Finds an input by its id. Throws NotFoundException for one that never existed. */
export function findInput(context: MediaContext, id: string): InputRecord {
  const record = lookUp(context.state.inputs, id);
  if (record === undefined) throw notFound(`there is no input ${id}`);
  return record;
}

function move(context: MediaContext, record: InputRecord, to: InputState, afterMs: number): void {
  begin(context, { kind: 'inputs', resource: record, from: record.state, to, afterMs });
}

/** Returns two loopback addresses for an input, in place of AWS's two availability zones. */
function endpointIps(ordinal: number): string[] {
  const [high, middle, low] = [(ordinal >> 16) & 0x3f, (ordinal >> 8) & 0xff, ordinal & 0xff];
  return [`127.${64 + high}.${middle}.${low}`, `127.${128 + high}.${middle}.${low}`];
}

function typeOf({ type = 'RTP_PUSH' }: InputRecord): InputType {
  return type;
}

function toInput(context: MediaContext, record: InputRecord): Input {
  return {
    Id: record.id,
    Arn: record.arn,
    Name: record.name,
    State: record.state,
    Type: typeOf(record),
    InputClass: 'STANDARD',
    InputSourceType: 'STATIC',
    SecurityGroups: record.securityGroupIds,
    AttachedChannels: record.attachedChannelId === undefined ? [] : [record.attachedChannelId],
    Destinations: record.endpointIps.map((ip) => ({
      Ip: ip,
      Port: String(RTP_INPUT_PORT),
      Url: `rtp://${ip}:${RTP_INPUT_PORT}`,
    })),
    Sources: record.sources ?? [],
    MediaConnectFlows: [],
    Tags: tagsOf(context, record.arn),
  };
}
