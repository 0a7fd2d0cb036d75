import { createHmac, randomBytes } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { principalOf, type AccessTokens, type TokenHolder } from './access-tokens.ts';
import { readCookies, writeCookie } from './cookies.ts';
import { createGuessLimit, type GuessLimit } from './guess-limit.ts';
import { isSame } from './compare-secrets.ts';
import type { Principal } from './principal.ts';
import type { RevokedSessions, Session } from './revoked-sessions.ts';

/** How a user signs in: with the one-machine token, or by a redirect to the identity provider. */
export type WayToSignIn = { kind: 'token' } | { kind: 'redirect'; url: string };

/** How the sluice command signs in at an identity provider: a public client with the authorization code grant and PKCE. */
export interface CommandLineSignIn {
  clientId: string;
  /** Space separated. */
  scope: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  /** The command listens at the first of them that is free. */
  redirectUrls: readonly string[];
}

/** Names the caller for the count of wrong tokens. Called only after a wrong token. */
export type Caller = () => string;

/** Authenticates callers. */
export interface Authentication {
  signIn: WayToSignIn;
  /**
   * Returns null for missing and for invalid credentials.
   * @param caller see `Caller`
   * @throws {AppError} `unauthenticated` with the reason for an access token that has ended, `upstream_unavailable` when
   *   the check is impossible now, `throttled` after too many wrong tokens
   */
  authenticate(request: Request, caller: Caller): Promise<Principal | null>;
  /**
   * Exchanges a token for a session cookie; returns null for a wrong token. Absent where a user pool creates sessions.
   * @throws {AppError} as `authenticate`, and `forbidden` for a trigger token
   */
  createSession?(token: string, request: Request, caller: Caller): Promise<NewSession | null>;
  /**
   * Opens a session for an access token by its digest, for the browser of an invited person. Absent like
   * `createSession`. @returns null when there is no such token
   * @throws {AppError} `unauthenticated` when the token has ended
   */
  openSessionOf?(digest: string, request: Request): Promise<NewSession | null>;
  /**
   * Ends a session of `createSession`, including copies of its cookie. @returns cookies that remove it
   * @throws {AppError} `internal` when the sign-out cannot be stored
   */
  endSession?(request: Request): string[];
  /** Present where `signIn` is a redirect. */
  redirects?: SignInRedirects;
  /** Present where `signIn` is a redirect. */
  commandLine?: CommandLineSignIn;
}

