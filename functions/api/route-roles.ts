import { matchedRoutes } from 'hono/route';
import type { Api, ApiContext } from './api-deps.ts';
import type { TriggerScope } from '../domain/access-token.ts';
import { ROLES, type Role } from './auth/roles.ts';

/**
 * The required role of every route, in one place. Reading needs a viewer, running the show an operator, and changing
 * the configuration an admin. The app does not start with a route that is missing here.
 *
 * The router itself decides which route a request takes, so that no spelling of a path (`/%61pi/…`) can match one route
 * here and another one there.
 */

/** The least sufficient role; `anyone` needs no sign-in. */
export type Access = 'anyone' | Role;

const ROUTES = {
  'GET /api/access-tokens': 'admin',
  'POST /api/access-tokens': 'admin',
  'DELETE /api/access-tokens/{tokenId}': 'admin',

  'GET /api/health': 'anyone',
  'POST /api/session': 'anyone',
  // Works with an expired session too.
  'DELETE /api/session': 'anyone',
  'GET /api/session/sign-in': 'anyone',
  'GET /api/session/callback': 'anyone',
  'POST /api/session/refresh': 'anyone',
  'GET /api/session/command-line': 'anyone',

  // The secret in the body is the credential.
  'POST /api/invitations/preview': 'anyone',
  'POST /api/invitations/redeem': 'anyone',
  'GET /api/people': 'admin',
  // With people's e-mail addresses.
  'GET /api/user-pool': 'admin',
  'GET /api/invitations': 'admin',
  'POST /api/invitations': 'admin',
  'DELETE /api/invitations/{invitationId}': 'admin',

  'GET /api/session': 'viewer',
  'GET /api/snapshot': 'viewer',
  // With the names of people.
  'GET /api/presence': 'viewer',
  'PUT /api/presence/{presenceId}': 'viewer',
  'DELETE /api/presence/{presenceId}': 'viewer',
  'GET /api/status.txt': 'viewer',
  // On one machine a scraper on it needs no sign-in, see app.ts.
  'GET /metrics': 'viewer',
  'GET /api/presets': 'viewer',
  'GET /api/destinations': 'viewer',
  'GET /api/destinations/{destinationId}': 'viewer',
  'GET /api/destinations/{destinationId}/metrics': 'viewer',
  'GET /api/destinations/{destinationId}/log': 'viewer',
  'GET /api/destinations/{destinationId}/timeline': 'viewer',
  'GET /api/timeline': 'viewer',
  'GET /api/operations/{operationId}': 'viewer',
  'GET /api/incidents': 'viewer',
  'GET /api/incidents/{incidentId}': 'viewer',
  'GET /api/incident-rules': 'viewer',
  'GET /api/incident-mutes': 'viewer',
  'GET /api/event-types': 'viewer',
  'GET /api/group-starts': 'viewer',
  'GET /api/group-starts/{groupStartId}': 'viewer',
  // A POST because it needs a body; it changes nothing.
  'POST /api/group-starts/plan': 'viewer',
  'GET /api/shows': 'viewer',
  'GET /api/shows/{showId}': 'viewer',
  'GET /api/shows/{showId}/cover': 'viewer',
  'GET /api/shows/{showId}/preflight': 'viewer',
  'GET /api/shows/{showId}/report': 'viewer',
  // Without their secrets.
  'GET /api/shows/{showId}/watch-links': 'viewer',
  'GET /api/public-pages': 'viewer',
  'GET /api/shows/{showId}/chat': 'viewer',
  'GET /api/orphans': 'viewer',
  'GET /api/costs': 'viewer',
  'GET /api/costs/now': 'viewer',
  'GET /api/ceilings': 'viewer',
  'GET /api/no-source-limit': 'viewer',
  'GET /api/uptime': 'viewer',
  'GET /api/reports': 'viewer',
  'GET /api/reports/{name}': 'viewer',
  // A POST because it needs a body; it changes nothing.
  'POST /api/estimates': 'viewer',
  'GET /api/primary': 'viewer',
  'GET /api/sound': 'viewer',
  'GET /api/slate-image': 'viewer',
  'GET /api/mediaconnect/flow/status': 'viewer',
  'GET /api/mediaconnect/flow/thumbnail': 'viewer',
  'GET /api/rehearsal': 'viewer',
  'GET /api/openapi.json': 'viewer',
  'GET /api/docs': 'viewer',
  'GET /api/docs/init.js': 'viewer',
  'GET /api/docs/{asset}': 'viewer',
  'GET /out/v1/*': 'viewer',
  'GET /api/recordings': 'viewer',
  'GET /api/recordings/{recordingId}': 'viewer',
  'GET /api/recordings/{recordingId}/media/*': 'viewer',
  'GET /api/recordings/{recordingId}/download': 'viewer',
  'GET /api/recording-settings': 'viewer',

  // Contains the passphrase, with which any encoder can connect.
  'GET /api/mediaconnect/flow/encoder-address': 'operator',
  // With people's e-mail addresses.
  'GET /api/notification-targets': 'viewer',
  'GET /api/notification-targets/{targetId}': 'viewer',
  'GET /api/notification-targets/{targetId}/deliveries': 'operator',
  'GET /api/outbox': 'operator',
  'POST /api/notification-targets/{targetId}/test': 'operator',
  'POST /api/deliveries/{deliveryId}/replay': 'operator',
  // They change nothing, but connect to the servers of the platforms.
  'POST /api/preflight': 'operator',
  'POST /api/shows/{showId}/preflight': 'operator',

  // With held and deleted messages, and what distinguishes their authors.
  'GET /api/shows/{showId}/chat/messages': 'operator',
  'GET /api/shows/{showId}/chat/actions': 'operator',
  'GET /api/flags': 'operator',
  'POST /api/flags/{flagId}/close': 'operator',
  'PUT /api/shows/{showId}/chat': 'operator',
  'POST /api/shows/{showId}/chat/actions': 'operator',
  'POST /api/shows/{showId}/watch-links': 'operator',
  'DELETE /api/shows/{showId}/watch-links/{linkId}': 'operator',
  'POST /api/group-starts': 'operator',
  'POST /api/group-starts/{groupStartId}/stop': 'operator',
  'POST /api/destinations/start': 'operator',
  'POST /api/destinations/stop': 'operator',
  'POST /api/destinations/{destinationId}/start': 'operator',
  'POST /api/destinations/{destinationId}/stop': 'operator',
  'POST /api/destinations/{destinationId}/restart': 'operator',
  'POST /api/destinations/show-slate': 'operator',
  'POST /api/destinations/end-slate': 'operator',
  'POST /api/destinations/{destinationId}/show-slate': 'operator',
  'POST /api/destinations/{destinationId}/end-slate': 'operator',
  'POST /api/mediaconnect/flow/start': 'operator',
  'POST /api/mediaconnect/flow/stop': 'operator',
  'POST /api/mediaconnect/flow/switch': 'operator',
  'PUT /api/mediaconnect/flow/preferred-source': 'operator',
  'PUT /api/primary': 'operator',
  'PUT /api/destinations/{destinationId}/detailed-log': 'operator',
  'DELETE /api/destinations/{destinationId}/detailed-log': 'operator',
  'POST /api/incidents/{incidentId}/acknowledge': 'operator',
  'POST /api/incidents/{incidentId}/unacknowledge': 'operator',
  'POST /api/incidents/{incidentId}/comments': 'operator',
  'POST /api/incident-mutes': 'operator',
  'DELETE /api/incident-mutes/{muteId}': 'operator',
  'POST /api/orphans/{orphanId}/release': 'operator',
  'POST /api/shows': 'operator',
  'PATCH /api/shows/{showId}': 'operator',
  'DELETE /api/shows/{showId}': 'operator',
  'POST /api/shows/{showId}/duplicate': 'operator',
  'PUT /api/shows/{showId}/cover': 'operator',
  'DELETE /api/shows/{showId}/cover': 'operator',
  'POST /api/shows/{showId}/schedule': 'operator',
  'POST /api/shows/{showId}/unschedule': 'operator',
  'POST /api/shows/{showId}/cancel': 'operator',
  'POST /api/shows/{showId}/go-live': 'operator',
  'POST /api/shows/{showId}/hold': 'operator',
  'POST /api/shows/{showId}/resume': 'operator',
  'POST /api/shows/{showId}/take-over': 'operator',
  'POST /api/shows/{showId}/end': 'operator',
  'POST /api/shows/{showId}/ceiling/answer': 'operator',
  'POST /api/shows/{showId}/cancel-series': 'operator',
  'POST /api/ceilings/{period}/answer': 'operator',
  'POST /api/no-source-limit/answer': 'operator',
  'POST /api/rehearsal': 'operator',
  'POST /api/recordings': 'operator',
  'POST /api/recordings/{recordingId}/stop': 'operator',
  'PATCH /api/recordings/{recordingId}': 'operator',
  'DELETE /api/rehearsal': 'operator',

  'PUT /api/public-pages': 'admin',
  // Changes nothing, but may contain every key.
  'POST /api/export': 'admin',
  'POST /api/import': 'admin',
  'POST /api/destinations': 'admin',
  'DELETE /api/recordings/{recordingId}': 'admin',
  'PUT /api/recording-settings': 'admin',
  'PUT /api/destinations/by-reference/{reference}': 'admin',
  'PUT /api/destinations/{destinationId}': 'admin',
  'PATCH /api/destinations/{destinationId}': 'admin',
  'DELETE /api/destinations/{destinationId}': 'admin',
  'PUT /api/destinations/{destinationId}/stream-key': 'admin',
  'PUT /api/destinations/{destinationId}/incident-rules': 'admin',
  'PUT /api/incident-rules': 'admin',
  'PUT /api/sound': 'admin',
  'PUT /api/slate-image': 'admin',
  'DELETE /api/slate-image': 'admin',
  'PUT /api/ceilings/{period}': 'admin',
  'PUT /api/no-source-limit': 'admin',
  'DELETE /api/ceilings/{period}': 'admin',
  'POST /api/notification-targets': 'admin',
  'PATCH /api/notification-targets/{targetId}': 'admin',
  'DELETE /api/notification-targets/{targetId}': 'admin',
  'POST /api/notification-targets/{targetId}/rotate-secret': 'admin',
} as const satisfies Record<string, Access>;

