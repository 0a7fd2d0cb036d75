import type { PresetsResource } from '../../../functions/api/schemas.ts';
import type { DestinationFields } from '../api/destinations.ts';
import { formatBitrate } from '../presentation/format.ts';

type PlatformPreset = PresetsResource['platforms'][number];
type EncodingPreset = PresetsResource['encodings'][number];

/** What choosing a platform fills in: its address and its usual encoding. */
export function platformDefaults(
  platform: PlatformPreset | undefined,
): Pick<DestinationFields, 'platform' | 'rtmpUrl' | 'preset'> {
  return {
    platform: platform?.platformId ?? '',
    rtmpUrl: platform?.rtmpUrl ?? '',
    preset: platform?.defaultEncoding ?? '',
  };
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

/** An encoding as one line of a list. */
export function describeEncoding(encoding: EncodingPreset): string {
  const size = encoding.width && encoding.height ? `${encoding.width} × ${encoding.height}` : null;
  const bitrate = encoding.videoBitrateBps ? formatBitrate(encoding.videoBitrateBps) : null;
  return [encoding.name, size, bitrate].filter(Boolean).join(' · ');
}

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
