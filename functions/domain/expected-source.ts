import { isRateConverted, NOMINAL_RATES } from './frame-rate.ts';
import { failed, notPossible, passed, warning, type Finding, type PreflightCheckName } from './preflight.ts';
import { connectedSource, NO_ENCODER, type FeedFacts } from './preflight-source.ts';

/** What a show expects of its source, and whether the source is like that. A value that is not known never passes. */

/** Null: nothing is expected of it. Width and height are given together. */
export interface ExpectedSource {
  width: number | null;
  height: number | null;
  /** One of the nominal rates. */
  framesPerSecond: number | null;
  /** Of the first audio track. */
  soundChannels: number | null;
  soundSampleRateHz: number | null;
}

export const EXPECTED_RATES: readonly number[] = NOMINAL_RATES;
/** What AAC in a transport stream usually has. */
export const EXPECTED_SAMPLE_RATES: readonly number[] = [32_000, 44_100, 48_000];
export const EXPECTED_CHANNELS_MAX = 16;
export const EXPECTED_WIDTH_MAX = 8192;
export const EXPECTED_HEIGHT_MAX = 4320;

/** Compares the source with what the show expects. @returns one check for each value that is expected */
export function checkExpectedSource(expected: ExpectedSource, facts: FeedFacts): [PreflightCheckName, Finding][] {
  const { framesPerSecond, height, soundChannels, soundSampleRateHz, width } = expected;
  const found: [PreflightCheckName, Finding][] = [];
  if (width !== null && height !== null) found.push(['expected_size', checkSize({ width, height }, facts)]);
  if (framesPerSecond !== null) found.push(['expected_rate', checkRate(framesPerSecond, facts)]);
  if (soundChannels !== null || soundSampleRateHz !== null) {
    found.push(['expected_sound', checkExpectedSound({ soundChannels, soundSampleRateHz }, facts)]);
  }
  return found;
}

interface Size {
  width: number;
  height: number;
}

function unknownPicture(facts: FeedFacts): Finding {
  return connectedSource(facts)
    ? notPossible('The picture of this encoder is not known yet.', 'Check again in a minute.')
    : notPossible(NO_ENCODER, 'Connect the encoder, then check again.');
}

function checkSize(expected: Size, facts: FeedFacts): Finding {
  const picture = connectedSource(facts)?.picture;
  if (!picture) return unknownPicture(facts);
  const isSame = picture.width === expected.width && picture.height === expected.height;
  const [has, wanted] = [describeSize(picture), describeSize(expected)];
  if (isSame) return passed(`The source has ${has}, as the show expects.`);
  const detail = `The source has ${has}, but the show expects ${wanted}.`;
  const remedy = `Set the encoder to ${wanted}, or change what the show expects.`;
  const isLarger = picture.width >= expected.width && picture.height >= expected.height;
  // A larger picture of the same shape loses nothing that was planned.
  return isLarger && isSameShape(picture, expected) ? warning(detail, remedy) : failed(detail, remedy);
}

const describeSize = ({ width, height }: Size) => `${width}x${height}`;

/** Sizes are even numbers, so shapes that are meant to be equal differ a little. */
const SAME_SHAPE_SHARE = 0.01;

function isSameShape(one: Size, other: Size): boolean {
  const shape = other.width / other.height;
  return Math.abs(one.width / one.height - shape) <= shape * SAME_SHAPE_SHARE;
}

function checkRate(expected: number, facts: FeedFacts): Finding {
  const rate = connectedSource(facts)?.picture?.framesPerSecond;
  if (rate === undefined) return unknownPicture(facts);
  if (rate === expected) return passed(`The source has ${rate} frames per second, as the show expects.`);
  const detail = `The source has ${rate} frames per second, but the show expects ${expected}.`;
  const remedy = `Set the encoder to ${expected} frames per second, or change what the show expects.`;
  return isRateConverted(rate, expected) ? failed(`${detail} A conversion judders.`, remedy) : warning(detail, remedy);
}

function checkExpectedSound(
  { soundChannels, soundSampleRateHz }: Pick<ExpectedSource, 'soundChannels' | 'soundSampleRateHz'>,
  facts: FeedFacts,
): Finding {
  const source = connectedSource(facts);
  if (!source) return notPossible(NO_ENCODER, 'Connect the encoder, then check again.');
  const wanted = describeSound(soundChannels, soundSampleRateHz);
  const remedy = `Set the sound of the encoder to ${wanted}, or change what the show expects.`;
  if (source.hasAudio === false) return failed(`The source has no sound, but the show expects ${wanted}.`, remedy);
  const [channels, rate] = [source.sound?.channels ?? null, source.sound?.sampleRateHz ?? null];
  const detail = `The sound has ${describeSound(channels, rate)}, but the show expects ${wanted}.`;
  if (soundChannels !== null && channels !== null && channels < soundChannels) return failed(detail, remedy);
  const isOther = isDifferent(soundChannels, channels) || isDifferent(soundSampleRateHz, rate);
  if (isOther) return warning(detail, remedy);
  if ((soundChannels !== null && channels === null) || (soundSampleRateHz !== null && rate === null)) {
    return notPossible('The channels and the sample rate of the sound are not known yet.', 'Check again in a minute.');
  }
  return passed(`The sound has ${describeSound(channels, rate)}, as the show expects.`);
}

const isDifferent = (expected: number | null, found: number | null) =>
  expected !== null && found !== null && expected !== found;

function describeSound(channels: number | null, sampleRateHz: number | null): string {
  const parts = [
    channels !== null && `${channels} ${channels === 1 ? 'channel' : 'channels'}`,
    sampleRateHz !== null && `${sampleRateHz / 1000} kHz`,
  ];
  return parts.filter((part) => part !== false).join(' and ') || 'sound';
}
