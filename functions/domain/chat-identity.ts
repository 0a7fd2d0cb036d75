import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { digestOf } from './random-secret.ts';
import { DAY_MS } from './utc-day.ts';

/**
 * Who writes in a chat: a random id and a chosen name in a cookie that the product has signed. The cookie is valid in one
 * chat, for thirty days. It proves only that the same browser comes again. Pure.
 */
export interface ChatIdentity {
  /** Random; it never leaves the cookie. */
  id: string;
  /** Null for a browser that only reacts. */
  name: string | null;
  issuedAtMs: number;
}

export const IDENTITY_KEPT_MS = 30 * DAY_MS;
const COOKIE = /^([\w-]{1,400})\.([\w-]{43})$/;

/** Signs and reads identities, and hashes addresses. */
export interface ChatKey {
  sign(showId: string, identity: ChatIdentity): string;
  /** @returns null for a cookie that this deployment did not sign for this show, or that has expired */
  read(showId: string, cookie: string | undefined, now: Date): ChatIdentity | null;
  /** Hashes text that must not be stored. @param salt deleted after days; then no hash can be computed again */
  hash(salt: string, text: string): string;
}

/** @param key secret of the deployment, at least 32 bytes */
export function createChatKey(key: Uint8Array): ChatKey {
  const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', key, '', `sluice chat ${purpose}`, 32));
  const [cookieKey, addressKey] = [derive('cookie'), derive('address')];
  const mac = (payload: string, showId: string) =>
    createHmac('sha256', cookieKey).update(`${showId}\n${payload}`).digest();

  return {
    sign(showId, { id, name, issuedAtMs }) {
      const payload = Buffer.from(JSON.stringify([id, name, issuedAtMs])).toString('base64url');
      return `${payload}.${mac(payload, showId).toString('base64url')}`;
    },
    read(showId, cookie, now) {
      const [, payload, signature] = COOKIE.exec(cookie ?? '') ?? [];
      if (payload === undefined || signature === undefined) return null;
      const expected = mac(payload, showId);
      const given = Buffer.from(signature, 'base64url');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      const [id, name, issuedAtMs] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
        string,
        string | null,
        number,
      ];
      const ageMs = now.getTime() - issuedAtMs;
      return ageMs >= 0 && ageMs < IDENTITY_KEPT_MS ? { id, name, issuedAtMs } : null;
    },
    hash: (salt, text) =>
      createHmac('sha256', addressKey).update(`${salt}\n${text}`).digest('base64url').slice(0, HASH_LENGTH),
  };
}

const HASH_LENGTH = 22;

/** Returns the author id of an identity in one chat. It leads neither to the cookie nor to another chat. */
export function authorIdOf(showId: string, { id }: Pick<ChatIdentity, 'id'>): string {
  return digestOf(`chat author ${showId} ${id}`).slice(0, HASH_LENGTH);
}
