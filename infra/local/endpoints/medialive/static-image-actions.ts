import type {
  InputLocation,
  StaticImageActivateScheduleActionSettings,
  StaticImageOutputActivateScheduleActionSettings,
} from '@aws-sdk/client-medialive';
import type { MediaContext } from '../media/media-context.ts';
import type { ChannelRecord } from '../media/media-state.ts';
import { readImage, STATIC_IMAGE_KINDS } from './images.ts';
import { refuseMembers, type ActionSettings, type Refuse } from './schedule-findings.ts';

/** Schedule actions that show a static image over the outputs of a channel and remove it. */

const LAYER_MAX = 7;
const KEPT_ACTIVATE = ['Image', 'Layer', 'OutputNames', 'Width', 'Height'];
const KEPT_DEACTIVATE = ['Layer', 'OutputNames'];

type Activate = StaticImageActivateScheduleActionSettings | StaticImageOutputActivateScheduleActionSettings;

const ACTIVATIONS = ['StaticImageActivateSettings', 'StaticImageOutputActivateSettings'] as const;
const DEACTIVATIONS = ['StaticImageDeactivateSettings', 'StaticImageOutputDeactivateSettings'] as const;
type StaticImageKind = (typeof ACTIVATIONS)[number] | (typeof DEACTIVATIONS)[number];

/** Returns true for the settings of a static image. */
export function isStaticImage(kind: keyof ActionSettings): kind is StaticImageKind {
  return isOneOf(ACTIVATIONS, kind) || isOneOf(DEACTIVATIONS, kind);
}

/** Checks the settings of an action. @param at their element path */
export function checkStaticImage(
  context: MediaContext,
  channel: ChannelRecord,
  { kind, settings, at }: { kind: StaticImageKind; settings: ActionSettings; at: string },
  refuse: Refuse,
): void {
  const value = settings[kind] as Activate;
  const isActivation = isOneOf(ACTIVATIONS, kind);
  refuseMembers(value, isActivation ? KEPT_ACTIVATE : KEPT_DEACTIVATE, at, refuse);
  if (isActivation) checkActivation(context, channel, value, at, refuse);
  checkPlace(channel, value, kind.includes('Output'), at, refuse);
}

/** Notes what an action shows and removes. */
export function executeStaticImage(channel: ChannelRecord, settings: ActionSettings): void {
  const activated = settings.StaticImageOutputActivateSettings ?? settings.StaticImageActivateSettings;
  const deactivated = settings.StaticImageOutputDeactivateSettings ?? settings.StaticImageDeactivateSettings;
  const images: Record<string, InputLocation> = { ...channel.staticImages };
  if (activated?.Image) images[String(activated.Layer ?? 0)] = activated.Image;
  else delete images[String(deactivated?.Layer ?? 0)];
  channel.staticImages = images;
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

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}
