import { createHash } from 'node:crypto';
import { getPlatform, type ResolvedEncoding } from '../../presets/index.ts';
import {
  CHANNEL_SETTINGS_VERSION,
  type ChannelLogLevel,
  type ChannelSound,
  type ChannelTarget,
  type EncodingTarget,
  type SourceLoss,
} from '../aws/channel-request.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { describeSourceMedia, type SourceMedia } from '../aws/flow.ts';
import { decryptStreamKey } from '../aws/secrets.ts';
import { getSourceObservation, type SourceObservation } from '../aws/source-table.ts';
import { getCommonSound } from '../aws/sound-table.ts';
import { chosenEncodings } from '../domain/chosen-encodings.ts';
import { beyondDeclared } from '../domain/declared-input.ts';
import type { Destination, HeldResources, RecordedOutput } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { encodedRate, followSource, type FollowedSource } from '../domain/followed-source.ts';
import { followRate } from '../domain/frame-rate.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { DEFAULT_SOUND, soundOf, type SoundSettings } from '../domain/sound.ts';
import { onSourceLossOf } from '../domain/source-loss.ts';
import type { StreamKey } from '../domain/stream-key.ts';
import type { WorkflowDeps } from './workflow-deps.ts';

/** Measurements of the source older than this are ignored. */
const OBSERVATION_SECONDS_MAX = 300;

/** The channel settings that go into the record. */
type Recorded = Pick<NonNullable<HeldResources['channel']>, 'outputs' | 'sourceFramesPerSecond'>;

type EncodingDeps = Pick<WorkflowDeps, 'now'> &
  AwsDeps<'mediaConnect' | 'table', 'copiesSource' | 'declaredInput' | 'flowArn' | 'tableName'>;

/**
 * Resolves the presets of a destination, reading the source where they depend on it.
 * @returns the encodings, and what the record keeps of them: outputs for the price, the source's rate for the next start
 * @throws {AppError} `preset_unsupported`, or `source_unsupported` when the source exceeds what channels declare, or
 * lacks the track that is chosen by its place
 */
export async function resolveEncodings(
  deps: EncodingDeps,
  record: Destination,
): Promise<{ encodings: EncodingTarget[]; sound: ChannelSound; recorded: Recorded }> {
  const resolved = chosenEncodings(record).map(({ encodingId, encoding }) => {
    if (!encoding) {
      throw new AppError('preset_unsupported', {
        detail: `the preset ${encodingId} does not fit the platform ${record.platform}`,
        remedy: 'choose one of the presets GET /api/presets lists for the platform',
      });
    }
    return encoding;
  });
  const media = await describeSourceMedia(deps);
  const video = media?.video ?? null;
  const isEncoded = !isPrimary(record) && resolved[0]!.width !== null;
  const common = record.sound ? DEFAULT_SOUND : await getCommonSound(deps);
  const sound = resolveSound(soundOf(record.sound, common, { isEncoded }), media);
  if (record.operation?.kind === 'start') requireDeclared(deps, video);
  const observed = await getSourceObservation(deps);
  const known = record.held.channel?.sourceFramesPerSecond ?? observed?.picture?.framesPerSecond;
  const sourceRate = followRate(video?.framesPerSecond, known);
  const { copiesSource } = deps.deployment;
  const encodings = resolved.map((encoding, index) => {
    const framesPerSecond = encodedRate(encoding, sourceRate) ?? FRAME_RATE_UNKNOWN;
    if (encoding.framesPerSecond !== null || copiesSource) return toTarget(encoding, { framesPerSecond });
    const measured = {
      width: video?.width || null,
      height: video?.height || null,
      bitrateBps: bitrateNow(observed, deps.now()),
    };
    const source = followSource(encoding, measured, setToBefore(record, index));
    return toTarget(encoding, { framesPerSecond, ...source.size, videoBitrateBps: source.videoBitrateBps });
  });
  return {
    encodings,
    sound,
    recorded: {
      outputs: encodings.map(toRecordedOutput),
      ...(sourceRate === null ? {} : { sourceFramesPerSecond: sourceRate }),
    },
  };
}

/** Finds the PID of a track that is chosen by its place. */
function resolveSound({ track, ...settings }: SoundSettings, media: SourceMedia | null): ChannelSound {
  if (track.by !== 'number') return { ...settings, track };
  // The first one may be chosen before an encoder is connected.
  if (track.number === 1) return { ...settings, track: { by: 'first' } };
  const found = media?.audioTracks[track.number - 1];
  if (found) return { ...settings, track: { by: 'pid', pid: found.pid } };
  const count = media?.audioTracks.length;
  throw new AppError('source_unsupported', {
    detail:
      count === undefined
        ? `sound track ${track.number} is chosen, and no encoder is connected that could show it`
        : `sound track ${track.number} is chosen, and the source has ${count}`,
    remedy: 'connect the encoder first, or choose the track by PID or language',
  });
}

/** Assumed until an encoder has been connected for the first time. */
const FRAME_RATE_UNKNOWN = 30;

