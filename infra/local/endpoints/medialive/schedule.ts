/**
 * A channel's schedule: immediate actions that show a static image over its outputs and remove it. Other actions and
 * starts are refused by name. An executed action stays in the schedule, and its name in use, for about an hour.
 */
import type {
  BatchUpdateScheduleRequest,
  BatchUpdateScheduleResponse,
  DescribeScheduleRequest,
  DescribeScheduleResponse,
  InputLocation,
  ScheduleAction,
  StaticImageActivateScheduleActionSettings,
  StaticImageOutputActivateScheduleActionSettings,
} from '@aws-sdk/client-medialive';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord } from '../media/media-state.ts';
import { pageOf } from '../media/paging.ts';
import { commit } from '../media/transitions.ts';
import { unprocessable, type ValidationFinding } from '../wire/aws-error.ts';
import { findChannel } from './channel.ts';
import { readImage, STATIC_IMAGE_KINDS } from './images.ts';
import { showImage } from './static-image.ts';

/** [medialive/latest/ug/schedule: executed actions disappear after about an hour] */
const EXECUTED_LISTED_MS = 3_600_000;
const LAYER_MAX = 7;
const KEPT_ACTIVATE = ['Image', 'Layer', 'OutputNames', 'Width', 'Height'];
const KEPT_DEACTIVATE = ['Layer', 'OutputNames'];

type Settings = NonNullable<ScheduleAction['ScheduleActionSettings']>;
type Activate = StaticImageActivateScheduleActionSettings | StaticImageOutputActivateScheduleActionSettings;
type Refuse = (elementPath: string, errorMessage: string) => void;

const ACTIVATIONS = ['StaticImageActivateSettings', 'StaticImageOutputActivateSettings'] as const;
const DEACTIVATIONS = ['StaticImageDeactivateSettings', 'StaticImageOutputDeactivateSettings'] as const;

/** Deletes actions and executes new ones, all or none. */
export function batchUpdateSchedule(
  context: MediaContext,
  input: BatchUpdateScheduleRequest,
): BatchUpdateScheduleResponse {
  const channel = findChannel(context, input.ChannelId!);
  const findings: ValidationFinding[] = [];
  const refuse: Refuse = (elementPath, errorMessage) => findings.push({ elementPath, errorMessage });
  const created = input.Creates?.ScheduleActions ?? [];
  const deletedNames = input.Deletes?.ActionNames ?? [];
  const schedule = listedActions(context, channel);
  for (const [index, name] of deletedNames.entries()) {
    if (!schedule.some(({ action }) => action.ActionName === name)) {
      refuse(`/deletes/actionNames/${index}`, 'the schedule has no action of this name');
    }
  }
  const kept = schedule.filter(({ action }) => !deletedNames.includes(action.ActionName ?? ''));
  const names = new Set(kept.map(({ action }) => action.ActionName));
  for (const [index, action] of created.entries()) {
    const path = `/creates/scheduleActions/${index}`;
    if (names.has(action.ActionName)) refuse(`${path}/actionName`, 'the name is in use in this schedule');
    names.add(action.ActionName);
    checkAction(context, channel, action, path, refuse);
  }
  if (findings.length > 0) throw unprocessable('The schedule is not valid', findings);
  const atMs = context.clock.now();
  channel.schedule = [...kept, ...created.map((action) => ({ action, atMs }))];
  for (const action of created) execute(channel, action);
  if (created.length > 0) showImage(context, channel);
  commit(context);
  return {
    Creates: { ScheduleActions: created },
    Deletes: {
      ScheduleActions: schedule.flatMap(({ action }) => (deletedNames.includes(action.ActionName!) ? [action] : [])),
    },
  };
}

/** Lists the actions of the last hour. */
export function describeSchedule(context: MediaContext, input: DescribeScheduleRequest): DescribeScheduleResponse {
  const channel = findChannel(context, input.ChannelId!);
  const listed = listedActions(context, channel).map(({ action }) => ({ id: action.ActionName ?? '', action }));
  const page = pageOf(listed, input);
  return { ScheduleActions: page.items.map(({ action }) => action), NextToken: page.nextToken };
}

/** Deletes all actions. An image that is shown stays, because its action has been executed. */
export function deleteSchedule(context: MediaContext, input: { ChannelId: string }): Record<string, never> {
  const channel = findChannel(context, input.ChannelId);
  delete channel.schedule;
  commit(context);
  return {};
}

function listedActions({ clock }: MediaContext, { schedule = [] }: ChannelRecord) {
  return schedule.filter(({ atMs }) => clock.now() - atMs < EXECUTED_LISTED_MS);
}