export const ROUTE_ACCESS: Record<string, Access> = ROUTES;
/** `GET /api/health` and all others. */
export type RouteName = keyof typeof ROUTES;

/** Which trigger tokens a route accepts: those that name the thing in its path, or all of them. */
export type TriggerAccess = 'named destination' | 'named show' | 'any';

/** The routes that accept trigger tokens, besides the roles above. Every other route refuses them. */
export const TRIGGER_ACCESS: Record<string, TriggerAccess> = {
  'POST /api/destinations/{destinationId}/start': 'named destination',
  'POST /api/destinations/{destinationId}/stop': 'named destination',
  'POST /api/shows/{showId}/go-live': 'named show',
  'POST /api/shows/{showId}/end': 'named show',
  'GET /api/status.txt': 'any',
};

const STRENGTH: readonly Access[] = ['anyone', ...ROLES];

/** Returns the routes of an app in the notation of this table, without the dashboard's files. */
export function listServedRoutes(api: Api): string[] {
  return [...new Set(api.routes.filter(isServed).map(nameOf))];
}

/**
 * Refuses an app with a route that has no role. Call it after all routes are registered.
 * @throws {Error} naming the routes
 */
export function requireAccessForAll(api: Api): void {
  const undecided = listServedRoutes(api).filter((name) => !Object.hasOwn(ROUTE_ACCESS, name));
  if (undecided.length > 0) throw new Error(`functions/api/route-roles.ts has no role for ${undecided.join(', ')}`);
}