/** Returns the settings that the channel's output had before; empty when none are recorded. */
function setToBefore({ held: { channel } }: Destination, index: number): Partial<FollowedSource> {
  const output = channel?.outputs?.[index];
  if (!output) return {};
  const { width, height, videoBitrateBps } = output;
  return { size: width !== null && height !== null ? { width, height } : null, videoBitrateBps };
}

/** Returns the settings that determine the channel's price. */
function toRecordedOutput(encoding: EncodingTarget): RecordedOutput {
  const { width, height, framesPerSecond, videoBitrateBps, audioBitrateBps } = encoding;
  return { width, height, framesPerSecond, videoBitrateBps, audioBitrateBps };
}

function toTarget(
  { platformId: _platform, ...encoding }: ResolvedEncoding,
  settings: Pick<EncodingTarget, 'framesPerSecond'> & Partial<EncodingTarget>,
): EncodingTarget {
  return { ...encoding, ...settings };
}

function bitrateNow(observation: SourceObservation | null, now: Date): number | null {
  if (!observation?.connected) return null;
  const ageMs = now.getTime() - Date.parse(observation.observedAt);
  return Math.abs(ageMs) <= OBSERVATION_SECONDS_MAX * 1000 ? observation.bitrateBps : null;
}

function requireDeclared({ deployment }: EncodingDeps, video: SourceMedia['video'] | undefined): void {
  const beyond = beyondDeclared(deployment.declaredInput, video);
  if (beyond === null) return;
  throw new AppError('source_unsupported', {
    detail: `the source sends ${beyond}`,
    remedy: 'change the encoder, or raise source.codec and source.resolution of the environment and deploy again',
  });
}

/** Returns how much the destination's channel logs after its next start. */
export function logLevelOf({ detailedLogUntil }: Destination, now: Date): ChannelLogLevel {
  return detailedLogUntil && Date.parse(detailedLogUntil) > now.getTime() ? 'INFO' : 'WARNING';
}

/**
 * Hashes everything that goes into a channel's settings, to detect whether a kept channel needs an update. No secrets.
 */
export function configurationHash(
  { deployment }: AwsDeps<never, 'declaredInput' | 'maintenance'>,
  record: Destination,
  {
    inputId,
    encodings,
    sound,
    logLevel,
    sourceLoss,
  }: {
    inputId: string;
    encodings: EncodingTarget[];
    sound: ChannelSound;
    logLevel: ChannelLogLevel;
    sourceLoss: SourceLoss;
  },
): string {
  const { declaredInput, maintenance } = deployment;
  const { backupRtmpUrl, backupStreamKeyCiphertext = null, rtmpUrl, streamKeyCiphertext } = record;
  const settings = [inputId, encodings, sound, logLevel, declaredInput, maintenance, sourceLoss];
  const backup = backupRtmpUrl ? [backupRtmpUrl, backupStreamKeyCiphertext] : [];
  const parts = [CHANNEL_SETTINGS_VERSION, rtmpUrl, streamKeyCiphertext, ...settings, ...backup];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Returns what the destination's channel sends while its input is lost. */
export function sourceLossOf(record: Destination): SourceLoss {
  return onSourceLossOf(record) === 'hold' ? { kind: 'slate', uri: null } : { kind: 'pause' };
}

/** Builds the channel's target. Decrypts the stream keys, so call it only right before the request that needs it. */
export async function resolveChannelTarget(
  deps: AwsDeps<'kms', 'deploymentId' | 'keyId' | 'packageChannelId'>,
  record: Destination,
  { encodings, sound, sourceLoss }: { encodings: EncodingTarget[]; sound: ChannelSound; sourceLoss: SourceLoss },
): Promise<ChannelTarget> {
  if (isPrimary(record)) {
    return { kind: 'package', packageChannelId: deps.deployment.packageChannelId, encodings, sound };
  }
  if (record.streamKeyCiphertext === null) {
    throw new AppError('secret_unreadable', {
      detail: `destination ${record.destinationId} has no stream key`,
      remedy: 'set one with PUT /api/destinations/{destinationId}/stream-key',
    });
  }
  const streamKey = await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext);
  return {
    kind: 'rtmp',
    rtmpUrl: record.rtmpUrl,
    streamKey,
    backup: await resolveBackup(deps, record, streamKey),
    encoding: encodings[0]!,
    sound,
    sourceLoss,
    reconnectSeconds: getPlatform(record.platform)?.reconnectPauseSeconds ?? 30,
  };
}

/** Returns the backup address with its own stream key or the main one; null for a channel with one pipeline. */
async function resolveBackup(
  deps: AwsDeps<'kms', 'deploymentId' | 'keyId'>,
  { backupRtmpUrl, backupStreamKeyCiphertext, destinationId }: Destination,
  mainKey: StreamKey,
): Promise<Extract<ChannelTarget, { kind: 'rtmp' }>['backup']> {
  if (!backupRtmpUrl) return null;
  const streamKey = backupStreamKeyCiphertext
    ? await decryptStreamKey(deps, destinationId, backupStreamKeyCiphertext)
    : mainKey;
  return { rtmpUrl: backupRtmpUrl, streamKey };
}
