import type {
  CreateInputSecurityGroupRequest,
  CreateInputSecurityGroupResponse,
  InputSecurityGroup,
  InputSecurityGroupState,
  InputWhitelistRuleCidr,
  ListInputSecurityGroupsRequest,
  ListInputSecurityGroupsResponse,
  UpdateInputSecurityGroupRequest,
  UpdateInputSecurityGroupResponse,
} from '@aws-sdk/client-medialive';
import ipaddr from 'ipaddr.js';
import { toArn } from '../media/identifiers.ts';
import { begin, commit } from '../media/transitions.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { InputRecord, InputSecurityGroupRecord } from '../media/media-state.ts';
import { lookUp } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { badRequest, conflict, forbidden, notFound } from '../wire/aws-error.ts';
import { addTags, checkTags, tagsOf } from '../media/tags.ts';

const RULES_MAX = 10;

/** Creates a group. AWS has no token here, so a repeated call creates a second group. */
export function createInputSecurityGroup(
  context: MediaContext,
  input: CreateInputSecurityGroupRequest,
): CreateInputSecurityGroupResponse {
  const cidrs = toCidrs(input.WhitelistRules);
  checkTags(input.Tags);
  const live = Object.values(context.state.inputSecurityGroups).filter((group) => group.state !== 'DELETED');
  if (live.length >= context.quotas.inputSecurityGroups) {
    throw forbidden(`the quota of ${context.quotas.inputSecurityGroups} input security groups is used up`);
  }
  const id = context.identifiers.digits();
  const arn = toArn('medialive', `inputSecurityGroup:${id}`);
  const group: InputSecurityGroupRecord = { id, arn, state: 'IDLE', cidrs };
  context.state.inputSecurityGroups[id] = group;
  addTags(context, arn, input.Tags);
  commit(context);
  return { SecurityGroup: toGroup(context, group) };
}

/** Describes a group, including a deleted one. */
export function describeInputSecurityGroup(context: MediaContext, input: { InputSecurityGroupId: string }) {
  return toGroup(context, findGroup(context, input.InputSecurityGroupId));
}

/** Lists groups that are not deleted. */
export function listInputSecurityGroups(
  context: MediaContext,
  input: ListInputSecurityGroupsRequest,
): ListInputSecurityGroupsResponse {
  const live = Object.values(context.state.inputSecurityGroups).filter((group) => group.state !== 'DELETED');
  const page = pageOf(live, input);
  return { InputSecurityGroups: page.items.map((group) => toGroup(context, group)), NextToken: page.nextToken };
}

/** Replaces a group's rules, even while its inputs are in use. */
export function updateInputSecurityGroup(
  context: MediaContext,
  input: UpdateInputSecurityGroupRequest,
): UpdateInputSecurityGroupResponse {
  const group = findGroup(context, input.InputSecurityGroupId!);
  if (group.state === 'DELETED') throw notFound(`input security group ${group.id} is deleted`);
  if (group.state === 'UPDATING') throw conflict(`input security group ${group.id} is UPDATING`);
  const cidrs = input.WhitelistRules === undefined ? group.cidrs : toCidrs(input.WhitelistRules);
  addTags(context, group.arn, input.Tags);
  const from = group.state;
  group.cidrs = cidrs;
  group.state = 'UPDATING';
  begin(context, {
    kind: 'inputSecurityGroups',
    resource: group,
    from,
    to: 'IDLE',
    afterMs: context.durations.groupUpdateMs,
  });
  commit(context);
  return { SecurityGroup: toGroup(context, group) };
}

/** Deletes a group that no input uses. Deleting a deleted one succeeds. */
export function deleteInputSecurityGroup(context: MediaContext, input: { InputSecurityGroupId: string }): object {
  const group = findGroup(context, input.InputSecurityGroupId);
  if (group.state === 'DELETED') return {};
  if (group.state !== 'IDLE' || inputsOf(context, group.id).length > 0) {
    throw conflict(`input security group ${group.id} cannot be deleted because it is still being used by inputs`);
  }
  group.state = 'DELETED';
  group.deletedAtMs = context.clock.now();
  commit(context);
  return {};
}

/** Completes a group's change of state. It is IN_USE as long as an input refers to it. */
export function arriveGroup(context: MediaContext, id: string, to: string): void {
  const group = context.state.inputSecurityGroups[id];
  if (group === undefined || group.state === 'DELETED') return;
  const inUse = inputsOf(context, id).length > 0;
  group.state = to === 'IDLE' && inUse ? 'IN_USE' : (to as InputSecurityGroupState);
}

/** Marks the groups of a new input as used. Throws BadRequestException when one does not exist. */
export function useGroups(context: MediaContext, groupIds: string[]): void {
  const groups = groupIds.map((id) => lookUp(context.state.inputSecurityGroups, id));
  for (const [index, group] of groups.entries()) {
    if (group === undefined || group.state === 'DELETED') {
      throw badRequest(`there is no input security group ${groupIds[index]}`);
    }
  }
  for (const group of groups) {
    if (group === undefined || group.state === 'UPDATING') continue;
    group.state = 'IN_USE';
    delete group.transition;
  }
}

/** Releases the groups of a deleted input. Those that no other input uses become IDLE after a while. */
export function releaseGroups(context: MediaContext, groupIds: string[]): void {
  for (const id of groupIds) {
    const group = context.state.inputSecurityGroups[id];
    if (group?.state !== 'IN_USE' || inputsOf(context, id).length > 0) continue;
    const afterMs = context.durations.groupIdleMs;
    begin(context, { kind: 'inputSecurityGroups', resource: group, from: group.state, to: 'IDLE', afterMs });
  }
}

function findGroup(context: MediaContext, id: string): InputSecurityGroupRecord {
  const group = lookUp(context.state.inputSecurityGroups, id);
  if (group === undefined) throw notFound(`there is no input security group ${id}`);
  return group;
}

/** Lists the live inputs that refer to a group. Each of them prevents its deletion. */
function inputsOf(context: MediaContext, groupId: string): InputRecord[] {
  return Object.values(context.state.inputs).filter(
    (input) => input.state !== 'DELETED' && input.securityGroupIds.includes(groupId),
  );
}

function toGroup(context: MediaContext, group: InputSecurityGroupRecord): InputSecurityGroup {
  const inputs = inputsOf(context, group.id);
  return {
    Id: group.id,
    Arn: group.arn,
    State: group.state,
    Inputs: inputs.map((input) => input.id),
    Channels: [...new Set(inputs.flatMap((input) => input.attachedChannelId ?? []))],
    WhitelistRules: group.cidrs.map((Cidr) => ({ Cidr })),
    Tags: tagsOf(context, group.arn),
  };
}

function toCidrs(rules: InputWhitelistRuleCidr[] | undefined): string[] {
  const cidrs = (rules ?? []).map((rule) => rule.Cidr ?? '');
  if (cidrs.length > RULES_MAX) throw badRequest(`an input security group has at most ${RULES_MAX} rules`);
  for (const cidr of cidrs) {
    if (!isNetwork(cidr)) throw badRequest('each WhitelistRules Cidr must be an IPv4 network such as 203.0.113.7/32');
  }
  return cidrs;
}

function isNetwork(cidr: string): boolean {
  if (!/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(cidr) || !ipaddr.IPv4.isValidCIDR(cidr)) return false;
  return ipaddr.IPv4.networkAddressFromCIDR(cidr).toString() === cidr.split('/')[0];
}
