import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { AppError } from '../../domain/errors.ts';
import { ROLES, scopeOf, strongestRole, type Role } from './roles.ts';

/**
 * Verifies tokens of the user pool. AWS's own library checks signature, algorithm, issuer, expiry and token use against
 * the pool's published keys. It caches the keys for the life of the process and fetches them again when a token names
 * an unknown key, at most every ten seconds. It ignores every key location a token names.
 */

interface TokenOptions {
  userPoolId: string;
  dashboardClientId: string;
  commandLineClientId: string;
  scriptClientIds: readonly string[];
  fetch: typeof fetch;
}

/** The holder of an access token. */
export interface TokenHolder {
  clientId: string;
  subject: string;
  /** A person’s name in the pool, or the script’s client. */
  name: string;
  role: Role | null;
}

export interface CognitoTokens {
  /**
   * Returns null for everything except a valid access token of this pool.
   * @throws {AppError} `upstream_unavailable` when the pool's keys cannot be fetched
   */
  readAccessToken(token: string): Promise<TokenHolder | null>;
  /** Returns the verified e-mail address in the ID token of an access token's holder, or null. It grants no permission. */
  readEmail(idToken: string, holder: Pick<TokenHolder, 'clientId' | 'subject'>): Promise<string | null>;
}

/** Longer than any Cognito token. Browsers limit a cookie to 4096 bytes, API Gateway all headers to 10,240. */
export const TOKEN_LENGTH_MAX = 4000;
const KEYS_WITHIN_MS = 3000;

/** Creates the verifier of a pool's tokens. */
export function createCognitoTokens(options: TokenOptions): CognitoTokens {
  const { userPoolId, dashboardClientId, commandLineClientId, scriptClientIds } = options;
  const jwksCache = new SimpleJwksCache({ fetcher: { fetch: (url) => fetchKeys(options.fetch, url) } });
  const ofPeople = [dashboardClientId, commandLineClientId];
  const clientId = [...ofPeople, ...scriptClientIds];
  const access = CognitoJwtVerifier.create({ userPoolId, tokenUse: 'access', clientId }, { jwksCache });
  const identity = CognitoJwtVerifier.create({ userPoolId, tokenUse: 'id', clientId: ofPeople }, { jwksCache });

  return {
    async readAccessToken(token) {
      const payload = await verify(access, token);
      if (payload === null || typeof payload.sub !== 'string') return null;
      const isScript = scriptClientIds.includes(payload.client_id);
      return {
        clientId: payload.client_id,
        subject: payload.sub,
        name: isScript ? `script ${payload.client_id}` : (payload.username ?? payload.sub),
        // Scopes of a user and groups of a script grant nothing.
        role: isScript ? roleOfScopes(payload.scope) : roleOfGroups(payload['cognito:groups']),
      };
    },
    async readEmail(idToken, { clientId: audience, subject }) {
      const payload = await verify(identity, idToken);
      if (payload?.sub !== subject || payload.aud !== audience || payload.email_verified !== true) return null;
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
    // The library treats a token without an expiry as valid for ever.
    return typeof payload.exp === 'number' ? payload : null;
  } catch (error) {
    if (error instanceof AppError) throw error;
    return null;
  }
}

/** Accepts an array only: in a string, a role could match as a substring. */
function roleOfGroups(groups: unknown): Role | null {
  return Array.isArray(groups) ? strongestRole(groups) : null;
}

function roleOfScopes(scope: unknown): Role | null {
  if (typeof scope !== 'string') return null;
  const held = scope.split(' ');
  return strongestRole(ROLES.filter((role) => held.includes(scopeOf(role))));
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
