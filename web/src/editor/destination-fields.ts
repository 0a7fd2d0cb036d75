import type { FlowStatusResource } from '../../../functions/api/schemas/flow.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import type { DestinationFields } from '../api/destinations.ts';
import { readSound, writeSound } from './sound-value.ts';
import { formatBitrate } from '../ui/format.ts';

type PlatformPreset = PresetsResource['platforms'][number];
export type EncodingPreset = PresetsResource['encodings'][number];

/** Video format of the source; null without an encoder. */
type SourceVideo = Pick<NonNullable<FlowStatusResource['source']['video']>, 'height'> | null;

/** Returns the defaults of a platform: its URL and an encoding for platform and source. */
export function platformDefaults(
  platform: PlatformPreset | undefined,
  presets: PresetsResource,
  video: SourceVideo,
): Pick<DestinationFormValues, 'platform' | 'rtmpUrl' | 'preset' | 'onSourceLoss'> {
  return {
    onSourceLoss: platform?.onSourceLoss ?? 'wait',
    platform: platform?.platformId ?? '',
    rtmpUrl: platform?.rtmpUrl ?? '',
    preset: platform ? defaultEncodingFor(platform, presets, video) : '',
  };
}

/** Returns true when an encoding is larger than the source. */
export function isUpscaled({ height }: EncodingPreset, video: SourceVideo): boolean {
  return !!video?.height && height !== null && height > video.height;
}

/** Returns the platform's default encoding, or the largest one of its frame rate that does not upscale the source. */
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

/** Form values: every one is a string, and the secrets are included. */
export type DestinationFormValues = Omit<DestinationFields, Exclude<Written, Secret> | 'backupIngest'> &
  Record<Written, string> & { backupIngest: '' | 'on'; backupKeySame: '' | 'on' };

type Written =
  | 'keyUse'
  | 'keyValidUntil'
  | 'backupRtmpUrl'
  | 'group'
  | 'holdMinutes'
  | 'latencyMs'
  | 'onSourceLoss'
  | 'sound'
  | 'streamId'
  | Secret;
type Secret = 'passphrase' | 'streamKey' | 'backupStreamKey';

/** The API's default. */
export const DEFAULT_HOLD_MINUTES = '10';

/** MediaConnect's default. */
export const DEFAULT_LATENCY_MS = '2000';

/** Returns true for a platform that takes the feed as it is, over SRT. */
export function isSrt(platform: PlatformPreset | undefined): boolean {
  return platform?.protocols.includes('srt') ?? false;
}

/** Returns the fields of a form without the secrets, which are sent separately. */
export function toFields(values: DestinationFormValues, platform: PlatformPreset | undefined): DestinationFields {
  const { group, holdMinutes, latencyMs, name, onSourceLoss, platform: platformId, preset } = values;
  const { rtmpUrl, sound, standby, streamId } = values;
  const fields = {
    ...{ name, platform: platformId, rtmpUrl, preset, standby },
    group: group.trim() || null,
    sound: isSrt(platform) ? null : readSound(sound),
    onSourceLoss: onSourceLoss as NonNullable<DestinationFields['onSourceLoss']>,
    // A limit that has no effect is not judged.
    ...(onSourceLoss !== 'wait' && { holdMinutes: holdMinutes.trim() === '' ? -1 : Math.round(Number(holdMinutes)) }),
  };
  if (!isSrt(platform)) {
    const { keyUse, keyValidUntil } = values;
    const terms = { keyUse: keyUse as NonNullable<DestinationFields['keyUse']>, keyValidUntil: keyValidUntil || null };
    return { ...fields, ...terms, ...backupFields(values, platform) };
  }
  // Text that is no number is sent as one below every limit, so the API's message appears at the field.
  return {
    ...fields,
    standby: 'cold',
    streamId: streamId.trim() || null,
    latencyMs: Math.round(Number(latencyMs)) || 0,
  };
}

/** An address that was left empty is not sent, so the API takes the platform's. */
function backupFields(
  { backupIngest, backupRtmpUrl }: DestinationFormValues,
  platform: PlatformPreset | undefined,
): Pick<DestinationFields, 'backupIngest' | 'backupRtmpUrl'> {
  if (backupIngest === '' || !takesBackup(platform)) return { backupIngest: false };
  return { backupIngest: true, ...(backupRtmpUrl.trim() === '' ? {} : { backupRtmpUrl: backupRtmpUrl.trim() }) };
}

/** Returns true for a platform that takes a second publisher at a backup address. */
export function takesBackup(platform: PlatformPreset | undefined): boolean {
  return platform?.backupRefusal === null;
}

