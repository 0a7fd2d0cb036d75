import { getPlatform, resolveEncoding, type Platform, type ResolvedEncoding } from '../../presets/index.ts';
import { isSamePlace, publishedPlaces } from './backup-ingest.ts';
import type { Destination, SourcePicture, TimelineEntry } from './destination.ts';
import { kindOf } from './destination-kind.ts';
import { encodedRate } from './followed-source.ts';
import { isRateConverted } from './frame-rate.ts';
import { formatDuration } from './incident-timeline.ts';
import { isSameForAll, type IngestProbe, type ProbeResult } from './ingest-probe.ts';
import { failed, notPossible, passed, warning, type Finding } from './preflight.ts';
import { DAY_MS } from './utc-day.ts';

/** The checks of one destination: its encoding, its server and its stream key. */

/** Whether the source suits the encoding and the platform. @param picture null while it is unknown */
export function checkEncoding(
  record: Pick<Destination, 'platform' | 'preset'>,
  source: { picture: SourcePicture | null; bitrateBps: number | null },
): Finding {
  const platform = getPlatform(record.platform);
  const encoding = resolveEncoding(record.platform, record.preset);
  if (!platform || !encoding) {
    return failed(`${record.platform} does not accept the encoding ${record.preset}.`, 'Choose another encoding.');
  }
  const { picture } = source;
  if (picture === null) {
    return notPossible('The picture of the source is not known.', 'Connect the encoder, then check again.');
  }
  if (platform.protocols.includes('srt')) return passed('The receiver gets the feed as it is.');
  return encoding.height === null
    ? checkFollowed(platform, encoding, picture, source.bitrateBps)
    : checkFixed(encoding, encoding.height, picture);
}

function checkFixed(encoding: ResolvedEncoding, height: number, picture: SourcePicture): Finding {
  if (height > picture.height) {
    return warning(
      `The source has ${picture.height} lines and is enlarged to ${height}, which adds no detail.`,
      'Choose a smaller encoding, or raise the size in the encoder.',
    );
  }
  const rate = encodedRate(encoding, picture.framesPerSecond);
  if (rate !== null && isRateConverted(picture.framesPerSecond, rate)) {
    return warning(
      `The source has ${picture.framesPerSecond} frames per second and is sent with ${rate}, so motion judders.`,
      'Set a usual frame rate in the encoder.',
    );
  }
  return passed(`It is sent with ${height} lines and ${rate ?? picture.framesPerSecond} frames per second.`);
}

function checkFollowed(
  { caps, name }: Platform,
  encoding: ResolvedEncoding,
  { framesPerSecond, height, width }: SourcePicture,
  bitrateBps: number | null,
): Finding {
  if (width > caps.widthMax || height > caps.heightMax) {
    return warning(
      `The source has ${width}x${height}, and ${name} takes at most ${caps.widthMax}x${caps.heightMax}, so it is made smaller.`,
      'Choose a fixed encoding, or lower the size in the encoder.',
    );
  }
  if (framesPerSecond > caps.framesPerSecondMax) {
    return warning(
      `The source has ${framesPerSecond} frames per second, and ${name} takes at most ${caps.framesPerSecondMax}, so it is halved.`,
      'Lower the frame rate in the encoder if you do not want that.',
    );
  }
  const [bitrate, limit] = [bitrateBps ?? 0, encoding.videoBitrateBps];
  if (bitrate > limit) {
    return warning(
      `The source sends ${toMegabits(bitrate)}, and ${name} gets at most ${toMegabits(limit)}.`,
      'Lower the bitrate in the encoder if you want the same picture there.',
    );
  }
  return passed(`It is sent as ${width}x${height} with ${framesPerSecond} frames per second.`);
}

