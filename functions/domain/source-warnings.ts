import { beyondDeclared, type DeclaredInput } from './declared-input.ts';
import type { Destination, RecordedOutput, SourcePicture } from './destination.ts';
import { isRateConverted } from './frame-rate.ts';
import { colourConversion, describeColour } from './picture-colour.ts';
import type { CodingNumbers } from './video-coding.ts';

/** Something that works, but not as intended. */
export interface Warning {
  code:
    | 'frame_rate_converted'
    | 'picture_enlarged'
    | 'colour_converted'
    | 'picture_deinterlaced'
    | 'source_unsupported'
    | 'no_picture'
    | 'stream_key_expired'
    | 'stream_key_expires_soon'
    | 'stream_key_used'
    | 'flow_message';
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
  return warnings;
}

/**
 * Returns warnings about pictures that channels change and SRT destinations do not. Pure.
 * @param coding null while it is unknown
 */
export function codingWarnings(coding: CodingNumbers | null): Warning[] {
  if (!coding) return [];
  const warnings: Warning[] = [];
  if (colourConversion(coding) !== null) {
    const { dynamicRange, primaries } = describeColour(coding);
    const isHdr = dynamicRange === 'PQ' || dynamicRange === 'HLG';
    warnings.push({
      code: 'colour_converted',
      detail: `The source is ${isHdr ? `HDR (${dynamicRange})` : primaries}. Platforms and the preview get it as BT.709; SRT destinations get it unchanged.`,
      remedy: 'Send BT.709 from the encoder if you want to decide the look yourself.',
    });
  }
  if (coding.isInterlaced) {
    warnings.push({
      code: 'picture_deinterlaced',
      detail:
        'The source is interlaced. Platforms and the preview get whole pictures; SRT destinations get its fields.',
      remedy: 'Send progressive pictures from the encoder if you can.',
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
export function runWarnings({
  held: { channelRun },
  observation,
}: Pick<Destination, 'held' | 'observation'>): Warning[] {
  const { outputs } = channelRun ?? {};
  const source = observation?.sourcePicture;
  return outputs && source ? [...rateWarnings(outputs, source), ...sizeWarnings(outputs, source)] : [];
}

function rateWarnings(outputs: readonly RecordedOutput[], source: SourcePicture): Warning[] {
  const converted = outputs.find(
    ({ framesPerSecond: rate }) => rate !== null && isRateConverted(source.framesPerSecond, rate),
  );
  if (!converted) return [];
  return [
    {
      code: 'frame_rate_converted',
      detail: `The source has ${source.framesPerSecond} frames per second and is sent with ${converted.framesPerSecond}, so motion judders.`,
      remedy: 'Restart the destination. It then takes the rate of the source.',
    },
  ];
}

function sizeWarnings(outputs: readonly RecordedOutput[], source: SourcePicture): Warning[] {
  const larger = outputs.find(({ height }) => height !== null && height > source.height);
  if (!larger) return [];
  return [
    {
      code: 'picture_enlarged',
      detail: `The source has ${source.width}x${source.height} and is enlarged to ${larger.width}x${larger.height}, which adds no detail.`,
      remedy: 'Choose a smaller preset or "source", or raise the size in the encoder.',
    },
  ];
}
