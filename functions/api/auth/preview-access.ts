import { PREVIEW_COOKIES, PREVIEW_PATH, signPreviewCookies } from '../../aws/preview-cookies.ts';
import type { Logger } from '../../workflow/workflow-deps.ts';
import { writeCookie } from './cookies.ts';
import { errorName } from '../../domain/errors.ts';

/**
 * Access to the preview on AWS. CloudFront serves it without calling the API, to browsers with cookies signed by this
 * deployment. The cookies are set, renewed and removed with the session. A copied cookie works until it expires, even
 * after the session has ended.
 */
export interface PreviewAccess {
  /** Returns cookies that grant access; none when the key cannot be read, because sign-in must not depend on it. */
  open(): Promise<string[]>;
  /** Returns cookies that revoke access. */
  close(): string[];
}

interface PreviewAccessOptions {
  host: string;
  keyPairId: string;
  /** Reads the PEM of the private key. Called again only after a failure. */
  readPrivateKey: () => Promise<string>;
  now: () => Date;
  logger: Logger;
}

/** Twice an access token's lifetime: the page renews its session, and these cookies, within the hour. */
const ACCESS_SECONDS = 2 * 3600;

/** Creates the access. Reads the private key once and keeps it in memory. */
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
        logger.warn('the preview cannot be opened', { error: errorName(error) });
        return [];
      }
    },
    close: () => PREVIEW_COOKIES.map((name) => cookieOf(name, '', 0)),
  };
}

function cookieOf(name: string, value: string, seconds: number): string {
  return writeCookie(name, value, { seconds, path: PREVIEW_PATH, sameSite: 'Strict', secure: true });
}
