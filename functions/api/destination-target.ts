import {
  allowedEncodings,
  defaultEncodingOf,
  getPlatform,
  isSrtPlatform,
  resolveEncoding,
  type Platform,
} from '../../presets/index.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import { encryptStreamKey } from '../aws/secrets.ts';
import { isSamePlace, publishedPlaces } from '../domain/backup-ingest.ts';
import { AppError, type ErrorCode, type FieldError, errorName } from '../domain/errors.ts';
import { parseIngestUrl, type IngestUrl } from '../domain/ingest-url.ts';
import { refusePlatform } from '../domain/known-platform.ts';
import { checkResolvedAddresses } from '../domain/public-address.ts';
import type { StoredBackup, StoredKey, Target } from '../domain/requests.ts';
import { StreamKey } from '../domain/stream-key.ts';
import type { ApiDeps } from './api-deps.ts';
import { shownValue } from './http/quote-value.ts';
import { invalidFields } from './http/validation.ts';

/**
 * Checks the target of a destination: platform, preset, URL and key together. The API checks it before it writes; the
 * workflow checks it again right before the channel starts.
 */

/** A slower name server counts as one that does not know the name. */
const RESOLVE_MS_MAX = 3000;
/** Shorter keys are words such as `live` that may also be an application name. */
const TELLING_CHARACTERS_MIN = 8;
/** More delimiters make too many combinations to compare. */
const DELIMITERS_MAX = 40;

/** The known part of the key during the check of a URL: for a stored key only its fingerprint. */
export interface KnownKey {
  fingerprint: string | null;
  given: string | null;
}

export interface Refusal extends FieldError {
  code: ErrorCode;
}

/**
 * Checks platform, preset and URL.
 * @param wanted undefined `rtmpUrl` and `preset` mean the platform's defaults
 * @param streamKey to find it in the URL
 * @returns the target with its URL in canonical form
 * @throws {AppError} `validation_failed`, or the one code that applies, with every offending field
 */
export async function checkTarget(
  deps: ApiDeps,
  wanted: { platform: string; rtmpUrl: string | undefined; preset: string | undefined },
  streamKey: KnownKey,
): Promise<Target> {
  const platform = getPlatform(wanted.platform);
  if (!platform) throw invalidFields([{ field: 'platform', message: refusePlatform(wanted.platform) ?? '' }]);
  const refusals: Refusal[] = [];
  const preset = wanted.preset ?? defaultEncodingOf(platform, deps.deployment);
  if (!resolveEncoding(platform.platformId, preset)) {
    const allowed = allowedEncodings(platform.platformId).join(', ');
    const isSrt = isSrtPlatform(platform.platformId);
    refusals.push({
      code: 'preset_unsupported',
      field: 'preset',
      message: isSrt ? 'SRT sends the encoder’s own stream: choose source' : `${platform.name} accepts ${allowed}`,
    });
  }
  const rtmpUrl = wanted.rtmpUrl ?? platform.rtmpUrl;
  const field = 'rtmpUrl';
  const checked =
    rtmpUrl === null
      ? {
          ...{ code: 'validation_failed' as const, field },
          message: `required: ${platform.name} has no default URL. ${platform.rtmpUrlHint}`,
        }
      : await checkUrl(deps, { field, text: rtmpUrl, platform }, streamKey);
  if ('field' in checked) refusals.push(checked);
  if (refusals.length > 0 || 'field' in checked) throw toError(refusals);
  return { platform: platform.platformId, rtmpUrl: checked.normalized, preset };
}

/** Checks one URL. @param given the field that holds it, which a refusal names */
export async function checkUrl(
  deps: ApiDeps,
  { field, text, platform }: { field: string; text: string; platform: Platform },
  streamKey: KnownKey,
): Promise<IngestUrl | Refusal> {
  const refuseUrl = (code: ErrorCode, message: string): Refusal => ({ code, field, message });
  const { loopbackTargetsAllowed: loopbackAllowed, fingerprintSecret } = deps.deployment;
  const parsed = parseIngestUrl(text, { loopbackAllowed, platform });
  if (!parsed.ok) {
    const code = parsed.code === 'url_contains_stream_key' ? parsed.code : 'url_not_allowed';
    return refuseUrl(code, `${parsed.message}: ${parsed.remedy}`);
  }
  if (streamKey.fingerprint !== null && carriesKey(parsed.url.app, streamKey, fingerprintSecret)) {
    return refuseUrl('url_contains_stream_key', 'the URL contains the stream key: put the key into its own field');
  }
  const resolved = checkResolvedAddresses(await resolveInTime(deps, parsed.url.host), { loopbackAllowed });
  // A name that does not resolve yet is accepted, because operators prepare shows before the event exists.
  if (!resolved.ok && resolved.code !== 'host_not_found') {
    return refuseUrl('url_not_allowed', `${resolved.message}: ${resolved.remedy}`);
  }
  return parsed.url;
}

