import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from './root-key.ts';

/**
 * The access token of a local Sluice: set in the environment, or generated at the first start and kept with the data.
 */
const FILE_NAME = 'access-token';

/** Reads the stored token; null before the first start. */
export function readAccessToken(dataDirectory: string): string | null {
  const file = join(dataDirectory, FILE_NAME);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** Returns the token to use, and generates one of 256 random bits if there is none. */
export function ensureAccessToken(dataDirectory: string, given: string | undefined): string {
  const known = given ?? readAccessToken(dataDirectory);
  if (known) return known;
  const token = randomBytes(32).toString('base64url');
  writePrivateFile(join(dataDirectory, FILE_NAME), Buffer.from(`${token}\n`));
  return token;
}

/** Builds the sign-in link. The token is in the fragment, which browsers do not send to servers. */
export function signInLink(origin: string, token: string): string {
  return `${origin}/#token=${encodeURIComponent(token)}`;
}