const toMegabits = (bitsPerSecond: number) => `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;

/** A certificate that expires sooner may do so during the show or before the next one. */
const CERTIFICATE_DAYS_MIN = 7;

/**
 * What the test of a server means.
 * @param result null when there was no time for it
 */
export function checkReachable(result: ProbeResult | null, from: IngestProbe['from'], now: Date): Finding {
  if (result === null) return notPossible('There was no time left to test the server.', 'Check fewer destinations.');
  const { certificateUntil, failure } = result;
  const place = from === 'sender' ? '' : ' Tested from another address than the one the stream is sent from.';
  if (failure !== null) {
    const sentence = `${toSentence(failure.detail)}${place}`;
    const remedy = REMEDIES[failure.code] ?? 'Compare the URL with the one that the platform shows.';
    return from === 'sender' || isSameForAll(failure) ? failed(sentence, remedy) : warning(sentence, remedy);
  }
  const daysLeft = certificateUntil === null ? Infinity : (Date.parse(certificateUntil) - now.getTime()) / DAY_MS;
  if (daysLeft < CERTIFICATE_DAYS_MIN) {
    const detail = `The server’s certificate expires at ${certificateUntil}.${place}`;
    return warning(detail, 'Ask the operator of the server to renew it.');
  }
  const found =
    result.reached === 'application'
      ? 'The server accepts the application. The stream key was not sent, so it is not tested.'
      : 'The receiver answers. Stream ID and passphrase are not tested, because that would begin a session.';
  return passed(found + place);
}

const REMEDIES: Partial<Record<NonNullable<ProbeResult['failure']>['code'], string>> = {
  host_not_found: 'Check the host in the URL for a typo.',
  host_not_public: 'Give the public address of the receiving server.',
  connection_refused: 'Check the port in the URL, and that the server runs.',
  connect_timeout: 'Check host and port in the URL, and firewalls on the way.',
  certificate_invalid: 'Check the host in the URL, or ask the operator of the server for a valid certificate.',
  tls_expected: 'Begin the URL with rtmps://.',
  tls_failed: 'Check the port, or begin the URL with rtmp:// if the server does not speak TLS.',
  application_rejected: 'Compare the part after the host with what the platform shows.',
  authentication_unsupported: 'Use a server without user names; the stream key has its own field.',
};

function toSentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** A destination of a show that is gone. */
export const DELETED = failed('It was deleted.', 'Take it out of the show.');

/** A destination on air is not dialled, because some servers take a second connection for a second encoder. */
export const ON_AIR = passed('It is on air now.');
/** One that is being started, or that does not deliver. */
export const ON_ITS_WAY = notPossible(
  'It is started and not known to deliver. A second connection is not opened.',
  'Look at its health.',
);

/** A key that has not been used for longer may have been replaced at the platform. */
const KEY_DAYS_MAX = 30;
const KEY_FIELD = /\b(?:streamKey|passphrase)\b/;

/**
 * Whether the stream key has worked, as far as the history says.
 * @param entries of the destination's history, newest first
 */
export function checkKey(record: Destination, entries: readonly TimelineEntry[], now: Date): Finding {
  const isSrt = kindOf(record) === 'srt';
  const word = isSrt ? 'passphrase' : 'stream key';
  if (record.streamKeyCiphertext === null) {
    return isSrt
      ? passed('It has no passphrase.')
      : failed('It has no stream key.', 'Add the stream key that the platform shows.');
  }
  const worked = entries.find(({ kind, level }) => kind === 'health' && level === 'good');
  const changed = entries.find(({ kind, detail }) => kind === 'edited' && KEY_FIELD.test(detail));
  if (worked && (!changed || worked.at > changed.at)) {
    const ageMs = now.getTime() - Date.parse(worked.at);
    const ago = ageMs < 2 * DAY_MS ? formatDuration(Math.max(0, ageMs / 1000)) : `${Math.floor(ageMs / DAY_MS)} days`;
    if (ageMs <= KEY_DAYS_MAX * DAY_MS) return passed(`The ${word} last worked ${ago} ago.`);
    return warning(`The ${word} last worked ${ago} ago.`, 'Compare it with the one that the platform shows now.');
  }
  const since = changed?.at ?? record.createdAt;
  return warning(
    `The ${word}, saved at ${since}, has not been seen to work.`,
    'Start the destination once before the show, as a private broadcast if the platform has that.',
  );
}

/** Whether another destination publishes the same stream key to the same place. Compares keyed hashes only. */
export function checkDuplicateKey(record: Destination, all: readonly Destination[]): Finding {
  if (kindOf(record) === 'srt') return notPossible('No hash of an SRT passphrase is kept.');
  if (record.streamKeyFingerprint === null) return notPossible('No hash of its stream key is kept.');
  const places = publishedPlaces(record);
  const other = all.find(
    (each) =>
      each.destinationId !== record.destinationId &&
      each.desired !== 'deleted' &&
      publishedPlaces(each).some((taken) => places.some((place) => isSamePlace(taken, place))),
  );
  if (!other) return passed('No other destination has its stream key.');
  return failed(
    `${other.name} publishes the same stream key to the same server.`,
    'Leave one of both out, or give it another stream key.',
  );
}
