import { splitRtmpUrl } from './split-rtmp-url.ts';

const FIELDS = ['name', 'group', 'platform', 'rtmpUrl', 'preset', 'standby'] as const;

/** The fields of a form about a destination that were changed in it, and only those: a colleague may change others. */
export type Draft = Partial<Record<(typeof FIELDS)[number] | 'streamKey', string>>;

/**
 * What was typed and not saved: all of it while the page is open, and all but secrets over a reload. A stream key is
 * never written to the browser's storage, nor a URL that may hold one.
 */
const typed = new Map<string, Draft>();

const PREFIX = 'sluice-draft-';

/** The draft of a form; null where there is none. @param form which form, such as `new` or a destination's id */
export function readDraft(form: string): Draft | null {
  return typed.get(form) ?? readStored(form);
}

/** Keeps what was changed in a form; nothing changed is no draft. */
export function keepDraft(form: string, draft: Draft): void {
  if (Object.keys(draft).length === 0) return discardDraft(form);
  typed.set(form, draft);
  const { streamKey: _secret, rtmpUrl, ...rest } = draft;
  const isPlain = rtmpUrl !== undefined && !mayHoldSecret(rtmpUrl);
  sessionStorage.setItem(PREFIX + form, JSON.stringify({ ...rest, ...(isPlain ? { rtmpUrl } : {}) }));
}

/** Forgets the draft of a form. */
export function discardDraft(form: string): void {
  typed.delete(form);
  sessionStorage.removeItem(PREFIX + form);
}

/** Forgets every draft, for instance at sign-out. */
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

/** A path of two segments may end in a key, and a query or a user name may be one. */
function mayHoldSecret(rtmpUrl: string): boolean {
  return splitRtmpUrl(rtmpUrl, null) !== null || /[?@]/.test(rtmpUrl);
}
