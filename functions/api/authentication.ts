import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../domain/errors.ts';

/** Who asks, and how we know. Only a cookie is sent by browsers unasked, so only a cookie needs the origin check. */
export interface Principal {
  id: string;
  via: 'bearer' | 'cookie' | 'gateway';
}

/** How callers prove who they are. */
export interface Authentication {
  /**
   * Null when the request proves nothing.
   * @param bindings what the platform hands in beside the request: on AWS the Lambda event
   * @throws {AppError} `forbidden` when we know who it is and they may not
   */
  authenticate(request: Request, bindings: unknown): Promise<Principal | null>;
  /** Exchanges a token for a session cookie; null when the token is wrong. Absent where sessions are made elsewhere. */
  createSession?(token: string, request: Request): { cookie: string; principal: Principal } | null;
  /** The cookie that ends a session. */
  endSession?(request: Request): { cookie: string };
}

const OPERATOR = 'operator';
const SESSION_SECONDS = 30 * 86_400;

/**
 * One machine, one operator, one token: as a bearer token, or as a session cookie made from it. The cookie holds its
 * own expiry and an HMAC under the token, never the token; it survives a restart and dies with the token.
 */
export function createTokenAuthentication({ token, now }: { token: string; now: () => Date }): Authentication {
  // Cookies are shared by all ports of a host: the name keeps two installations apart.
  const cookieName = `sluice_session_${macOf(token, 'cookie name').slice(0, 8)}`;

  function isSession(value: string): boolean {
    const [, expiresAt, mac] = /^(\d{1,12})\.([\w-]{43})$/.exec(value) ?? [];
    if (expiresAt === undefined || mac === undefined) return false;
    return isSame(mac, macOf(token, `session ${expiresAt}`)) && Number(expiresAt) * 1000 > now().getTime();
  }

  function cookieOf(value: string, seconds: number, request: Request): string {
    const secure = new URL(request.url).protocol === 'https:' ? '; Secure' : '';
    return `${cookieName}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }

  return {
    async authenticate(request) {
      const authorization = request.headers.get('authorization');
      if (authorization !== null) {
        const [, given] = /^Bearer +([\x21-\x7e]{1,1024})$/i.exec(authorization) ?? [];
        // A wrong token is not made good by a cookie that happens to be there.
        return given !== undefined && isSame(given, token) ? { id: OPERATOR, via: 'bearer' } : null;
      }
      const values = readCookies(request, cookieName);
      return values.some(isSession) ? { id: OPERATOR, via: 'cookie' } : null;
    },
    createSession(given, request) {
      if (!isSame(given, token)) return null;
      const expiresAt = Math.floor(now().getTime() / 1000) + SESSION_SECONDS;
      const value = `${expiresAt}.${macOf(token, `session ${expiresAt}`)}`;
      return { cookie: cookieOf(value, SESSION_SECONDS, request), principal: { id: OPERATOR, via: 'cookie' } };
    },
    endSession: (request) => ({ cookie: cookieOf('', 0, request) }),
  };
}

/**
 * On AWS the API gateway's JWT authorizer has checked signature, issuer, audience and expiry before we are called; its
 * claims are read from the event and from nowhere else. Anything unexpected is nobody.
 * @param options.group Cognito group an operator must be in; null lets in every user of the pool
 */
export function createGatewayAuthentication(options: { group: string | null }): Authentication {
  return {
    async authenticate(_request, bindings) {
      const claims = claimsOf(bindings);
      const subject = claims?.['sub'];
      // An ID token says who somebody is, not that they may call an API.
      if (typeof subject !== 'string' || subject === '' || claims?.['token_use'] !== 'access') return null;
      if (options.group !== null && !groupsOf(claims['cognito:groups']).includes(options.group)) {
        throw new AppError('forbidden', {
          detail: 'you are signed in but not an operator of this deployment',
          remedy: 'ask its administrator to add you to the operators’ group',
        });
      }
      return { id: subject, via: 'gateway' };
    },
  };
}

function claimsOf(bindings: unknown): Record<string, unknown> | null {
  let value = bindings;
  for (const key of ['event', 'requestContext', 'authorizer', 'jwt', 'claims']) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

/** HTTP APIs flatten lists: `[operators viewers]`. */
function groupsOf(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.filter((group) => typeof group === 'string');
  return typeof claim === 'string' ? claim.replace(/^\[|\]$/g, '').split(/[\s,]+/) : [];
}

function macOf(token: string, purpose: string): string {
  return createHmac('sha256', token).update(`sluice ${purpose}`).digest('base64url');
}

/** Takes the same time wherever the two differ, and whatever their lengths are. */
function isSame(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function readCookies(request: Request, name: string): string[] {
  return (request.headers.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
