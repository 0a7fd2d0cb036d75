import { IDENTITY_HEADER } from '../../functions/api/auth/identity-header.ts';
import type { CommandLineSignIn } from '../../functions/api/schemas/session.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { type BrowserSession, readStoredServers, writeStoredServers } from './stored-servers.ts';
import type { Credential } from './transport.ts';

/** The tokens of a sign-in in the browser: issued by the identity provider, renewed before they expire, and revoked. */

const ANSWER_WITHIN_MS = 15_000;
/** Leaves time for a slow request and a clock that is wrong. */
const RENEWED_BEFORE_MS = 60_000;

/** What an access token is checked with, and the ID token for the name. */
const toHeaders = ({ accessToken, identityToken }: BrowserSession): Record<string, string> => ({
  authorization: `Bearer ${accessToken}`,
  ...(identityToken === null ? {} : { [IDENTITY_HEADER]: identityToken }),
});

/**
 * Exchanges the code of a callback.
 * @returns null when the provider refuses the code
 * @throws {CommandFailure} `failed`
 */
export async function exchangeCode(
  { clientId, revocationUrl, tokenUrl }: CommandLineSignIn,
  proof: { code: string; codeVerifier: string; redirectUrl: string },
): Promise<BrowserSession | null> {
  const body = await askForTokens(tokenUrl, {
    grant_type: 'authorization_code',
    client_id: clientId,
    code: proof.code,
    code_verifier: proof.codeVerifier,
    redirect_uri: proof.redirectUrl,
  });
  if (body && typeof body.refresh_token !== 'string') throw unusable(tokenUrl);
  return body && { ...toTokens(tokenUrl, body), clientId, tokenUrl, revocationUrl };
}

/**
 * Returns the credential of a stored sign-in. It renews the access token shortly before its end and stores the new one.
 * @throws {CommandFailure} when called: `notSignedIn` when the sign-in has ended, `failed` when the provider does not answer
 */
export function sessionCredential(origin: string, stored: BrowserSession): Credential {
  let session = stored;
  let renewing: Promise<BrowserSession> | null = null;
  return async () => {
    if (Date.parse(session.expiresAt) - Date.now() < RENEWED_BEFORE_MS) {
      renewing ??= renew(origin, session).finally(() => (renewing = null));
      session = await renewing;
    }
    return toHeaders(session);
  };
}

/** Returns the credential of a sign-in that has just begun. */
export function newSessionCredential(session: BrowserSession): Credential {
  return async () => toHeaders(session);
}

async function renew(origin: string, session: BrowserSession): Promise<BrowserSession> {
  const renewed = await refresh(session);
  if (!renewed)
    throw new CommandFailure(
      EXIT.notSignedIn,
      `the sign-in of ${origin} has ended; run sluice login --server ${origin}`,
    );
  const { current, servers } = readStoredServers();
  // Not after a sign-out in another terminal.
  if (servers[origin]) writeStoredServers({ current, servers: { ...servers, [origin]: { session: renewed } } });
  return renewed;
}

async function refresh(session: BrowserSession): Promise<BrowserSession | null> {
  const body = await askForTokens(session.tokenUrl, {
    grant_type: 'refresh_token',
    client_id: session.clientId,
    refresh_token: session.refreshToken,
  });
  return body && { ...session, ...toTokens(session.tokenUrl, { refresh_token: session.refreshToken, ...body }) };
}

/**
 * Revokes the refresh token. Access tokens stay valid until they expire.
 * @throws {CommandFailure} `failed`
 */
export async function revokeSession({ clientId, refreshToken, revocationUrl }: BrowserSession): Promise<void> {
  const { ok, status } = await post(revocationUrl, { token: refreshToken, client_id: clientId });
  if (!ok) throw new CommandFailure(EXIT.failed, `${hostOf(revocationUrl)} answered ${status} to the sign-out`);
}

type Fields = Record<string, string>;
type TokenBody = Record<string, unknown>;

/** @returns null for a code or token that is used up, expired or revoked */
async function askForTokens(url: string, fields: Fields): Promise<TokenBody | null> {
  const response = await post(url, fields);
  const body = (await response.json().catch(() => null)) as TokenBody | null;
  if (response.ok && body) return body;
  if (body?.['error'] === 'invalid_grant') return null;
  const reason = /^[a-z_]{1,40}$/.exec(String(body?.['error']))?.[0] ?? `status ${response.status}`;
  throw new CommandFailure(EXIT.failed, `${hostOf(url)} issued no token: ${reason}`);
}

async function post(url: string, fields: Fields): Promise<Response> {
  requirePrivate(url);
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    return await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'error', signal });
  } catch {
    throw new CommandFailure(EXIT.failed, `${hostOf(url)} does not answer; try again`);
  }
}

function toTokens(url: string, body: TokenBody) {
  const { access_token: access, expires_in: seconds, id_token: identity, refresh_token: refreshToken } = body;
  if (typeof access !== 'string' || typeof refreshToken !== 'string' || !Number.isFinite(seconds)) throw unusable(url);
  return {
    accessToken: access,
    identityToken: typeof identity === 'string' ? identity : null,
    refreshToken,
    expiresAt: new Date(Date.now() + Number(seconds) * 1000).toISOString(),
  };
}

/**
 * Refuses an address over which others could read a code or token.
 * @throws {CommandFailure} `failed`
 */
export function requirePrivate(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || (protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)))
    return;
  throw new CommandFailure(EXIT.failed, `${hostOf(url)} has no https, so nothing was sent to it`);
}

const hostOf = (url: string): string => new URL(url).host;

function unusable(url: string): CommandFailure {
  return new CommandFailure(EXIT.failed, `${hostOf(url)} issued tokens that cannot be used`);
}
