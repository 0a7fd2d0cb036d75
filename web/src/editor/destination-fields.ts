import type { FlowStatusResource, PresetsResource } from '../../../functions/api/schemas/answers.ts';
import type { DestinationFields } from '../api/destinations.ts';
import { formatBitrate } from '../ui/format.ts';

type PlatformPreset = PresetsResource['platforms'][number];
export type EncodingPreset = PresetsResource['encodings'][number];

/** The picture the encoder sends; null while none is connected. */
type SourceVideo = Pick<NonNullable<FlowStatusResource['source']['video']>, 'height'> | null;

/** What choosing a platform fills in: its address and the encoding that suits platform and source. */
export function platformDefaults(
  platform: PlatformPreset | undefined,
  presets: PresetsResource,
  video: SourceVideo,
): Pick<DestinationFields, 'platform' | 'rtmpUrl' | 'preset'> {
  return {
    platform: platform?.platformId ?? '',
    rtmpUrl: platform?.rtmpUrl ?? '',
    preset: platform ? defaultEncodingFor(platform, presets, video) : '',
  };
}

/** True when an encoding makes a picture larger than the source's. */
export function isUpscaled({ height }: EncodingPreset, video: SourceVideo): boolean {
  return !!video?.height && height !== null && height > video.height;
}

/** The platform's usual encoding; where that would scale the source up, the largest of its rate that does not. */
export function defaultEncodingFor(platform: PlatformPreset, presets: PresetsResource, video: SourceVideo): string {
  const usual = presets.encodings.find(({ encodingId }) => encodingId === platform.defaultEncoding);
  if (!usual || !isUpscaled(usual, video)) return platform.defaultEncoding;
  const fitting = presets.encodings.filter(
    (each) => platform.encodings.includes(each.encodingId) && !isUpscaled(each, video),
  );
  const smaller = fitting
    .filter(({ height, framesPerSecond }) => height !== null && framesPerSecond === usual.framesPerSecond)
    .toSorted((a, b) => (b.height ?? 0) - (a.height ?? 0))[0];
  const followed = fitting.find(({ height }) => height === null);
  return (smaller ?? followed ?? usual).encodingId;
}

/** The fields as a form holds them: a text is never null there, and the key is on its way out. */
export type DestinationFormValues = Omit<DestinationFields, 'group'> & { group: string; streamKey: string };

/** What a form says, without the key, which goes its own way. */
export function toFields({ streamKey: _key, group, ...rest }: DestinationFormValues): DestinationFields {
  return { ...rest, group: group.trim() || null };
}

/** A destination's fields alone, of all that is known about it. */
export function fieldsOf({ name, group, platform, rtmpUrl, preset, standby }: DestinationFields): DestinationFields {
  return { name, group, platform, rtmpUrl, preset, standby };
}

/** The fields an edit changes; empty when it changes nothing. */
export function changedFields(before: DestinationFields, after: DestinationFields): Partial<DestinationFields> {
  const entries = Object.entries(after).filter(([field, value]) => before[field as keyof DestinationFields] !== value);
  return Object.fromEntries(entries) as Partial<DestinationFields>;
}

/** An encoding as one line of a list, with the bitrate the platform gets from it. */
export function describeEncoding(encoding: EncodingPreset, platform: PlatformPreset | undefined): string {
  const size = encoding.width && encoding.height ? `${encoding.width} × ${encoding.height}` : null;
  const bps = platform?.videoBitrateBpsByEncoding[encoding.encodingId] ?? encoding.videoBitrateBps;
  const bitrate = bps ? `${encoding.videoBitrateBps === null ? 'up to ' : ''}${formatBitrate(bps)}` : null;
  return [encoding.name, size, bitrate].filter(Boolean).join(' · ');
}

/** What the form calls each field. */
export const FIELD_NAMES: Record<keyof DestinationFields, string> = {
  name: 'Name',
  group: 'Group',
  platform: 'Platform',
  rtmpUrl: 'RTMP URL',
  preset: 'Encoding',
  standby: 'When stopped',
};

/** Fields that are part of the running channel, in the words of the form. The API has the last word on it. */
const INTERRUPTING: Partial<Record<keyof DestinationFields, string>> = {
  platform: 'platform',
  rtmpUrl: 'RTMP URL',
  preset: 'encoding',
};

/** What of an edit interrupts a destination on air, in words. */
export function interruptingFields(changes: Partial<DestinationFields>): string[] {
  return Object.keys(changes).flatMap((field) => INTERRUPTING[field as keyof DestinationFields] ?? []);
}
