import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { SigningKey } from '../../../functions/aws/signed-cookies.ts';

/** CloudFront names its public keys; here there is one. */
const KEY_PAIR_ID = 'one-machine';

/**
 * Returns what creates the key of the cookies of private shows, when the first one is watched. It lives as long as the
 * process: a page that continues after a restart begins a new viewing anyway, and gets new cookies with it.
 */
export function createMediaKey(): () => Promise<SigningKey> {
  let key: Promise<SigningKey> | null = null;
  return () => (key ??= generate());
}

async function generate(): Promise<SigningKey> {
  // As CloudFront demands, so that the cookies are the same everywhere.
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { keyPairId: KEY_PAIR_ID, privateKey };
}
