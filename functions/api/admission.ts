import { TOKEN_PREFIX, type TriggerScope } from '../domain/access-token.ts';
import { AppError } from '../domain/errors.ts';
import type { ApiContext, ApiDeps } from './api-deps.ts';
import type { Principal } from './auth/principal.ts';
import { createRateLimit, rateExceeded, type RateLimit } from './auth/rate-limit.ts';
import { notTriggered, requireRole, type Role } from './auth/roles.ts';
import { callerOf } from './caller.ts';
import { ownPrincipalOf } from './read-as-caller.ts';
import { isTriggered, servedRouteOf } from './route-roles.ts';

/**
 * Creates what admits the caller of a request: it authenticates, counts and authorizes. A 401 reveals only that the
 * route exists. Requests that the API sends to itself are for a caller who was admitted and counted before.
 */
export function createAdmission(
  deps: Pick<ApiDeps, 'authentication' | 'nameCaller' | 'now'>,
): (context: ApiContext, needed: Role) => Promise<Principal> {
  const rateLimit = createRateLimit(deps.now);
  return async (context, needed) => {
    const own = ownPrincipalOf(context.req.raw);
    const principal = own ?? (await deps.authentication.authenticate(context.req.raw, callerOf(context, deps)));
    if (!principal) throw unauthenticated(context.req.raw);
    context.set('principal', principal);
    if (!own && !UNCOUNTED.has(servedRouteOf(context) ?? '')) countRequest(context, rateLimit);
    if (principal.triggers) requireTriggered(context, principal.triggers);
    else requireRole(principal, needed);
    return principal;
  };
}

/** Media, of which a player reads several pieces a second. */
const UNCOUNTED = new Set(['GET /out/v1/*', 'GET /api/recordings/{recordingId}/media/*']);

function countRequest(context: ApiContext, rateLimit: RateLimit): void {
  const allowance = rateLimit.count(context.get('principal'));
  if (!allowance) return;
  context.set('allowance', allowance);
  if (allowance.isExceeded) throw rateExceeded(allowance);
}

/**
 * Refuses everything that a trigger token does not name, and parameters: `force` abandons an operation, which needs a
 * person who looks at it.
 */
function requireTriggered(context: ApiContext, scope: TriggerScope): void {
  if (!isTriggered(context, scope) || new URL(context.req.url).search !== '') throw notTriggered();
}

function unauthenticated(request: Request): AppError {
  if (new URL(request.url).search.includes(TOKEN_PREFIX)) return tokenInAddress();
  return new AppError('unauthenticated', {
    detail: 'the request carries no valid token or session',
    remedy: 'send Authorization: Bearer with your token, or sign in on the dashboard',
  });
}

/** A secret in an address ends in histories and logs, so it is never accepted there. */
function tokenInAddress(): AppError {
  return new AppError('unauthenticated', {
    detail: 'the access token is in the address, where it is not accepted',
    remedy: 'send it as the header Authorization: Bearer, and revoke this one: the address may be in a log',
  });
}
