import { PREVIEW_COOKIES, PREVIEW_PATH, signPreviewCookies } from '../../aws/preview-cookies.ts';
import type { Logger } from '../../workflow/workflow-deps.ts';
import { writeCookie } from './cookies.ts';

/**
 * The preview on AWS. CloudFront serves it without asking the API, and lets in browsers with cookies that this deployment
 * has signed. They come with the session, are renewed with it, and end with it: without a session there is no preview.
 * A copy of them works until it expires, whatever becomes of the session.
 */
export interface PreviewAccess {
  /** Cookies that let this browser in. Empty when the key cannot be read now: signing in must not depend on it. */
  open(): Promise<string[]>;
  /** Cookies that keep it out again. */
  close(): string[];
}

interface PreviewAccessOptions {
  host: string;
  keyPairId: string;
  /** Reads the PEM of the private key. Called again after a failure only. */
  readPrivateKey: () => Promise<string>;
  now: () => Date;
  logger: Logger;
}

/** Twice an access token's life: the page renews its session within the hour, and these cookies with it. */
const ACCESS_SECONDS = 2 * 3600;

/** Makes it. The private key is read once and stays in memory. */
export function createPreviewAccess(options: PreviewAccessOptions): PreviewAccess {
  const { host, keyPairId, now, logger } = options;
  let reading: Promise<string> | null = null;

  async function privateKey(): Promise<string> {
    reading ??= options.readPrivateKey();
    try {
      return await reading;
    } catch (error) {
      reading = null;
      throw error;
    }
  }

  return {
    async open() {
      try {
        const expiresAt = new Date(now().getTime() + ACCESS_SECONDS * 1000);
        const signed = signPreviewCookies({ host, keyPairId, privateKey: await privateKey(), expiresAt });
        return Object.entries(signed).map(([name, value]) => cookieOf(name, value, ACCESS_SECONDS));
      } catch (error) {
        logger.warn('the preview cannot be opened', { error: error instanceof Error ? error.name : 'unknown' });
        return [];
      }
    },
    close: () => PREVIEW_COOKIES.map((name) => cookieOf(name, '', 0)),
  };
}

function cookieOf(name: string, value: string, seconds: number): string {
  return writeCookie(name, value, { seconds, path: PREVIEW_PATH, sameSite: 'Strict', secure: true });
}