/** A session that has just begun, and the cookie that holds it. */
export interface NewSession {
  cookie: string;
  principal: Principal;
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
/** Nothing signs an invited person in again, so their session is long. An admin ends it. */
const PERSON_SESSION_SECONDS = 365 * 86_400;
/** Ten different wrong tokens in a minute are guesses, not pasting mistakes. */
const SIGN_IN_GUESSES_MAX = 10;
/** Several scripts behind one address may each have a stale token. */
const BEARER_GUESSES_MAX = 100;

interface TokenAuthenticationOptions {
  token: string;
  now: () => Date;
  revoked: RevokedSessions;
  /** The tokens that admins have created. Absent: only the first token is known. */
  accessTokens?: AccessTokens;
}

/** The holder of the first token, which is not in the table. */
const FIRST = 'first';
type Holder = TokenHolder | typeof FIRST;

/** A session as its cookie says it. */
interface ReadSession extends Session {
  /** The digest of the access token that it acts for; null for the first token. */
  digest: string | null;
}

/**
 * Creates the authentication of one machine: with the first token, which may do everything, or an access token, each as
 * a bearer token or exchanged for a session cookie. The cookie contains its expiry, the digest of its access token and
 * an HMAC under the first token, never a token. It survives a restart, ends with its token and with the first token,
 * and is revoked by signing out. Wrong tokens of both kinds are limited per caller; sessions are not, so guesses never
 * lock out a signed-in user.
 */
export function createTokenAuthentication({
  token,
  now,
  revoked,
  accessTokens,
}: TokenAuthenticationOptions): Authentication {
  // All ports of a host share cookies, so the name distinguishes two installations.
  const cookieName = `sluice_session_${macOf(token, 'cookie name').slice(0, 8)}`;
  const signInLimit = createGuessLimit({ now, guessesMax: SIGN_IN_GUESSES_MAX });
  const bearerLimit = createGuessLimit({ now, guessesMax: BEARER_GUESSES_MAX });

  function readSession(value: string): ReadSession | null {
    // A cookie without an id is from an earlier version and equally valid.
    const [, expiresAt, id, digest, mac] =
      /^(\d{1,12})(?:\.([\w-]{22}))?(?:\.([\w-]{43}))?\.([\w-]{43})$/.exec(value) ?? [];
    if (expiresAt === undefined || mac === undefined) return null;
    if (!isSame(mac, sessionMac(token, [expiresAt, id, digest]))) return null;
    if (Number(expiresAt) * 1000 <= now().getTime()) return null;
    return { id: id ?? mac, expiresAt: Number(expiresAt), digest: digest ?? null };
  }

  const readSessions = (request: Request): ReadSession[] =>
    readCookies(request, cookieName).flatMap((value) => readSession(value) ?? []);

  function cookieOf(value: string, seconds: number, request: Request): string {
    const secure = new URL(request.url).protocol === 'https:';
    return writeCookie(cookieName, value, { seconds, path: '/', sameSite: 'Strict', secure });
  }

  async function holderOf(given: string, limit: GuessLimit, caller: Caller): Promise<Holder | null> {
    const from = caller();
    const waitSeconds = limit.waitSeconds(from);
    if (waitSeconds > 0) throw tooManyGuesses(waitSeconds);
    const holder = isSame(given, token) ? FIRST : ((await accessTokens?.find(given)) ?? null);
    if (!holder) limit.count(from, given);
    return holder;
  }

  async function holderOfSession({ digest }: ReadSession): Promise<Holder | null> {
    if (digest === null) return FIRST;
    return (await accessTokens?.resume(digest)) ?? null;
  }

  function openSession(holder: Holder, request: Request): NewSession {
    const startsAt = Math.floor(now().getTime() / 1000);
    const isPerson = holder !== FIRST && holder.token.kind === 'person';
    const sessionSeconds = isPerson ? PERSON_SESSION_SECONDS : SESSION_SECONDS;
    const seconds = Math.min(sessionSeconds, secondsLeft(holder, now()));
    const parts = [
      String(startsAt + seconds),
      randomBytes(16).toString('base64url'),
      holder === FIRST ? undefined : holder.digest,
    ];
    const value = [...parts, sessionMac(token, parts)].filter((part) => part !== undefined).join('.');
    return { cookie: cookieOf(value, seconds, request), principal: toPrincipal(holder, 'cookie', parts[1]) };
  }

  return {
    signIn: { kind: 'token' },
    async authenticate(request, caller) {
      const authorization = request.headers.get('authorization');
      // A valid cookie does not make up for a wrong bearer token.
      if (authorization !== null) {
        const given = readBearer(authorization);
        const holder = given === null ? null : await holderOf(given, bearerLimit, caller);
        return holder && toPrincipal(holder, 'bearer');
      }
      for (const session of readSessions(request)) {
        const holder = revoked.has(session) ? null : await holderOfSession(session);
        if (holder) return toPrincipal(holder, 'cookie', session.id);
      }
      return null;
    },
    async createSession(given, request, caller) {
      const holder = await holderOf(given, signInLimit, caller);
      if (holder && holder !== FIRST && holder.token.role === 'trigger') throw triggerSignsIn();
      return holder && openSession(holder, request);
    },
    async openSessionOf(digest, request) {
      const holder = await accessTokens?.resume(digest);
      return holder ? openSession(holder, request) : null;
    },
    endSession(request) {
      try {
        for (const { id, expiresAt } of readSessions(request)) revoked.add({ id, expiresAt });
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

/** Returns the token of an `Authorization` header; null for anything else. */
function readBearer(authorization: string): string | null {
  return /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(authorization)?.[1] ?? null;
}

/** @param sessionId each browser's requests are counted on their own */
function toPrincipal(holder: Holder, via: Principal['via'], sessionId?: string): Principal {
  // The first token belongs to the owner of the machine, whose requests have no limit.
  const first: Principal = { id: OPERATOR, via, role: 'admin', countedAs: null };
  const principal = holder === FIRST ? first : principalOf(holder, via);
  return sessionId === undefined ? principal : { ...principal, countedAs: `session ${sessionId}` };
}

/** The session of an access token ends with it. */
function secondsLeft(holder: Holder, now: Date): number {
  const expiresAt = holder === FIRST ? null : holder.token.expiresAt;
  return expiresAt === null ? Infinity : Math.floor(Date.parse(expiresAt) / 1000) - Math.floor(now.getTime() / 1000);
}

function triggerSignsIn(): AppError {
  return new AppError('forbidden', {
    detail: 'a trigger token cannot sign in: it only starts and stops what it names',
    remedy: 'sign in with another token',
  });
}

function tooManyGuesses(waitSeconds: number): AppError {
  return new AppError('throttled', {
    detail: 'this address sent too many different wrong tokens within a minute',
    remedy: `wait ${waitSeconds} seconds; npm run link prints the right one on the machine that runs Sluice`,
    retryAfterSeconds: waitSeconds,
  });
}

/** @param parts expiry, id and digest of a session; sessions of earlier versions and of the first token lack some */
function sessionMac(token: string, parts: readonly (string | undefined)[]): string {
  return macOf(token, ['session', ...parts.filter((part) => part !== undefined)].join(' '));
}

function macOf(token: string, purpose: string): string {
  return createHmac('sha256', token).update(`sluice ${purpose}`).digest('base64url');
}
