import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateFile } from './root-key.ts';

/** The token of the embedded product: from the environment, or made at the first start and kept beside the data. */
const FILE_NAME = 'access-token';

/** Reads the kept token; null when none was made yet. */
export function readAccessToken(dataDirectory: string): string | null {
  const file = join(dataDirectory, FILE_NAME);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

/** Gives the token to use, making one of 256 random bits when there is none. */
export function ensureAccessToken(dataDirectory: string, given: string | undefined): string {
  const known = given ?? readAccessToken(dataDirectory);
  if (known) return known;
  const token = randomBytes(32).toString('base64url');
  writePrivateFile(join(dataDirectory, FILE_NAME), Buffer.from(`${token}\n`));
  return token;
}

/** The link that signs a browser in. The token travels in the fragment, which no server or log ever sees. */
export function signInLink(origin: string, token: string): string {
  return `${origin}/#token=${encodeURIComponent(token)}`;
}
