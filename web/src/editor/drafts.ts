import { keepTyped, readTyped } from '../app/draft-store.ts';
import { splitRtmpUrl } from './split-rtmp-url.ts';

const FIELDS = [
  ...(['name', 'group', 'platform', 'rtmpUrl', 'preset', 'standby', 'sound', 'streamId', 'latencyMs'] as const),
  ...(['backupIngest', 'backupRtmpUrl', 'backupKeySame'] as const),
  ...(['onSourceLoss', 'holdMinutes', 'keyUse', 'keyValidUntil'] as const),
] as const;
const SECRETS = ['streamKey', 'backupStreamKey', 'passphrase'] as const;

/** The changed fields of the destination form. */
export type Draft = Partial<Record<(typeof FIELDS)[number] | (typeof SECRETS)[number], string>>;

/** Returns the draft of a form and when it was typed, or null. @param form `new` or a destination id */
export function readDraft(form: string): { typedAt: string; values: Draft } | null {
  const found = readTyped(form);
  if (!found) return null;
  const values = [...FIELDS, ...SECRETS].flatMap((field) => {
    const value = found.values[field];
    return typeof value === 'string' ? [[field, value] as const] : [];
  });
  return values.length > 0 ? { typedAt: found.typedAt, values: Object.fromEntries(values) } : null;
}

/**
 * Keeps the changed fields of a form; removes an empty draft. Stream keys, passphrases, and URLs that may contain one,
 * are never written to the browser's storage.
 */
export function keepDraft(form: string, draft: Draft): void {
  const { streamKey: _key, backupStreamKey: _backupKey, passphrase: _passphrase, ...rest } = draft;
  const urls = ['rtmpUrl', 'backupRtmpUrl'] as const;
  for (const url of urls) if (rest[url] !== undefined && mayHoldSecret(rest[url])) delete rest[url];
  keepTyped(form, draft, rest);
}

/** Returns true for a URL that may contain a key: in a second path segment, a query or a user name. */
function mayHoldSecret(rtmpUrl: string): boolean {
  return splitRtmpUrl(rtmpUrl, null) !== null || /[?@]/.test(rtmpUrl);
}
