import type { CreateChannelRequest } from '@aws-sdk/client-medialive';
import {
  buildCreateChannel,
  type ChannelTarget,
  type EncodingTarget,
} from '../../../../functions/aws/channel-request.ts';
import { StreamKey } from '../../../../functions/domain/stream-key.ts';
import { getPlatform, resolveEncoding } from '../../../../presets/index.ts';
import { wrongKeyOf } from '../finding.ts';
import { proofName, type CheckContext } from '../proof-context.ts';

/**
 * Builds the channels of a proof. They are those the product would create, except for name, tags and what a check
 * changes.
 */

const ENCODING_ID = '720p30';

function encodingFor(platform: string): EncodingTarget {
  const resolved = resolveEncoding(platform, ENCODING_ID);
  if (resolved === undefined || resolved.framesPerSecond === null) {
    throw new Error(`presets/encodings/${ENCODING_ID}.json does not fit ${platform}`);
  }
  const { platformId: _platformId, framesPerSecond, ...encoding } = resolved;
  return { ...encoding, framesPerSecond };
}

function build(context: CheckContext, suffix: string, inputId: string, target: ChannelTarget): CreateChannelRequest {
  const { found, runId } = context;
  const destinationId = proofName(runId, suffix);
  return buildCreateChannel({
    deployment: found.deployment,
    destinationId,
    inputId,
    requestId: runId,
    target,
    logLevel: 'WARNING',
  });
}

/** Returns the settings of the preview's channel at 720p30. */
export function packageChannelSettings(context: CheckContext, suffix: string, inputId: string): CreateChannelRequest {
  const { packageChannelId } = context.found.deployment;
  return build(context, suffix, inputId, { kind: 'package', packageChannelId, encodings: [encodingFor('custom')] });
}

/** Removes width and height, which the product always sends for the preview. */
export function withoutSize(settings: CreateChannelRequest): CreateChannelRequest {
  const encoder = settings.EncoderSettings;
  if (encoder === undefined) return settings;
  const VideoDescriptions = encoder.VideoDescriptions?.map(({ Width: _width, Height: _height, ...video }) => video);
  return { ...settings, EncoderSettings: { ...encoder, VideoDescriptions } };
}

const PLATFORM = 'youtube';

/** Returns the settings of a destination's channel with a made-up key, which logs at WARNING. */
export function rtmpChannelSettings(context: CheckContext, suffix: string, inputId: string): CreateChannelRequest {
  const platform = getPlatform(PLATFORM);
  const settings = build(context, suffix, inputId, {
    kind: 'rtmp',
    rtmpUrl: platform?.rtmpUrl ?? '',
    streamKey: StreamKey.from(wrongKeyOf(context.runId)),
    backup: null,
    encoding: encodingFor(PLATFORM),
    reconnectSeconds: platform?.reconnectPauseSeconds ?? 30,
    sourceLoss: { kind: 'pause' },
  });
  return { ...settings, LogLevel: 'WARNING' };
}
