import {
  allowedEncodings,
  defaultEncodingOf,
  getPlatform,
  listPlatforms,
  resolveEncoding,
} from '../../presets/index.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import { encryptStreamKey } from '../aws/secrets.ts';
import { AppError, type ErrorCode, type FieldError } from '../domain/errors.ts';
import { checkResolvedAddresses, parseIngestUrl, type IngestUrl } from '../domain/ingest-url.ts';
import type { StoredKey, Target } from '../domain/requests.ts';
import { StreamKey } from '../domain/stream-key.ts';
import type { ApiDeps } from './api-deps.ts';
import { shownValue } from './http/shown-value.ts';
import { invalidFields } from './http/validation.ts';

/**
 * What a destination may point at: platform, preset, URL and key together. Everything is checked before anything is
 * written, and again by the workflow right before the channel starts.
 */

/** A name server that takes longer than this is treated as one that does not know the name. */
const RESOLVE_MS_MAX = 3000;
/** Shorter keys are words such as `live`, which an application may well be called too. */
const TELLING_CHARACTERS_MIN = 8;
/** More of them make too many combinations to compare. */
const DELIMITERS_MAX = 40;

/** What is known of the key while a URL is checked: of a stored one the fingerprint only. */
interface KnownKey {
  fingerprint: string | null;
  given: string | null;
}

interface Refusal extends FieldError {
  code: ErrorCode;
}

/**
 * Checks platform, preset and URL.
 * @param wanted `rtmpUrl` and `preset` undefined: the platform's own
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
  if (!platform) {
    const known = listPlatforms().map(({ platformId }) => platformId);
    throw invalidFields([
      { field: 'platform', message: `must be one of ${known.join(', ')}; use custom for any other RTMP server` },
    ]);
  }
  const refusals: Refusal[] = [];
  const preset = wanted.preset ?? defaultEncodingOf(platform, deps.deployment);
  if (!resolveEncoding(platform.platformId, preset)) {
    const allowed = allowedEncodings(platform.platformId).join(', ');
    refusals.push({
      code: 'preset_unsupported',
      field: 'preset',
      message: `${platform.name} accepts ${allowed}`,
    });
  }
  const rtmpUrl = wanted.rtmpUrl ?? platform.rtmpUrl;
  const checked =
    rtmpUrl === null
      ? refuseUrl('validation_failed', `required: ${platform.name} has no default URL. ${platform.rtmpUrlHint}`)
      : await checkUrl(deps, rtmpUrl, platform, streamKey);
  if ('field' in checked) refusals.push(checked);
  if (refusals.length > 0 || 'field' in checked) throw toError(refusals);
  return { platform: platform.platformId, rtmpUrl: checked.normalized, preset };
}

async function checkUrl(
  deps: ApiDeps,
  text: string,
  platform: NonNullable<ReturnType<typeof getPlatform>>,
  streamKey: KnownKey,
): Promise<IngestUrl | Refusal> {
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
  // A name that does not resolve yet is no error: a show may be prepared before its event exists.
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

function refuseUrl(code: ErrorCode, message: string): Refusal {
  return { code, field: 'rtmpUrl', message };
}

function toError(refusals: Refusal[]): AppError {
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

/** Everything between two delimiters, since a key may hold delimiters itself; of overlong texts the endings only. */
function partsOf(text: string): string[] {
  const starts = [0, ...Array.from(text.matchAll(/[/?&=]/g), ({ index }) => index + 1)];
  const ends = starts.length > DELIMITERS_MAX ? [] : starts.slice(1).map((start) => start - 1);
  return starts.flatMap((start) =>
    [...ends.filter((end) => end > start), text.length].map((end) => text.slice(start, end)),
  );
}

/** A stream key as it was given, with what tells it apart from others. */
export function readStreamKey(deps: ApiDeps, text: string): { key: StreamKey; fingerprint: string } {
  const key = StreamKey.from(text);
  return { key, fingerprint: key.fingerprint(deps.deployment.fingerprintSecret) };
}

/**
 * Refuses a key that cannot be one of the platform's. A rehearsal target on this machine takes any.
 * @throws {AppError} `validation_failed`
 */
export function requireKeyShape({ platform: platformId, rtmpUrl }: Target, text: string): void {
  const platform = getPlatform(platformId);
  if (!platform?.streamKeyPattern || new RegExp(platform.streamKeyPattern).test(text)) return;
  if (!parseIngestUrl(rtmpUrl, { loopbackAllowed: false }).ok) return;
  throw invalidFields([
    { field: 'streamKey', message: `does not look like a ${platform.name} stream key. ${platform.streamKeyHint}` },
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
      internal: error instanceof Error ? error.name : 'unknown',
      retryAfterSeconds: 5,
    });
  }
}

/**
 * Refuses two destinations that would push the same key to the same place: the platform would drop one of them, on air.
 * @param candidate its own id is left out of the comparison
 */
export async function requireNoDuplicate(
  deps: ApiDeps,
  candidate: Target & { destinationId: string | null; streamKeyFingerprint: string | null },
): Promise<void> {
  if (candidate.streamKeyFingerprint === null) return;
  const other = (await listAllDestinations(deps)).find(
    (record) =>
      record.destinationId !== candidate.destinationId &&
      record.desired !== 'deleted' &&
      record.streamKeyFingerprint === candidate.streamKeyFingerprint &&
      isSamePlace(record, candidate),
  );
  if (!other) return;
  throw new AppError('duplicate_destination', {
    detail: `${shownValue(other.name)} (${other.destinationId}) already pushes this stream key to this host`,
    remedy: 'use that destination, or give this one another stream key',
  });
}

/** A platform has one key space behind all its URLs; on a server of one's own, port and application tell streams apart. */
function isSamePlace(one: Target, other: Target): boolean {
  const [left, right] = [one, other].map(({ rtmpUrl }) => parseIngestUrl(rtmpUrl, { loopbackAllowed: true }));
  if (!left?.ok || !right?.ok || left.url.host !== right.url.host) return false;
  const isOwnServer = one.platform === 'custom' || other.platform === 'custom';
  return !isOwnServer || (left.url.port === right.url.port && left.url.app === right.url.app);
}
