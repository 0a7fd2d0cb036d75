import { createVerify } from 'node:crypto';
import { getSignedCookies } from '@aws-sdk/cloudfront-signer';

/** The cookies by which CloudFront, and the public side of one machine, decide who may read a path. */
export const SIGNED_COOKIES = ['CloudFront-Policy', 'CloudFront-Signature', 'CloudFront-Key-Pair-Id'] as const;

export type SignedCookies = Record<(typeof SIGNED_COOKIES)[number], string>;

/** What signs the cookies, and by which name CloudFront knows the matching public key. */
export interface SigningKey {
  keyPairId: string;
  /** PEM, RSA of 2,048 bits. Never log it. */
  privateKey: string;
}

/** What a browser may read, until when. */
interface Grant {
  /** URL that may end in `*`. */
  resource: string;
  expiresAt: Date;
}

/**
 * Signs a policy that lets a browser read a resource until `expiresAt`. Pure.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
 */
export function signCookies({ keyPairId, privateKey }: SigningKey, { resource, expiresAt }: Grant): SignedCookies {
  const epochSeconds = Math.floor(expiresAt.getTime() / 1000);
  const policy = JSON.stringify({
    Statement: [{ Resource: resource, Condition: { DateLessThan: { 'AWS:EpochTime': epochSeconds } } }],
  });
  const signed = getSignedCookies({ policy, keyPairId, privateKey });
  const entries = SIGNED_COOKIES.map((name) => {
    const value = signed[name];
    if (value === undefined) throw new Error(`the signer gave no ${name}`);
    return [name, String(value)];
  });
  return Object.fromEntries(entries) as SignedCookies;
}

/** Longer than any policy that `signCookies` writes for a host name of 253 characters. */
const POLICY_CHARACTERS_MAX = 1_000;

/**
 * Checks cookies as CloudFront does: signature, key, resource and expiry.
 * @param cookies as the browser sent them
 * @returns when they expire; null for cookies that do not open the resource
 */
export function readSignedCookies(
  { keyPairId, privateKey }: SigningKey,
  cookies: Partial<SignedCookies>,
  { resource, now }: { resource: string; now: Date },
): Date | null {
  const policy = cookies['CloudFront-Policy'] ?? '';
  const signature = cookies['CloudFront-Signature'] ?? '';
  if (cookies['CloudFront-Key-Pair-Id'] !== keyPairId || policy.length > POLICY_CHARACTERS_MAX) return null;
  const text = decode(policy);
  // Node takes the public half of a private key.
  if (!createVerify('RSA-SHA1').update(text).verify(privateKey, decode(signature))) return null;
  // Signed with our key, so it has our form.
  const [statement] = JSON.parse(text.toString()).Statement;
  const expiresAt = new Date(statement.Condition.DateLessThan['AWS:EpochTime'] * 1000);
  return statement.Resource === resource && now < expiresAt ? expiresAt : null;
}

/** Reverses the replacement of the characters that cookies cannot contain. */
function decode(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'), 'base64');
}