/** Resolves a host name, for a check that must not wait long: no addresses when there is no answer in time. */
export async function resolveInTime({ resolveHost }: Pick<ApiDeps, 'resolveHost'>, host: string): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([]), RESOLVE_MS_MAX);
  });
  try {
    return await Promise.race([resolveHost(host).catch(() => []), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Builds the error of refused fields: with the code of the only one, or the general one. */
export function toError(refusals: Refusal[]): AppError {
  const errors = refusals.map(({ field, message }) => ({ field, message }));
  const general = invalidFields(errors);
  const [only] = refusals;
  if (refusals.length !== 1 || !only || only.code === 'validation_failed') return general;
  return new AppError(only.code, { detail: general.detail, remedy: general.remedy, errors });
}

function carriesKey(app: string, { fingerprint, given }: KnownKey, fingerprintSecret: string): boolean {
  return [app, decodeURIComponent(app)].some(
    (text) =>
      (given !== null && given.length >= TELLING_CHARACTERS_MIN && text.includes(given)) ||
      partsOf(text).some(
        (part) =>
          part.length >= TELLING_CHARACTERS_MIN && StreamKey.from(part).fingerprint(fingerprintSecret) === fingerprint,
      ),
  );
}

/**
 * Returns all substrings between two delimiters, because a key may contain delimiters; only the endings of long texts.
 */
function partsOf(text: string): string[] {
  const starts = [0, ...Array.from(text.matchAll(/[/?&=]/g), ({ index }) => index + 1)];
  const ends = starts.length > DELIMITERS_MAX ? [] : starts.slice(1).map((start) => start - 1);
  return starts.flatMap((start) =>
    [...ends.filter((end) => end > start), text.length].map((end) => text.slice(start, end)),
  );
}

/** Returns a stream key with its fingerprint. */
export function readStreamKey(deps: ApiDeps, text: string): { key: StreamKey; fingerprint: string } {
  const key = StreamKey.from(text);
  return { key, fingerprint: key.fingerprint(deps.deployment.fingerprintSecret) };
}

/**
 * Refuses a key that does not fit the platform. A target on this machine accepts any key.
 * @throws {AppError} `validation_failed`
 */
export function requireKeyShape(
  { platform: platformId, rtmpUrl }: Pick<Target, 'platform' | 'rtmpUrl'>,
  text: string,
  field = 'streamKey',
): void {
  const platform = getPlatform(platformId);
  if (!platform?.streamKeyPattern || new RegExp(platform.streamKeyPattern).test(text)) return;
  if (!parseIngestUrl(rtmpUrl, { loopbackAllowed: false }).ok) return;
  throw invalidFields([
    { field, message: `does not look like a ${platform.name} stream key. ${platform.streamKeyHint}` },
  ]);
}

/** Encrypts a key for the record. */
export async function sealStreamKey(
  deps: ApiDeps,
  destinationId: string,
  { key, fingerprint }: { key: StreamKey; fingerprint: string },
): Promise<StoredKey> {
  try {
    return {
      streamKeyCiphertext: await encryptStreamKey(deps, destinationId, key),
      streamKeyLast4: key.last4(),
      streamKeyFingerprint: fingerprint,
    };
  } catch (error) {
    throw new AppError('upstream_unavailable', {
      detail: 'the stream key could not be encrypted, so nothing was saved',
      remedy: 'check that the KMS key of the deployment is enabled, then try again',
      internal: errorName(error),
      retryAfterSeconds: 5,
    });
  }
}

/**
 * Refuses two destinations with the same key and place, because the platform would drop one of them on air.
 * @param candidate compared with all other destinations, with main and backup ingest
 */
export async function requireNoDuplicate(
  deps: ApiDeps,
  candidate: Target & StoredBackup & { destinationId: string | null; streamKeyFingerprint: string | null },
): Promise<void> {
  if (candidate.streamKeyFingerprint === null) return;
  const places = publishedPlaces(candidate);
  const other = (await listAllDestinations(deps)).find(
    (record) =>
      record.destinationId !== candidate.destinationId &&
      record.desired !== 'deleted' &&
      publishedPlaces(record).some((taken) => places.some((place) => isSamePlace(taken, place))),
  );
  if (!other) return;
  throw new AppError('duplicate_destination', {
    detail: `${shownValue(other.name)} (${other.destinationId}) already pushes this stream key to this host`,
    remedy: 'use that destination, or give this one another stream key',
  });
}
