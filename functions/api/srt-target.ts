import { getPlatform, isSrtPlatform } from '../../presets/index.ts';
import { listAllDestinations } from '../aws/destination-table.ts';
import { backupRefusalOf } from '../domain/backup-ingest.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError, type FieldError } from '../domain/errors.ts';
import type { SourceLossAction } from '../domain/source-loss.ts';
import type { StoredKey, Target } from '../domain/requests.ts';
import { StreamKey } from '../domain/stream-key.ts';
import type { ApiDeps } from './api-deps.ts';
import { sealStreamKey } from './destination-target.ts';
import { shownValue } from './http/quote-value.ts';
import { invalidFields } from './http/validation.ts';

/** What an SRT destination has instead of a stream key, and what it does not have. */

/** MediaConnect's default. */
const DEFAULT_LATENCY_MS = 2000;

/** The fields of a request that depend on the kind of destination; undefined when they are not given. */
interface Given {
  platform: string;
  standby?: Destination['standby'] | undefined;
  streamKey?: string | undefined;
  streamId?: string | null | undefined;
  latencyMs?: number | undefined;
  passphrase?: string | null | undefined;
  backupIngest?: boolean | undefined;
  backupRtmpUrl?: string | undefined;
  backupStreamKey?: string | null | undefined;
  onSourceLoss?: SourceLossAction | undefined;
}

/**
 * Refuses fields that the kind of destination does not have.
 * @throws {AppError} `validation_failed`, naming each field
 */
export function requireFieldsOfKind(given: Given): void {
  const refused = isSrtPlatform(given.platform) ? refuseForSrt(given) : refuseForRtmp(given);
  if (refused.length > 0) throw invalidFields(refused);
}

function refuseForSrt({ onSourceLoss, platform, streamKey, standby, ...given }: Given): FieldError[] {
  const { backupIngest, backupRtmpUrl, backupStreamKey } = given;
  const backup = Object.entries({ backupIngest: backupIngest || undefined, backupRtmpUrl, backupStreamKey });
  const message = backupRefusalOf(getPlatform(platform)!) ?? '';
  return [
    ...backup.flatMap(([field, value]) => (value === undefined ? [] : [{ field, message }])),
    ...(streamKey === undefined
      ? []
      : [{ field: 'streamKey', message: 'an SRT destination has none: use streamId and passphrase' }]),
    ...(onSourceLoss === 'hold'
      ? [
          {
            field: 'onSourceLoss',
            message: 'an SRT destination sends the feed itself and has no slate: use wait or stop',
          },
        ]
      : []),
    ...(standby === 'warm'
      ? [{ field: 'standby', message: 'an SRT destination has no channel to keep: leave it out, or use cold' }]
      : []),
  ];
}

function refuseForRtmp({ streamId, latencyMs, passphrase }: Given): FieldError[] {
  const fields = Object.entries({ streamId, latencyMs, passphrase });
  return fields.flatMap(([field, value]) =>
    value === undefined ? [] : [{ field, message: 'only an SRT destination has it: leave it out' }],
  );
}

/** Refuses to turn a destination with a channel into one without, or the reverse. @throws {AppError} */
export function requireSameKind(found: Pick<Destination, 'platform'>, platform: string): void {
  if (isSrtPlatform(found.platform) === isSrtPlatform(platform)) return;
  const message = isSrtPlatform(platform)
    ? 'a destination with a channel cannot become an SRT destination: add a new one'
    : 'an SRT destination has no channel for another platform: add a new one';
  throw invalidFields([{ field: 'platform', message }]);
}

/** Returns the target with what only SRT has. Absent fields stay, or have their defaults. */
export function withSrtFields(
  target: Target,
  { streamId, latencyMs }: Pick<Given, 'streamId' | 'latencyMs'>,
  found?: Pick<Destination, 'streamId' | 'latencyMs'>,
): Target {
  if (!isSrtPlatform(target.platform)) return target;
  return {
    ...target,
    streamId: streamId === undefined ? (found?.streamId ?? null) : streamId,
    latencyMs: latencyMs ?? found?.latencyMs ?? DEFAULT_LATENCY_MS,
  };
}

/** Encrypts a passphrase for the record. Neither its end nor a fingerprint is kept: it is short and chosen by people. */
export async function sealPassphrase(
  deps: ApiDeps,
  destinationId: string,
  passphrase: string | null,
): Promise<StoredKey> {
  const unset = { streamKeyCiphertext: null, streamKeyLast4: null, streamKeyFingerprint: null };
  if (passphrase === null) return unset;
  const sealed = await sealStreamKey(deps, destinationId, { key: StreamKey.from(passphrase), fingerprint: '' });
  return { ...unset, streamKeyCiphertext: sealed.streamKeyCiphertext };
}

/** Refuses two destinations that call the same receiver for the same stream. @throws {AppError} */
export async function requireOwnReceiver(
  deps: ApiDeps,
  candidate: Target & { destinationId: string | null },
): Promise<void> {
  if (!isSrtPlatform(candidate.platform)) return;
  const other = (await listAllDestinations(deps)).find(
    ({ destinationId, desired, platform, rtmpUrl, streamId }) =>
      destinationId !== candidate.destinationId &&
      desired !== 'deleted' &&
      isSrtPlatform(platform) &&
      rtmpUrl === candidate.rtmpUrl &&
      (streamId ?? null) === (candidate.streamId ?? null),
  );
  if (!other) return;
  const detail = `${shownValue(other.name)} (${other.destinationId}) already calls this receiver for this stream`;
  const remedy = 'use that destination, or give this one another port or stream ID';
  throw new AppError('duplicate_destination', {
    detail,
    remedy,
    errors: [{ field: 'streamId', message: `${detail}: ${remedy}` }],
  });
}
