import { getSignedCookies } from '@aws-sdk/cloudfront-signer';

/** The path under which MediaPackage serves the preview's playlists and segments. */
export const PREVIEW_PATH = '/out/v1';

/** The cookies by which CloudFront decides who may read a path. */
export const PREVIEW_COOKIES = ['CloudFront-Policy', 'CloudFront-Signature', 'CloudFront-Key-Pair-Id'] as const;

interface PreviewGrant {
  /** Host of the distribution that browsers use. */
  host: string;
  /** Id of the public key in the distribution's key group. */
  keyPairId: string;
  /** PEM. Never log it. */
  privateKey: string;
  expiresAt: Date;
}

/**
 * Signs a policy that lets a browser read the preview until `expiresAt`. Pure.
 * @returns values by cookie name
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
 */
export function signPreviewCookies({ host, keyPairId, privateKey, expiresAt }: PreviewGrant): Record<string, string> {
  const policy = JSON.stringify({
    Statement: [
      {
        Resource: `https://${host}${PREVIEW_PATH}/*`,
        Condition: { DateLessThan: { 'AWS:EpochTime': Math.floor(expiresAt.getTime() / 1000) } },
      },
    ],
  });
  const signed = getSignedCookies({ policy, keyPairId, privateKey });
  return Object.fromEntries(
    PREVIEW_COOKIES.map((name) => {
      const value = signed[name];
      if (value === undefined) throw new Error(`the signer gave no ${name}`);
      return [name, String(value)];
    }),
  );
}
