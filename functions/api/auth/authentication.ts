import { createHmac, randomBytes } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { readCookies, writeCookie } from './cookies.ts';
import { createGuessLimit, type GuessLimit } from './guess-limit.ts';
import { isSame } from './is-same.ts';
import type { RevokedSessions, Session } from './revoked-sessions.ts';
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

/** Who a connection comes from, as far as wrong tokens are counted; found out only when one was sent. */
export type Caller = () => string;

/** How callers prove who they are. */
export interface Authentication {
  signIn: WayToSignIn;
  /**
   * Null when the request proves nothing, whatever it is that is wrong with it.
   * @param caller see `Caller`
   * @throws {AppError} `upstream_unavailable` when it cannot be told now, `throttled` after too many wrong tokens
   */
  authenticate(request: Request, caller: Caller): Promise<Principal | null>;
  /**
   * Exchanges a token for a session cookie; null when the token is wrong. Absent where sessions are made elsewhere.
   * @throws {AppError} `throttled` after too many wrong tokens
   */
  createSession?(token: string, request: Request, caller: Caller): { cookie: string; principal: Principal } | null;
  /**
   * Ends the session `createSession` made, wherever its cookie has got to. @returns cookies that remove it
   * @throws {AppError} `internal` when that cannot be kept
   */
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
/** A person pastes; ten different wrong tokens in a minute are guesses. */
const SIGN_IN_GUESSES_MAX = 10;
/** Several scripts behind one address may each have a stale token. */
const BEARER_GUESSES_MAX = 100;

interface TokenAuthenticationOptions {
  token: string;
  now: () => Date;
  revoked: RevokedSessions;
}

/**
 * One machine, one person, one token: as a bearer token, or as a session cookie made from it. The cookie holds its own
 * expiry and an HMAC under the token, never the token; it survives a restart, dies with the token, and is revoked by
 * signing out. Who has the token may do everything. Wrong tokens are limited per caller; sessions never are, so that
 * a guesser never locks out a person who is signed in.
 */
export function createTokenAuthentication({ token, now, revoked }: TokenAuthenticationOptions): Authentication {
  // Cookies are shared by all ports of a host: the name keeps two installations apart.
  const cookieName = `sluice_session_${macOf(token, 'cookie name').slice(0, 8)}`;
  const principal = (via: Principal['via']): Principal => ({ id: OPERATOR, via, role: 'admin' });
  const signInLimit = createGuessLimit({ now, guessesMax: SIGN_IN_GUESSES_MAX });
  const bearerLimit = createGuessLimit({ now, guessesMax: BEARER_GUESSES_MAX });

  function readSession(value: string): Session | null {
    // The one without an id is of an earlier version; its MAC is as good.
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
        // A wrong token is not made good by a cookie that happens to be there.
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
