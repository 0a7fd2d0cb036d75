import { SIGNED_COOKIES, signCookies, type SignedCookies, type SigningKey } from './signed-cookies.ts';

/** The path under which MediaPackage serves the preview's playlists and segments. */
export const PREVIEW_PATH = '/out/v1';

/** The cookies by which CloudFront decides who may read the preview. */
export const PREVIEW_COOKIES = SIGNED_COOKIES;

interface PreviewGrant extends SigningKey {
  /** Host of the distribution that browsers use. */
  host: string;
  expiresAt: Date;
}

/** Signs a policy that lets a browser read the preview until `expiresAt`. Pure. */
export function signPreviewCookies({ host, expiresAt, ...key }: PreviewGrant): SignedCookies {
  return signCookies(key, { resource: `https://${host}${PREVIEW_PATH}/*`, expiresAt });
}
