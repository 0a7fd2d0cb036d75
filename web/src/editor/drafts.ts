import { splitRtmpUrl } from './split-rtmp-url.ts';

const FIELDS = [
  ...(['name', 'group', 'platform', 'rtmpUrl', 'preset', 'standby', 'sound', 'streamId', 'latencyMs'] as const),
  ...(['backupIngest', 'backupRtmpUrl', 'backupKeySame'] as const),
] as const;

/** The changed fields of a form, and only those, because a colleague may change others. */
export type Draft = Partial<Record<(typeof FIELDS)[number] | 'passphrase' | 'streamKey' | 'backupStreamKey', string>>;

/**
 * Unsaved input: everything while the page is open, and everything except secrets over a reload. Stream keys,
 * passphrases, and URLs that may contain one, are never written to the browser's storage.
 */
const typed = new Map<string, Draft>();

const PREFIX = 'sluice-draft-';

/** Returns the draft of a form, or null. @param form `new` or a destination id */
export function readDraft(form: string): Draft | null {
  return typed.get(form) ?? readStored(form);
}

/** Stores the changed fields of a form; removes an empty draft. */
export function keepDraft(form: string, draft: Draft): void {
  if (Object.keys(draft).length === 0) return discardDraft(form);
  typed.set(form, draft);
  const { streamKey: _key, backupStreamKey: _backupKey, passphrase: _passphrase, ...rest } = draft;
  const urls = ['rtmpUrl', 'backupRtmpUrl'] as const;
  for (const url of urls) if (rest[url] !== undefined && mayHoldSecret(rest[url])) delete rest[url];
  sessionStorage.setItem(PREFIX + form, JSON.stringify(rest));
}

/** Discards the draft of a form. */
export function discardDraft(form: string): void {
  typed.delete(form);
  sessionStorage.removeItem(PREFIX + form);
}

/** Discards all drafts, for instance at sign-out. */
export function discardAllDrafts(): void {
  typed.clear();
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
}

function readStored(form: string): Draft | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(PREFIX + form) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return null;
    const entries = FIELDS.flatMap((field) => {
      const value: unknown = (stored as Record<string, unknown>)[field];
      return typeof value === 'string' ? [[field, value] as const] : [];
    });
    return entries.length > 0 ? Object.fromEntries(entries) : null;
  } catch {
    return null;
  }
}

/** Returns true for a URL that may contain a key: in a second path segment, a query or a user name. */
function mayHoldSecret(rtmpUrl: string): boolean {
  return splitRtmpUrl(rtmpUrl, null) !== null || /[?@]/.test(rtmpUrl);
}