/** Picks the editable fields of a destination. */
export function fieldsOf({
  name,
  group,
  platform,
  rtmpUrl,
  preset,
  standby,
  sound,
  streamId,
  latencyMs,
  onSourceLoss,
  holdMinutes,
  backupIngest,
  backupRtmpUrl,
  keyUse,
  keyValidUntil,
}: Omit<DestinationFields, 'latencyMs' | 'backupRtmpUrl'> & {
  latencyMs?: number | null | undefined;
  backupRtmpUrl?: string | null | undefined;
}): DestinationFields {
  const fields = { name, group, platform, rtmpUrl, preset, standby, sound, onSourceLoss, holdMinutes };
  if (typeof latencyMs === 'number') return { ...fields, streamId: streamId ?? null, latencyMs };
  const terms = { keyUse: keyUse ?? 'reusable', keyValidUntil: keyValidUntil ?? null };
  return { ...fields, ...terms, backupIngest: backupIngest ?? false, ...(backupRtmpUrl ? { backupRtmpUrl } : {}) };
}

/** Returns the form values of fields, without the secrets. */
export function toFormValues({
  group,
  holdMinutes,
  latencyMs,
  onSourceLoss = 'wait',
  sound,
  streamId,
  backupIngest,
  backupRtmpUrl,
  keyUse,
  keyValidUntil,
  ...rest
}: DestinationFields): DestinationFormValues {
  return {
    ...rest,
    keyUse: keyUse ?? 'reusable',
    keyValidUntil: keyValidUntil ?? '',
    backupIngest: backupIngest ? 'on' : '',
    backupRtmpUrl: backupRtmpUrl ?? '',
    backupStreamKey: '',
    backupKeySame: '',
    onSourceLoss,
    holdMinutes: holdMinutes === undefined ? DEFAULT_HOLD_MINUTES : String(holdMinutes),
    group: group ?? '',
    sound: writeSound(sound),
    streamId: streamId ?? '',
    latencyMs: latencyMs === undefined ? DEFAULT_LATENCY_MS : String(latencyMs),
    streamKey: '',
    passphrase: '',
  };
}

/** Returns the changed fields; empty without a change. */
export function changedFields(before: DestinationFields, after: DestinationFields): Partial<DestinationFields> {
  const isOther = (field: string, value: unknown) =>
    JSON.stringify(before[field as keyof DestinationFields]) !== JSON.stringify(value);
  const entries = Object.entries(after).filter(([field, value]) => isOther(field, value));
  return Object.fromEntries(entries) as Partial<DestinationFields>;
}

/** Describes an encoding in one line, with the bitrate sent to the platform. */
export function describeEncoding(encoding: EncodingPreset, platform: PlatformPreset | undefined): string {
  const size = encoding.width && encoding.height ? `${encoding.width} × ${encoding.height}` : null;
  const bps = platform?.videoBitrateBpsByEncoding[encoding.encodingId] ?? encoding.videoBitrateBps;
  const bitrate = bps ? `${encoding.videoBitrateBps === null ? 'up to ' : ''}${formatBitrate(bps)}` : null;
  return [encoding.name, size, bitrate].filter(Boolean).join(' · ');
}

/** Labels of the fields. */
export const FIELD_NAMES: Record<keyof DestinationFields, string> = {
  name: 'Name',
  group: 'Group',
  platform: 'Platform',
  rtmpUrl: 'RTMP URL',
  preset: 'Encoding',
  standby: 'When stopped',
  sound: 'Sound',
  streamId: 'Stream ID',
  latencyMs: 'Latency',
  backupIngest: 'Backup ingest',
  backupRtmpUrl: 'Backup URL',
  onSourceLoss: 'Without a source',
  holdMinutes: 'Stop after',
  keyUse: 'Stream key is',
  keyValidUntil: 'Stream key expires',
};

/** Fields of the running channel by label. The API makes the final decision. */
const INTERRUPTING: Partial<Record<keyof DestinationFields, string>> = {
  platform: 'platform',
  rtmpUrl: 'RTMP URL',
  preset: 'encoding',
  sound: 'sound',
  streamId: 'stream ID',
  latencyMs: 'latency',
  backupIngest: 'backup ingest',
  backupRtmpUrl: 'backup URL',
  onSourceLoss: 'slate',
};

/** Returns the labels of changed fields that interrupt a destination on air. */
export function interruptingFields(changes: Partial<DestinationFields>): string[] {
  return Object.keys(changes).flatMap((field) => INTERRUPTING[field as keyof DestinationFields] ?? []);
}
