import { createHmac, randomBytes } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { readCookies, writeCookie } from './cookies.ts';
import { createGuessLimit, type GuessLimit } from './guess-limit.ts';
import { isSame } from './compare-secrets.ts';
import type { RevokedSessions, Session } from './revoked-sessions.ts';
import type { Role } from './roles.ts';

/**
 * The caller and the proof of identity. Only cookies need the origin check, because browsers send them automatically.
 */
export interface Principal {
  /** Shown in the timeline: an e-mail address or a script’s client. */
  id: string;
  via: 'bearer' | 'cookie';
  /** Null: authenticated but without permissions. */
  role: Role | null;
}

/** How a user signs in: with the one-machine token, or by a redirect to the identity provider. */
export type WayToSignIn = { kind: 'token' } | { kind: 'redirect'; url: string };

/** Names the caller for the count of wrong tokens. Called only after a wrong token. */
export type Caller = () => string;

/** Authenticates callers. */
export interface Authentication {
  signIn: WayToSignIn;
  /**
   * Returns null for missing and for invalid credentials.
   * @param caller see `Caller`
   * @throws {AppError} `upstream_unavailable` when the check is impossible now, `throttled` after too many wrong tokens
   */
  authenticate(request: Request, caller: Caller): Promise<Principal | null>;
  /**
   * Exchanges a token for a session cookie; returns null for a wrong token. Absent where a user pool creates sessions.
   * @throws {AppError} `throttled` after too many wrong tokens
   */
  createSession?(token: string, request: Request, caller: Caller): { cookie: string; principal: Principal } | null;
  /**
   * Ends a session of `createSession`, including copies of its cookie. @returns cookies that remove it
   * @throws {AppError} `internal` when the sign-out cannot be stored
   */
  endSession?(request: Request): string[];
  /** Present where `signIn` is a redirect. */
  redirects?: SignInRedirects;
}

/** Why a sign-in failed; the sign-in page has a sentence for each. */
export type SignInRefusal = 'denied' | 'expired' | 'failed' | 'unavailable';

/**
 * Signs in and out through an identity provider. Every method returns cookies to set and keeps no state. `origin` is
 * the origin of the page, such as `https://sluice.example.com`.
 */
export interface SignInRedirects {
  begin(origin: string): { location: string; cookies: string[] };
  complete(request: Request, origin: string): Promise<SignInResult>;
  /** Returns new cookies from the refresh token; null when the token is missing or no longer valid. */
  refresh(request: Request): Promise<{ cookies: string[] } | null>;
  /** Ends the session here; the browser opens `continueAt` to end it at the provider. */
  end(request: Request, origin: string): Promise<{ cookies: string[]; continueAt: string }>;
}

export type SignInResult = { cookies: string[] } & ({ principal: Principal } | { refusal: SignInRefusal });

const OPERATOR = 'operator';
const SESSION_SECONDS = 30 * 86_400;
/** Ten different wrong tokens in a minute are guesses, not pasting mistakes. */
const SIGN_IN_GUESSES_MAX = 10;
/** Several scripts behind one address may each have a stale token. */
const BEARER_GUESSES_MAX = 100;

interface TokenAuthenticationOptions {
  token: string;
  now: () => Date;
  revoked: RevokedSessions;
}

/**
 * Creates the authentication of one machine, with one token for everything: as a bearer token, or exchanged for a
 * session cookie. The cookie contains its expiry and an HMAC under the token, never the token; it survives a restart,
 * ends with the token, and is revoked by signing out. Wrong tokens are limited per caller; sessions are not, so guesses
 * never lock out a signed-in user.
 */
export function createTokenAuthentication({ token, now, revoked }: TokenAuthenticationOptions): Authentication {
  // All ports of a host share cookies, so the name distinguishes two installations.
  const cookieName = `sluice_session_${macOf(token, 'cookie name').slice(0, 8)}`;
  const principal = (via: Principal['via']): Principal => ({ id: OPERATOR, via, role: 'admin' });
  const signInLimit = createGuessLimit({ now, guessesMax: SIGN_IN_GUESSES_MAX });
  const bearerLimit = createGuessLimit({ now, guessesMax: BEARER_GUESSES_MAX });

  function readSession(value: string): Session | null {
    // A cookie without an id is from an earlier version and equally valid.
    const [, expiresAt, id, mac] = /^(\d{1,12})(?:\.([\w-]{22}))?\.([\w-]{43})$/.exec(value) ?? [];
    if (expiresAt === undefined || mac === undefined) return null;
    const expected = macOf(token, id === undefined ? `session ${expiresAt}` : `session ${expiresAt} ${id}`);
    if (!isSame(mac, expected) || Number(expiresAt) * 1000 <= now().getTime()) return null;
    return { id: id ?? mac, expiresAt: Number(expiresAt) };
  }

  const readSessions = (request: Request): Session[] =>
    readCookies(request, cookieName).flatMap((value) => readSession(value) ?? []);

  function cookieOf(value: string, seconds: number, request: Request): string {
    const secure = new URL(request.url).protocol === 'https:';
    return writeCookie(cookieName, value, { seconds, path: '/', sameSite: 'Strict', secure });
  }

  function isToken(given: string, limit: GuessLimit, caller: Caller): boolean {
    const from = caller();
    const waitSeconds = limit.waitSeconds(from);
    if (waitSeconds > 0) throw tooManyGuesses(waitSeconds);
    if (isSame(given, token)) return true;
    limit.count(from, given);
    return false;
  }

  return {
    signIn: { kind: 'token' },
    async authenticate(request, caller) {
      const authorization = request.headers.get('authorization');
      if (authorization !== null) {
        const [, given] = /^Bearer +([\x21-\x7e]{1,1024})$/i.exec(authorization) ?? [];
        // A valid cookie does not make up for a wrong bearer token.
        return given !== undefined && isToken(given, bearerLimit, caller) ? principal('bearer') : null;
      }
      return readSessions(request).some((session) => !revoked.has(session)) ? principal('cookie') : null;
    },
    createSession(given, request, caller) {
      if (!isToken(given, signInLimit, caller)) return null;
      const expiresAt = Math.floor(now().getTime() / 1000) + SESSION_SECONDS;
      const id = randomBytes(16).toString('base64url');
      const value = `${expiresAt}.${id}.${macOf(token, `session ${expiresAt} ${id}`)}`;
      return { cookie: cookieOf(value, SESSION_SECONDS, request), principal: principal('cookie') };
    },
    endSession(request) {
      try {
        for (const session of readSessions(request)) revoked.add(session);
      } catch (cause) {
        throw new AppError('internal', {
          detail: 'the sign-out could not be stored, so it holds only until the next restart',
          remedy: 'free some space on the disk of the data directory, then sign out again',
          cause,
        });
      }
      return [cookieOf('', 0, request)];
    },
  };
}

function tooManyGuesses(waitSeconds: number): AppError {
  return new AppError('throttled', {
    detail: 'this address sent too many different wrong tokens within a minute',
    remedy: `wait ${waitSeconds} seconds; npm run link prints the right one on the machine that runs Sluice`,
    retryAfterSeconds: waitSeconds,
  });
}

function macOf(token: string, purpose: string): string {
  return createHmac('sha256', token).update(`sluice ${purpose}`).digest('base64url');
}
