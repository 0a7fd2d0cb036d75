import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { AppError } from '../../domain/errors.ts';
import { strongestRole, type Role } from './roles.ts';

/**
 * What a token of the user pool proves. Signature, algorithm, issuer, expiry and token use are checked by AWS's own
 * library against the pool's published keys, which are kept as long as the process lives and fetched anew when a token
 * names a key that is not among them (at most every ten seconds). Nothing a token says about where its key is found is
 * heeded.
 */

interface TokenOptions {
  userPoolId: string;
  dashboardClientId: string;
  scriptClientIds: readonly string[];
  fetch: typeof fetch;
}

/** Whom an access token is for. */
export interface TokenHolder {
  clientId: string;
  subject: string;
  /** A person’s name in the pool, or the script’s client. */
  name: string;
  role: Role | null;
}

export interface CognitoTokens {
  /**
   * Null for everything that is not a good access token of ours.
   * @throws {AppError} `upstream_unavailable` when the pool's keys cannot be fetched
   */
  readAccessToken(token: string): Promise<TokenHolder | null>;
  /** The verified e-mail address in the dashboard's ID token of this subject; null when there is none. Proves no right. */
  readEmail(idToken: string, subject: string): Promise<string | null>;
}

/** Longer than any token of Cognito's: browsers keep no cookie above 4096 bytes, API Gateway 10,240 of all headers. */
export const TOKEN_LENGTH_MAX = 4000;
const KEYS_WITHIN_MS = 3000;
/** Of the resource server; one scope per role. */
const SCOPE_PREFIX = 'sluice/';

/** Makes the reader of a pool's tokens. */
export function createCognitoTokens(options: TokenOptions): CognitoTokens {
  const { userPoolId, dashboardClientId, scriptClientIds } = options;
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: (url) => fetchKeys(options.fetch, url) } });
  const clientId = [dashboardClientId, ...scriptClientIds];
  const access = CognitoJwtVerifier.create({ userPoolId, tokenUse: 'access', clientId }, { jwksCache });
  const identity = CognitoJwtVerifier.create(
    { userPoolId, tokenUse: 'id', clientId: dashboardClientId },
    { jwksCache },
  );

  return {
    async readAccessToken(token) {
      const payload = await verify(access, token);
      if (payload === null || typeof payload.sub !== 'string') return null;
      const isScript = scriptClientIds.includes(payload.client_id);
      return {
        clientId: payload.client_id,
        subject: payload.sub,
        name: isScript ? `script ${payload.client_id}` : (payload.username ?? payload.sub),
        // A person’s scopes and a script’s groups say nothing here.
        role: isScript ? roleOfScopes(payload.scope) : roleOfGroups(payload['cognito:groups']),
      };
    },
    async readEmail(idToken, subject) {
      const payload = await verify(identity, idToken);
      if (payload?.sub !== subject || payload.email_verified !== true) return null;
      return typeof payload.email === 'string' ? payload.email : null;
    },
  };
}

async function verify<Payload extends { exp: number }>(
  verifier: { verify: (token: string) => Promise<Payload> },
  token: string,
): Promise<Payload | null> {
  if (token.length > TOKEN_LENGTH_MAX) return null;
  try {
    const payload = await verifier.verify(token);
    // The library takes a token without an expiry for one that never expires.
    return typeof payload.exp === 'number' ? payload : null;
  } catch (error) {
    if (error instanceof AppError) throw error;
    return null;
  }
}

/** A list, or nothing: a text would be searched for a role as a part of it. */
function roleOfGroups(groups: unknown): Role | null {
  return Array.isArray(groups) ? strongestRole(groups) : null;
}

function roleOfScopes(scope: unknown): Role | null {
  if (typeof scope !== 'string') return null;
  const ours = scope.split(' ').filter((each) => each.startsWith(SCOPE_PREFIX));
  return strongestRole(ours.map((each) => each.slice(SCOPE_PREFIX.length)));
}

async function fetchKeys(fetchUrl: typeof fetch, url: string): Promise<ArrayBuffer> {
  try {
    const response = await fetchUrl(url, { redirect: 'error', signal: AbortSignal.timeout(KEYS_WITHIN_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.arrayBuffer();
  } catch (cause) {
    throw new AppError('upstream_unavailable', {
      detail: 'the user pool’s keys cannot be fetched, so no token can be checked',
      remedy: 'try again in a moment',
      retryAfterSeconds: 5,
      cause,
    });
  }
}
