import { createHash } from 'node:crypto';
import { getPlatform } from '../../presets/index.ts';
import type { ChannelTarget, EncodingTarget } from '../aws/channel-request.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { describeSourceMedia } from '../aws/flow.ts';
import { decryptStreamKey } from '../aws/secrets.ts';
import { chosenEncodings } from '../domain/chosen-encodings.ts';
import type { Destination, RecordedOutput } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { isPrimary } from '../domain/lifecycle.ts';

/** Frame rate assumed for "like the source" while no encoder has been seen yet. */
const FRAME_RATE_UNKNOWN = 30;

/** Rates closer than this are one rate measured twice. */
const SAME_RATE_SHARE = 0.01;

/**
 * The frame rate of a channel that follows its source. A measured rate flickers in its decimals, and each flicker would
 * make another configuration and another update of the channel: the rate it was set to stays while it is near enough.
 */
export function followRate(measured: number | null | undefined, setTo: number | undefined): number {
  if (measured === null || measured === undefined) return setTo ?? FRAME_RATE_UNKNOWN;
  if (setTo !== undefined && Math.abs(setTo - measured) <= setTo * SAME_RATE_SHARE) return setTo;
  return NOMINAL_RATES.reduce((best, rate) => (Math.abs(rate - measured) < Math.abs(best - measured) ? rate : best));
}

const NOMINAL_RATES = [23.976, 24, 25, 29.97, 30, 50, 59.94, 60];

/** Resolves the presets a destination asks for; reads the source only when one of them follows it. */
export async function resolveEncodings(
  deps: AwsDeps<'mediaConnect', 'flowArn'>,
  record: Destination,
): Promise<{ encodings: EncodingTarget[]; outputs: RecordedOutput[]; followedFramesPerSecond?: number }> {
  const resolved = chosenEncodings(record).map(({ encodingId, encoding }) => {
    if (!encoding) {
      throw new AppError('preset_unsupported', {
        detail: `the preset ${encodingId} does not fit the platform ${record.platform}`,
        remedy: 'choose one of the presets GET /api/presets lists for the platform',
      });
    }
    return encoding;
  });
  const follows = resolved.some((encoding) => encoding.framesPerSecond === null);
  const media = follows ? await describeSourceMedia(deps) : null;
  const followed = followRate(media?.video?.framesPerSecond, record.held.channel?.followedFramesPerSecond);
  const encodings = resolved.map(({ platformId: _platform, ...encoding }) => ({
    ...encoding,
    framesPerSecond: encoding.framesPerSecond ?? followed,
  }));
  const outputs = encodings.map(toRecordedOutput);
  return follows ? { encodings, outputs, followedFramesPerSecond: followed } : { encodings, outputs };
}

/** What the channel is billed by, for the record. */
function toRecordedOutput(encoding: EncodingTarget): RecordedOutput {
  const { width, height, framesPerSecond, videoBitrateBps, audioBitrateBps } = encoding;
  return { width, height, framesPerSecond, videoBitrateBps, audioBitrateBps };
}

/** Hash of everything that makes a channel's settings; tells whether a kept channel needs an update. Holds no secret. */
export function configurationHash(record: Destination, inputId: string, encodings: EncodingTarget[]): string {
  const parts = [record.rtmpUrl, record.streamKeyCiphertext, inputId, encodings];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** What the channel shall do. Decrypts the stream key: call it only right before the request that needs it. */
export async function resolveChannelTarget(
  deps: AwsDeps<'kms', 'deploymentId' | 'keyId' | 'packageChannelId'>,
  record: Destination,
  encodings: EncodingTarget[],
): Promise<ChannelTarget> {
  if (isPrimary(record)) {
    return { kind: 'package', packageChannelId: deps.deployment.packageChannelId, encodings };
  }
  if (record.streamKeyCiphertext === null) {
    throw new AppError('secret_unreadable', {
      detail: `destination ${record.destinationId} has no stream key`,
      remedy: 'set one with PUT /api/destinations/{destinationId}/stream-key',
    });
  }
  return {
    kind: 'rtmp',
    rtmpUrl: record.rtmpUrl,
    streamKey: await decryptStreamKey(deps, record.destinationId, record.streamKeyCiphertext),
    encoding: encodings[0]!,
    reconnectSeconds: getPlatform(record.platform)?.reconnectPauseSeconds ?? 30,
  };
}
