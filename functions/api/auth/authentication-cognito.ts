import { createHash, randomBytes } from 'node:crypto';
import { tokenSecret } from '../../domain/access-token.ts';
import { AppError } from '../../domain/errors.ts';
import type { Logger } from '../../workflow/workflow-deps.ts';
import { principalOf, type AccessTokens } from './access-tokens.ts';
import type { Authentication, SignInRefusal, SignInResult } from './authentication.ts';
import type { Principal } from './principal.ts';
import { commandLineOf, createCognitoEndpoints, type Grant } from './cognito-endpoints.ts';
import { createCognitoTokens, TOKEN_LENGTH_MAX } from './cognito-tokens.ts';
import { readCookies, writeCookie } from './cookies.ts';
import { IDENTITY_HEADER } from './identity-header.ts';
import { isSame } from './compare-secrets.ts';
import type { PreviewAccess } from './preview-access.ts';

/**
 * Sign-in with a Cognito user pool, with the API as the backend for the frontend: the browser goes to the pool's pages
 * and returns with a code; the API exchanges it and stores the tokens in cookies that no script can read. The server
 * keeps no state.
 *
 * - `__Host-sluice_access`, `__Host-sluice_identity`: the access token carries the role, the ID token only the name.
 *   The API checks both on every request; they expire within the hour.
 * - `__Secure-sluice_refresh`: sent to /api/session only, so that no other request carries it. The page renews the two
 *   others with it by `POST /api/session/refresh` after a 401. The API does not renew them within another request: the
 *   cookie is not there, and twenty concurrent requests would each renew.
 * - `__Host-sluice_sign_in`: state and PKCE verifier during a sign-in.
 * - `CloudFront-…`: three cookies that give the browser access to the preview, as long as the session is valid.
 *
 * All are `SameSite=Strict` except `__Host-sluice_sign_in`, which has to be `Lax` because the redirect back starts on
 * the pool's page. The dashboard is a static file that needs no cookie; its requests come from our own site.
 */

const COOKIES = {
  access: '__Host-sluice_access',
  identity: '__Host-sluice_identity',
  refresh: '__Secure-sluice_refresh',
  signIn: '__Host-sluice_sign_in',
} as const;

const SESSION_PATH = '/api/session';
/** Lifetime of a refresh token in the pool's client. */
const REFRESH_SECONDS = 30 * 86_400;
/** Time to enter a password and a second factor, or to reset the password. */
const SIGN_IN_SECONDS = 900;

/** What the API on AWS needs to know of the user pool. */
export interface CognitoOptions {
  userPoolId: string;
  /** Client with the authorization code grant and no secret. A user has the role of their strongest group. */
  dashboardClientId: string;
  /** The same for the sluice command, which has the tokens itself. */
  commandLineClientId: string;
  /** Clients with the client credentials grant. A script has the role of its strongest scope, `sluice/<role>`. */
  scriptClientIds: readonly string[];
  /** Base of the pool's sign-in pages: `https://` and the host of its domain. */
  signInUrl: string;
  /** Gives browsers with a session access to the preview. */
  preview: PreviewAccess;
  /** The tokens that admins have created, for scripts and devices. Browsers sign in at the pool. */
  accessTokens: AccessTokens;
  logger: Logger;
  /** Default: the global `fetch`. Tests inject their own. */
  fetch?: typeof fetch;
}

