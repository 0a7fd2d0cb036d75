import { listEncodings } from '../../presets/index.ts';
import { chosenEncodings } from './chosen-encodings.ts';
import { beyondDeclared, type DeclaredInput } from './declared-input.ts';
import type { Destination } from './destination.ts';
import { isRateConverted, nominalRate } from './frame-rate.ts';

/** Something that works, but not as intended. */
export interface Warning {
  code: 'frame_rate_converted' | 'source_unsupported' | 'no_picture' | 'flow_message';
  detail: string;
  remedy: string;
}

/**
 * Returns warnings about the source, for an operator about to start a destination. Pure.
 * @param video null if unknown
 */
export function sourceWarnings(
  video: { codec: string; height: number | null; framesPerSecond: number | null } | null,
  declared: DeclaredInput,
): Warning[] {
  const warnings: Warning[] = [];
  const beyond = beyondDeclared(declared, video);
  if (beyond !== null) {
    warnings.push({
      code: 'source_unsupported',
      detail: `The source sends ${beyond}. Destinations do not start.`,
      remedy: 'Change the encoder, or raise source.codec and source.resolution of the environment and deploy again.',
    });
  }
  const rate = video?.framesPerSecond ? nominalRate(video.framesPerSecond) : null;
  const rates = listEncodings().flatMap(({ framesPerSecond }) => framesPerSecond ?? []);
  if (rate !== null && rates.length > 0 && rates.every((each) => isRateConverted(rate, each))) {
    const list = [...new Set(rates)].toSorted((one, other) => one - other).join(' or ');
    warnings.push({
      code: 'frame_rate_converted',
      detail: `The source has ${rate} frames per second. Presets with a size convert it to ${list}, and motion judders.`,
      remedy: 'Use the preset "source", which keeps the rate, or set the encoder to 30 or 60 frames per second.',
    });
  }
  return warnings;
}

/** An encoder that has just connected may need this long until its first keyframe has been read and reported. */
const PICTURE_SECONDS_MAX = 8;

/**
 * Returns warnings about a feed that arrives: what is missing in it, and what the flow reports. Pure.
 * @param feed.media null while nothing in the feed can be read
 * @param feed.connectedSeconds null if unknown
 * @param feed.messages the flow's own words
 */
export function feedWarnings(feed: {
  media: FeedMedia | null;
  connectedSeconds: number | null;
  messages: readonly string[];
}): Warning[] {
  const warnings: Warning[] = feed.messages.map((message) => ({
    code: 'flow_message',
    detail: message,
    remedy: 'Check which encoder is meant to send, and stop the other.',
  }));
  const missing = missingIn(feed.media);
  if (missing !== null && (feed.connectedSeconds ?? 0) > PICTURE_SECONDS_MAX)
    warnings.push({ code: 'no_picture', ...missing });
  return warnings;
}

interface FeedMedia {
  video: { codec: string; width: number | null } | null;
}

function missingIn(media: FeedMedia | null): Omit<Warning, 'code'> | null {
  if (media === null) {
    return {
      detail: 'Data arrives in which no program can be found.',
      remedy: 'Send an MPEG transport stream with packets of 188 bytes, not M2TS or RTP.',
    };
  }
  if (media.video === null)
    return { detail: 'The source has sound and no picture.', remedy: 'Check the video input of the encoder.' };
  // Of other codecs the size may never be known.
  if (media.video.width === null && /h\.?264|avc/i.test(media.video.codec)) {
    return {
      detail: 'No keyframe has arrived yet. Destinations get a picture with the first one.',
      remedy: 'Set the keyframe interval of the encoder to two seconds.',
    };
  }
  return null;
}

/** Returns warnings about a destination's channel run. Pure. */
export function runWarnings(record: Destination): Warning[] {
  const { channelRun, channel } = record.held;
  const sourceRate = channel?.sourceFramesPerSecond;
  if (!channelRun || sourceRate === undefined) return [];
  const running = { ...record, ...channelRun, platform: channelRun.platform ?? record.platform };
  const rates = chosenEncodings({ ...running, preset: channelRun.preset ?? record.preset }).map(
    ({ encoding }) => encoding?.framesPerSecond ?? channel?.followedFramesPerSecond,
  );
  const converted = rates.find((rate) => rate !== undefined && isRateConverted(sourceRate, rate));
  if (converted === undefined) return [];
  return [
    {
      code: 'frame_rate_converted',
      detail: `The source has ${sourceRate} frames per second and is sent with ${converted}, so motion judders.`,
      remedy: 'Use the preset "source", which keeps the rate, or set the encoder to 30 or 60 frames per second.',
    },
  ];
}
