import { createHmac } from 'node:crypto';
import { readCookies, writeCookie } from './cookies.ts';
import { isSame } from './is-same.ts';
import type { Role } from './roles.ts';

/** Who asks, and how we know. Only a cookie is sent by browsers unasked, so only a cookie needs the origin check. */
export interface Principal {
  /** Shown in the timeline: an e-mail address, a script’s client. */
  id: string;
  via: 'bearer' | 'cookie';
  /** Null: known, and allowed nothing. */
  role: Role | null;
}

/** How a person signs in here: with the token of one machine, or at an identity provider the page is to go to. */
export type WayToSignIn = { kind: 'token' } | { kind: 'redirect'; url: string };

/** How callers prove who they are. */
export interface Authentication {
  signIn: WayToSignIn;
  /**
   * Null when the request proves nothing, whatever it is that is wrong with it.
   * @throws {AppError} `upstream_unavailable` when it cannot be told now
   */
  authenticate(request: Request): Promise<Principal | null>;
  /** Exchanges a token for a session cookie; null when the token is wrong. Absent where sessions are made elsewhere. */
  createSession?(token: string, request: Request): { cookie: string; principal: Principal } | null;
  /** The cookies that end the session `createSession` made. */
  endSession?(request: Request): string[];
  /** Present where `signIn` is a redirect. */
  redirects?: SignInRedirects;
}

/** Why a sign-in came to nothing; the sign-in page has a sentence for each. */
export type SignInRefusal = 'denied' | 'expired' | 'failed' | 'unavailable';

/**
 * Signing in and out by way of an identity provider. All of it answers with cookies to set; none of it keeps anything
 * here. `origin` is that of the page, such as `https://sluice.example.com`.
 */
export interface SignInRedirects {
  begin(origin: string): { location: string; cookies: string[] };
  complete(request: Request, origin: string): Promise<SignInResult>;
  /** New cookies from the refresh token; null when it is none, or not one any more. */
  refresh(request: Request): Promise<{ cookies: string[] } | null>;
  /** Ends the session here; at `continueAt` the browser ends it there. */
  end(request: Request, origin: string): Promise<{ cookies: string[]; continueAt: string }>;
}

export type SignInResult = { cookies: string[] } & ({ principal: Principal } | { refusal: SignInRefusal });

const OPERATOR = 'operator';
const SESSION_SECONDS = 30 * 86_400;

/**
 * One machine, one person, one token: as a bearer token, or as a session cookie made from it. The cookie holds its own
 * expiry and an HMAC under the token, never the token; it survives a restart and dies with the token. Who has the token
 * may do everything.
 */
export function createTokenAuthentication({ token, now }: { token: string; now: () => Date }): Authentication {
  // Cookies are shared by all ports of a host: the name keeps two installations apart.
  const cookieName = `sluice_session_${macOf(token, 'cookie name').slice(0, 8)}`;
  const principal = (via: Principal['via']): Principal => ({ id: OPERATOR, via, role: 'admin' });

  function isSession(value: string): boolean {
    const [, expiresAt, mac] = /^(\d{1,12})\.([\w-]{43})$/.exec(value) ?? [];
    if (expiresAt === undefined || mac === undefined) return false;
    return isSame(mac, macOf(token, `session ${expiresAt}`)) && Number(expiresAt) * 1000 > now().getTime();
  }

  function cookieOf(value: string, seconds: number, request: Request): string {
    const secure = new URL(request.url).protocol === 'https:';
    return writeCookie(cookieName, value, { seconds, path: '/', sameSite: 'Strict', secure });
  }

  return {
    signIn: { kind: 'token' },
    async authenticate(request) {
      const authorization = request.headers.get('authorization');
      if (authorization !== null) {
        const [, given] = /^Bearer +([\x21-\x7e]{1,1024})$/i.exec(authorization) ?? [];
        // A wrong token is not made good by a cookie that happens to be there.
        return given !== undefined && isSame(given, token) ? principal('bearer') : null;
      }
      return readCookies(request, cookieName).some(isSession) ? principal('cookie') : null;
    },
    createSession(given, request) {
      if (!isSame(given, token)) return null;
      const expiresAt = Math.floor(now().getTime() / 1000) + SESSION_SECONDS;
      const value = `${expiresAt}.${macOf(token, `session ${expiresAt}`)}`;
      return { cookie: cookieOf(value, SESSION_SECONDS, request), principal: principal('cookie') };
    },
    endSession: (request) => [cookieOf('', 0, request)],
  };
}

function macOf(token: string, purpose: string): string {
  return createHmac('sha256', token).update(`sluice ${purpose}`).digest('base64url');
}