/** Returns the access of the strictest route that matches a request; null when none matches. */
export function accessOf(context: ApiContext): Access | null {
  const matched = matchedRoutes(context)
    .filter(isServed)
    .map((route) => ROUTE_ACCESS[nameOf(route)] ?? 'admin');
  return STRENGTH.findLast((access) => matched.includes(access)) ?? null;
}

/** Returns the route that answers a request, in the notation of this table; null when none does. */
export function servedRouteOf(context: ApiContext): string | null {
  const route = matchedRoutes(context).find(isServed);
  return route ? nameOf(route) : null;
}

/** Returns true when a trigger token with this scope may send this request. */
export function isTriggered(context: ApiContext, scope: TriggerScope): boolean {
  const names = matchedRoutes(context).filter(isServed).map(nameOf);
  return names.length > 0 && names.every((name) => isNamed(name, context.req.path, scope));
}

function isNamed(name: string, path: string, { destinationIds, showIds }: TriggerScope): boolean {
  switch (TRIGGER_ACCESS[name]) {
    case 'named destination':
      return destinationIds.some((id) => name === `POST ${path.replace(`/${id}/`, '/{destinationId}/')}`);
    case 'named show':
      return showIds.some((id) => name === `POST ${path.replace(`/${id}/`, '/{showId}/')}`);
    case 'any':
      return true;
    default:
      return false;
  }
}

/** Excludes middleware and `/*`, the dashboard, which contains no data. */
function isServed({ method, path }: { method: string; path: string }): boolean {
  return method !== 'ALL' && path !== '/*';
}

function nameOf({ method, path }: { method: string; path: string }): string {
  return `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
}
