import { getPlatform } from '../../presets/index.ts';
import { backupRefusalOf, isSameAddress } from '../domain/backup-ingest.ts';
import type { Destination } from '../domain/destination.ts';
import type { StoredBackup, Target } from '../domain/requests.ts';
import type { ApiDeps } from './api-deps.ts';
import {
  checkUrl,
  readStreamKey,
  requireKeyShape,
  sealStreamKey,
  toError,
  type KnownKey,
} from './destination-target.ts';
import { invalidFields } from './http/validation.ts';

/** Checks the backup ingest of a destination: whether its platform takes one, its address and its own stream key. */

/** What a request says about the backup ingest; undefined fields are not given. */
export interface GivenBackup {
  backupIngest?: boolean | undefined;
  backupRtmpUrl?: string | undefined;
  /** null: the same key as the main ingest. */
  backupStreamKey?: string | null | undefined;
}

/** The checked backup ingest, and what encrypts its own stream key once the destination has an id. */
export interface PreparedBackup {
  /** For the comparison with other destinations. */
  known: Pick<StoredBackup, 'backupRtmpUrl' | 'backupStreamKeyFingerprint'>;
  seal(destinationId: string): Promise<StoredBackup>;
}

const NONE = {
  backupRtmpUrl: null,
  backupStreamKeyCiphertext: null,
  backupStreamKeyLast4: null,
  backupStreamKeyFingerprint: null,
} satisfies StoredBackup;

type Found = Pick<Destination, 'platform'> & StoredBackup;

/** Returns true when a request turns the backup ingest on, or leaves it on. */
function isOn({ backupIngest }: GivenBackup, found: Found | undefined): boolean {
  return backupIngest ?? !!found?.backupRtmpUrl;
}

/**
 * Checks the backup ingest of a request against the checked main target.
 * @param mainKey the stream key of the main ingest, which must not be in the URL
 * @param found the destination before an edit, whose fields stay when they are not given
 * @throws {AppError} `validation_failed`, or the code of a refused URL
 */
export async function prepareBackup(
  deps: ApiDeps,
  given: GivenBackup,
  { target, mainKey, found }: { target: Target; mainKey: KnownKey; found?: Found },
): Promise<PreparedBackup> {
  if (!isOn(given, found)) {
    refuseWithoutBackup(given);
    return { known: NONE, seal: async () => NONE };
  }
  const platform = getPlatform(target.platform)!;
  const refusal = backupRefusalOf(platform);
  if (refusal !== null) throw invalidFields([{ field: 'backupIngest', message: refusal }]);
  const isSamePlatform = found?.platform === target.platform;
  const kept = isSamePlatform ? found : undefined;
  const text = given.backupRtmpUrl ?? kept?.backupRtmpUrl ?? platform.backupRtmpUrl;
  if (text === null) {
    const hint = platform.backupRtmpUrlHint ?? '';
    const message = `required: ${platform.name} has no default backup URL. ${hint}`.trim();
    throw invalidFields([{ field: 'backupRtmpUrl', message }]);
  }
  const url = await checkUrl(deps, { field: 'backupRtmpUrl', text, platform }, mainKey);
  if ('field' in url) throw toError([url]);
  if (isSameAddress(url.normalized, target.rtmpUrl)) {
    const message = 'must differ from the RTMP URL: two publishers at one address disconnect each other';
    throw invalidFields([{ field: 'backupRtmpUrl', message }]);
  }
  return withOwnKey(deps, { ...target, rtmpUrl: url.normalized }, { key: given.backupStreamKey, found, kept, mainKey });
}

/** @param target the target with the backup address @param options.kept the destination before an edit, unless its platform has changed */
async function withOwnKey(
  deps: ApiDeps,
  target: Target,
  options: { key: string | null | undefined; found: Found | undefined; kept: Found | undefined; mainKey: KnownKey },
): Promise<PreparedBackup> {
  const { found, kept, key, mainKey } = options;
  const backupRtmpUrl = target.rtmpUrl;
  if (key === undefined) {
    if (found?.backupStreamKeyCiphertext && !kept) {
      const message = 'required when the platform changes: the new key, or null for the key of the main ingest';
      throw invalidFields([{ field: 'backupStreamKey', message }]);
    }
    const stored = {
      backupRtmpUrl,
      backupStreamKeyCiphertext: kept?.backupStreamKeyCiphertext ?? null,
      backupStreamKeyLast4: kept?.backupStreamKeyLast4 ?? null,
      backupStreamKeyFingerprint: kept?.backupStreamKeyFingerprint ?? null,
    };
    return { known: stored, seal: async () => stored };
  }
  const own = key === null ? null : readStreamKey(deps, key);
  if (own === null || own.fingerprint === mainKey.fingerprint) {
    return { known: { ...NONE, backupRtmpUrl }, seal: async () => ({ ...NONE, backupRtmpUrl }) };
  }
  requireKeyShape(target, key!, 'backupStreamKey');
  // The own key must not be in the URL either.
  const platform = getPlatform(target.platform)!;
  const known = { fingerprint: own.fingerprint, given: key! };
  const url = await checkUrl(deps, { field: 'backupRtmpUrl', text: backupRtmpUrl, platform }, known);
  if ('field' in url) throw toError([url]);
  return {
    known: { backupRtmpUrl, backupStreamKeyFingerprint: own.fingerprint },
    async seal(destinationId) {
      const sealed = await sealStreamKey(deps, destinationId, own);
      return {
        backupRtmpUrl,
        backupStreamKeyCiphertext: sealed.streamKeyCiphertext,
        backupStreamKeyLast4: sealed.streamKeyLast4,
        backupStreamKeyFingerprint: sealed.streamKeyFingerprint,
      };
    },
  };
}

function refuseWithoutBackup({ backupRtmpUrl, backupStreamKey }: GivenBackup): void {
  const fields = Object.entries({ backupRtmpUrl, backupStreamKey }).filter(([, value]) => value !== undefined);
  if (fields.length === 0) return;
  const message = 'only with a backup ingest: set backupIngest to true, or leave it out';
  throw invalidFields(fields.map(([field]) => ({ field, message })));
}