function checkAction(
  context: MediaContext,
  channel: ChannelRecord,
  action: ScheduleAction,
  path: string,
  refuse: Refuse,
): void {
  const { ScheduleActionSettings: settings = {}, ScheduleActionStartSettings: start = {} } = action;
  const startAt = `${path}/scheduleActionStartSettings`;
  const starts = membersOf(start);
  if (starts.length !== 1) refuse(startAt, 'exactly one start is required');
  else if (!start.ImmediateModeScheduleActionStartSettings)
    refuse(startAt, 'only immediate starts are supported by this local endpoint');
  else if (channel.state !== 'RUNNING')
    refuse(startAt, `an immediate action needs a running channel; it is ${channel.state}`);
  const settingsAt = `${path}/scheduleActionSettings`;
  const [kind, ...others] = membersOf(settings) as (keyof Settings)[];
  if (!kind || others.length > 0) return refuse(settingsAt, 'exactly one kind of settings is required');
  const value = settings[kind] as { Layer?: number; OutputNames?: string[] };
  const at = `${settingsAt}/${wireName(kind)}`;
  if (isOneOf(ACTIVATIONS, kind)) {
    refuseMembers(value, KEPT_ACTIVATE, at, refuse);
    checkActivation(context, channel, value as Activate, at, refuse);
  } else if (isOneOf(DEACTIVATIONS, kind)) refuseMembers(value, KEPT_DEACTIVATE, at, refuse);
  else return refuse(at, 'static images are the only actions of this local endpoint');
  checkPlace(channel, value, kind.includes('Output'), at, refuse);
}

function checkPlace(
  channel: ChannelRecord,
  { Layer, OutputNames = [] }: { Layer?: number; OutputNames?: string[] },
  namesOutputs: boolean,
  path: string,
  refuse: Refuse,
): void {
  if (Layer !== undefined && !(Number.isInteger(Layer) && Layer >= 0 && Layer <= LAYER_MAX)) {
    refuse(`${path}/layer`, `must be from 0 to ${LAYER_MAX}`);
  }
  if (!namesOutputs) return;
  if (OutputNames.length === 0) refuse(`${path}/outputNames`, 'at least one output is required');
  const known = (channel.settings.EncoderSettings?.OutputGroups ?? []).flatMap(({ Outputs = [] }) =>
    Outputs.flatMap(({ OutputName }) => OutputName ?? []),
  );
  for (const [index, name] of OutputNames.entries()) {
    if (!known.includes(name)) refuse(`${path}/outputNames/${index}`, 'the channel has no output of this name');
  }
}

function checkActivation(
  context: MediaContext,
  channel: ChannelRecord,
  { Height, Image, Width }: Activate,
  path: string,
  refuse: Refuse,
): void {
  if (!Image) return refuse(`${path}/image`, 'an image is required');
  const found = readImage(context, Image, STATIC_IMAGE_KINDS);
  if ('refused' in found) return refuse(`${path}/image/uri`, found.refused);
  for (const [member, value] of Object.entries({ width: Width, height: Height })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      refuse(`${path}/${member}`, 'must be at least 1');
  }
  const video = channel.settings.EncoderSettings?.VideoDescriptions?.[0];
  if ((Width ?? found.facts.width) > (video?.Width ?? Infinity)) refuse(`${path}/width`, 'is wider than the output');
  if ((Height ?? found.facts.height) > (video?.Height ?? Infinity))
    refuse(`${path}/height`, 'is higher than the output');
}

function execute(channel: ChannelRecord, { ScheduleActionSettings: settings = {} }: ScheduleAction): void {
  const activated = settings.StaticImageOutputActivateSettings ?? settings.StaticImageActivateSettings;
  const deactivated = settings.StaticImageOutputDeactivateSettings ?? settings.StaticImageDeactivateSettings;
  const images: Record<string, InputLocation> = { ...channel.staticImages };
  if (activated?.Image) images[String(activated.Layer ?? 0)] = activated.Image;
  else delete images[String(deactivated?.Layer ?? 0)];
  channel.staticImages = images;
}

function refuseMembers(settings: object, kept: readonly string[], path: string, refuse: Refuse): void {
  for (const member of membersOf(settings)) {
    if (!kept.includes(member))
      refuse(`${path}/${wireName(member)}`, 'is not supported by this local endpoint: leave it out');
  }
}

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}

const membersOf = (settings: object) =>
  Object.entries(settings).flatMap(([member, value]) => (value === undefined ? [] : member));
const wireName = (member: string) => member[0]!.toLowerCase() + member.slice(1);