/** Creates the authentication for bearer tokens of users and scripts and for the dashboard's session. */
export function createCognitoAuthentication({ fetch: send = fetch, ...options }: CognitoOptions): Authentication {
  const { accessTokens, dashboardClientId, preview, logger } = options;
  const tokens = createCognitoTokens({ ...options, fetch: send });
  const endpoints = createCognitoEndpoints({ ...options, clientId: dashboardClientId, fetch: send });

  async function personOf(accessToken: string, idToken: string | undefined): Promise<Principal | null> {
    const holder = await tokens.readAccessToken(accessToken);
    if (holder?.clientId !== dashboardClientId) return null;
    const email = idToken === undefined ? null : await tokens.readEmail(idToken, holder);
    return { id: email ?? holder.name, via: 'cookie', role: holder.role };
  }

  async function holderOf(given: string, idToken: string | null): Promise<Principal | null> {
    if (tokenSecret.matches(given)) {
      const found = await accessTokens.find(given);
      return found && principalOf(found, 'bearer');
    }
    const holder = await tokens.readAccessToken(given);
    if (!holder) return null;
    const email = idToken === null ? null : await tokens.readEmail(idToken, holder);
    return { id: email ?? holder.name, via: 'bearer', role: holder.role };
  }

  /** A user without a role gets no access to the preview. */
  async function previewCookies({ role }: Principal): Promise<string[]> {
    return role === null ? preview.close() : preview.open();
  }

  async function finish({ origin, code, codeVerifier }: { origin: string; code: string; codeVerifier: string }) {
    const grant = await endpoints.exchangeCode({ origin, code, codeVerifier });
    const principal = grant && (await personOf(grant.access_token, grant.id_token));
    return principal && { principal, cookies: [...sessionCookies(grant), ...(await previewCookies(principal))] };
  }

  async function complete(request: Request, origin: string): Promise<SignInResult> {
    const { searchParams } = new URL(request.url);
    const over = [endOf('signIn')];
    const refuse = (refusal: SignInRefusal): SignInResult => ({ cookies: over, refusal });
    const [state, codeVerifier] = readCookies(request, COOKIES.signIn)[0]?.split('.') ?? [];
    const given = searchParams.get('state');
    // Checked first, because a callback this browser has not started may come from an attacker.
    if (!state || !codeVerifier || given === null || !isSame(given, state)) return refuse('expired');
    const code = searchParams.get('code');
    if (code === null || code === '')
      return refuse(searchParams.get('error') === 'access_denied' ? 'denied' : 'failed');
    try {
      const finished = await finish({ origin, code, codeVerifier });
      return finished ? { principal: finished.principal, cookies: [...over, ...finished.cookies] } : refuse('failed');
    } catch (error) {
      if (error instanceof AppError && error.code === 'upstream_unavailable') return refuse('unavailable');
      throw error;
    }
  }

  return {
    signIn: { kind: 'redirect', url: `${SESSION_PATH}/sign-in` },
    commandLine: commandLineOf({ signInUrl: options.signInUrl, clientId: options.commandLineClientId }),
    async authenticate(request) {
      const authorization = request.headers.get('authorization');
      if (authorization !== null) {
        const [, given] = /^Bearer +([\w.-]+)$/i.exec(authorization) ?? [];
        return given === undefined ? null : holderOf(given, request.headers.get(IDENTITY_HEADER));
      }
      const [accessToken] = readCookies(request, COOKIES.access);
      if (accessToken === undefined) return null;
      return personOf(accessToken, readCookies(request, COOKIES.identity)[0]);
    },
    redirects: {
      begin(origin) {
        const [state, codeVerifier] = [newSecret(), newSecret()];
        const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
        return {
          location: endpoints.authorizeUrl({ origin, state, codeChallenge }),
          cookies: [cookieOf('signIn', `${state}.${codeVerifier}`, SIGN_IN_SECONDS)],
        };
      },
      async complete(request, origin) {
        const result = await complete(request, origin);
        logger.info('sign-in', 'refusal' in result ? { refusal: result.refusal } : { principal: result.principal.id });
        return result;
      },
      async refresh(request) {
        const refreshToken = refreshTokenOf(request);
        const grant = refreshToken === null ? null : await endpoints.exchangeRefreshToken(refreshToken);
        const principal = grant && (await personOf(grant.access_token, grant.id_token));
        return principal && { cookies: [...sessionCookies(grant), ...(await previewCookies(principal))] };
      },
      async end(request, origin) {
        const refreshToken = refreshTokenOf(request);
        if (refreshToken !== null) await endpoints.revoke(refreshToken);
        const cookies = (['access', 'identity', 'refresh', 'signIn'] as const).map(endOf);
        return { cookies: [...cookies, ...preview.close()], continueAt: endpoints.logoutUrl(origin) };
      },
    },
  };
}

function sessionCookies(grant: Grant): string[] {
  const { access_token: access, id_token: identity, refresh_token: refresh, expires_in: seconds } = grant;
  return [
    cookieOf('access', access, seconds),
    ...(identity === undefined ? [] : [cookieOf('identity', identity, seconds)]),
    ...(refresh === undefined ? [] : [cookieOf('refresh', refresh, REFRESH_SECONDS)]),
  ];
}

function cookieOf(name: keyof typeof COOKIES, value: string, seconds: number): string {
  const path = name === 'refresh' ? SESSION_PATH : '/';
  return writeCookie(COOKIES[name], value, {
    seconds,
    path,
    sameSite: name === 'signIn' ? 'Lax' : 'Strict',
    secure: true,
  });
}

function endOf(name: keyof typeof COOKIES): string {
  return cookieOf(name, '', 0);
}

/** Reads the refresh token, an opaque string of Cognito's; impossible values are not sent to Cognito. */
function refreshTokenOf(request: Request): string | null {
  const [token] = readCookies(request, COOKIES.refresh);
  return token !== undefined && token.length <= TOKEN_LENGTH_MAX && /^[\w.=+/-]+$/.test(token) ? token : null;
}

/** 256 bits, as RFC 7636 recommends for a code verifier. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}
