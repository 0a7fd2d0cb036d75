import { randomUUID } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from '../domain/errors.ts';
import type { Api, ApiContext, ApiDeps, ApiEnv } from './api-deps.ts';
import { explain, logFailure, pictureExpected, toProblemResponse } from './http/problem.ts';
import { isImage, readBody, readImage } from './http/read-body.ts';
import {
  isSafe,
  publicHostOf,
  requireAllowedHost,
  requirePlainQuery,
  requireSameOrigin,
} from './http/request-guards.ts';
import { accessOf, requireAccessForAll, servedRouteOf } from './route-roles.ts';
import { setRateLimitHeaders } from './auth/rate-limit.ts';
import { createAdmission } from './admission.ts';
import { explainStorage, requireStorage } from './http/storage-guard.ts';
import { createRouteTable, fieldsOf, type RouteTable } from './http/route-table.ts';
import { registerAccessTokens } from './routes/access-tokens.ts';
import { registerCeilings } from './routes/ceilings.ts';
import { registerCosts } from './routes/costs.ts';
import { registerDashboard } from './routes/dashboard.ts';
import { registerDestinationBulk } from './routes/destination-bulk.ts';
import { registerDestinationBulkStart } from './routes/destination-bulk-start.ts';
import { registerDestinationByReference } from './routes/destination-by-reference.ts';
import { registerDestinationEdit } from './routes/destination-edit.ts';
import { registerDestinationList } from './routes/destination-list.ts';
import { registerDestinationSlate } from './routes/destination-slate.ts';
import { registerDestinationTransport } from './routes/destination-transport.ts';
import { registerDestinations } from './routes/destinations.ts';
import { DOCS_PATH, registerDocs } from './routes/docs.ts';
import { registerEstimates } from './routes/estimates.ts';
import { registerFlow } from './routes/flow.ts';
import { registerFlowThumbnail } from './routes/flow-thumbnail.ts';
import { registerGroupStarts } from './routes/group-starts.ts';
import { registerHealth } from './routes/health.ts';
import { registerHls } from './routes/hls.ts';
import { registerIncidentMutes } from './routes/incident-mutes.ts';
import { registerIncidentRules } from './routes/incident-rules.ts';
import { registerIncidents } from './routes/incidents.ts';
import { registerInvitationLinks } from './routes/invitation-links.ts';
import { registerInvitations } from './routes/invitations.ts';
import { registerLog } from './routes/log.ts';
import { registerMetrics } from './routes/metrics.ts';
import { registerDeliveries } from './routes/deliveries.ts';
import { registerEventTypes } from './routes/event-types.ts';
import { registerNoSourceLimit } from './routes/no-source-limit.ts';
import { registerNotificationTargets } from './routes/notification-targets.ts';
import { registerOperations } from './routes/operations.ts';
import { registerOrphans } from './routes/orphans.ts';
import { registerPreflight } from './routes/preflight.ts';
import { registerPresets } from './routes/presets.ts';
import { registerPeople } from './routes/people.ts';
import { registerPresence } from './routes/presence.ts';
import { registerRehearsal } from './routes/rehearsal.ts';
import { registerPrimary } from './routes/primary.ts';
import { registerRecordingMedia } from './routes/recording-media.ts';
import { registerRecordingSettings } from './routes/recording-settings.ts';
import { registerRecordings } from './routes/recordings.ts';
import { registerSlateImage } from './routes/slate-image.ts';
import { registerStatusText } from './routes/status-text.ts';
import { registerSnapshot } from './routes/snapshot.ts';
import { registerSound } from './routes/sound.ts';
import { registerReports } from './routes/reports.ts';
import { registerScrape } from './routes/scrape.ts';
import { registerSession } from './routes/session.ts';
import { registerShowActions } from './routes/show-actions.ts';
import { registerShowCeiling } from './routes/show-ceiling.ts';
import { registerShowCover } from './routes/show-cover.ts';
import { registerShowList } from './routes/show-list.ts';
import { registerShowReport } from './routes/show-report.ts';
import { registerShows } from './routes/shows.ts';
import { registerTransfer } from './routes/transfer.ts';
import { registerTimeline } from './routes/timeline.ts';
import { registerUptime } from './routes/uptime.ts';
import { registerUserPool } from './routes/user-pool.ts';
import { registerFlags } from './routes/flags.ts';
import { registerPublicPages } from './routes/public-pages.ts';
import { registerShowChat } from './routes/show-chat.ts';
import { registerWatchLinks } from './routes/watch-links.ts';
import { createFlowLook } from './views/flow-status.ts';
import { waitForEnd } from './wait-for-end.ts';
import { setSecurityHeaders } from './http/security-headers.ts';
import { shownValue } from './http/quote-value.ts';
import { explainIssues, invalidFields } from './http/validation.ts';

/**
 * The REST API. Every request passes the same checks: known host, authentication, role, same origin and body limits;
 * then the schema of its route; then the route. Every answer has a request id and the security headers, and every
 * refusal is an RFC 9457 problem.
 */
export function createApi(deps: ApiDeps): Api {
  const api: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, context) => {
      if (!result.success) throw toValidationError(result, context);
    },
  });
  const admit = createAdmission(deps);
  let routes: RouteTable | undefined;
  // Created on first use, after all routes are registered.
  const table = () => (routes ??= createRouteTable(api));

  function toValidationError(
    result: { target: string; error: { issues: Parameters<typeof explainIssues>[0] } },
    context: ApiContext,
  ): AppError {
    if (result.target === 'param') {
      return new AppError('not_found', {
        // Does not repeat the id: the caller may have pasted a secret.
        detail: 'nothing has this id',
        remedy: 'use an id from one of the API’s lists; a destination id is dst_ and 26 characters',
      });
    }
    const route = table().find(context.req.method, context.req.path);
    if (result.target === 'query')
      return explainIssues(result.error.issues, context.req.query(), fieldsOf(route?.query));
    return explainIssues(result.error.issues, context.get('body'), fieldsOf(route?.body));
  }

  api.use(async (context, next) => {
    context.set('requestId', randomUUID());
    try {
      await next();
    } catch (error) {
      // The framework passes on errors only; a thrown non-error would end the request without an answer.
      context.res = answerFailure(error, context);
    }
    // A response of `fetch` may have immutable headers.
    context.res = new Response(context.res.body, context.res);
    setSecurityHeaders(context.res.headers, { requestId: context.get('requestId'), https: !deps.embedded });
    const allowance = context.get('allowance');
    if (allowance) setRateLimitHeaders(context.res.headers, allowance);
    if (!isSafe(context.req.method) && !isHeartbeat(context)) logWrite(deps, context, table());
  });

  api.use(async (context, next) => {
    requireAllowedHost(context.req.raw, deps.isHostAllowed);
    const access = accessOf(context);
    if (access === null && !/^\/(api|metrics|out)(\/|$)/.test(context.req.path)) return next();
    const isOpen = access === 'anyone' || isLocalScrape(context, deps);
    const principal = isOpen ? null : await admit(context, access ?? 'viewer');
    requireSameOrigin(context.req.raw, principal, publicHostOf(context.req.raw, deps));
    requirePlainQuery(context.req.raw);
    requireStorage(deps, context.req.method, context.req.path);
    if (!isSafe(context.req.method)) await takeBody(context, table());
    return next();
  });

  api.use(waitForEnd(api, deps));

  registerRoutes(api, deps);

  api.notFound((context) => {
    const allowed = table().methodsOf(context.req.path);
    const error = allowed.length > 0 ? wrongMethod(context.req.method, allowed) : missingPath(context);
    const response = toProblemResponse(error, { requestId: context.get('requestId') });
    if (allowed.length > 0) response.headers.set('allow', allowed.join(', '));
    return response;
  });

  api.onError(answerFailure);

  function answerFailure(thrown: unknown, context: ApiContext): Response {
    const error = explainStorage(deps, explain(thrown));
    // Sends a browser that opens the documentation to the sign-in page, which leads back.
    if (error.code === 'unauthenticated' && isDocsPage(context)) return context.redirect(`/?next=${DOCS_PATH}`);
    const requestId = context.get('requestId');
    logFailure(deps.logger, error, { requestId, route: routeOf(context, table()), method: context.req.method });
    return toProblemResponse(error, { requestId, signIn: deps.authentication.signIn });
  }

  requireAccessForAll(api);
  return api;
}

function registerRoutes(api: Api, deps: ApiDeps): void {
  const look = createFlowLook(deps);
  registerSession(api, deps);
  registerAccessTokens(api, deps);
  registerHealth(api, deps);
  registerSnapshot(api, deps);
  registerPresence(api, deps);
  registerPeople(api, deps);
  if (deps.userPool) registerUserPool(api, deps.userPool);
  registerInvitations(api, deps);
  registerInvitationLinks(api, deps);
  registerStatusText(api, deps, look);
  registerScrape(api, deps, look);
  registerPresets(api, deps);
  registerPrimary(api, deps);
  registerSound(api, deps);
  registerSlateImage(api, deps);
  registerDestinationList(api, deps);
  registerDestinationByReference(api, deps);
  registerDestinations(api, deps);
  registerDestinationEdit(api, deps);
  registerDestinationTransport(api, deps);
  registerDestinationBulk(api, deps);
  registerDestinationBulkStart(api, deps, look);
  registerGroupStarts(api, deps, look);
  registerDestinationSlate(api, deps);
  registerMetrics(api, deps);
  registerLog(api, deps);
  registerTimeline(api, deps);
  registerIncidents(api, deps);
  registerIncidentRules(api, deps);
  registerIncidentMutes(api, deps);
  registerOrphans(api, deps);
  registerCosts(api, deps);
  registerCeilings(api, deps);
  registerNoSourceLimit(api, deps);
  registerUptime(api, deps);
  registerEstimates(api, deps);
  registerReports(api, deps);
  registerRecordings(api, deps);
  registerRecordingSettings(api, deps);
  registerRecordingMedia(api, deps);
  registerOperations(api, deps);
  registerEventTypes(api);
  registerNotificationTargets(api, deps);
  registerDeliveries(api, deps);
  registerShowList(api, deps);
  registerShows(api, deps);
  registerShowReport(api, deps);
  registerShowActions(api, deps);
  registerShowCeiling(api, deps);
  registerShowCover(api, deps);
  registerWatchLinks(api, deps);
  registerShowChat(api, deps);
  registerFlags(api, deps);
  registerPublicPages(api, deps);
  registerTransfer(api, deps);
  registerPreflight(api, deps);
  registerFlow(api, deps, look);
  registerFlowThumbnail(api, deps);
  if (deps.rehearsal) registerRehearsal(api, deps, deps.rehearsal);
  registerDocs(api, deps);
  if (deps.hlsProxy) registerHls(api, deps.hlsProxy);
  if (deps.embedded && deps.staticFiles) registerDashboard(api, deps.staticFiles);
}

/** Routes whose body may be an image, by their templates. */
const TAKES_IMAGE = new Set(['PUT /api/slate-image', 'PUT /api/shows/{showId}/cover']);

/** The route whose body holds the document of an export. */
const TAKES_DOCUMENT = 'POST /api/import';

/** Reads the body once for all later readers. */
async function takeBody(context: ApiContext, routes: RouteTable): Promise<void> {
  const route = routes.find(context.req.method, context.req.path);
  const takesImage = TAKES_IMAGE.has(`${route?.method} ${route?.path}`);
  if (takesImage && isImage(context.req.raw)) {
    context.set('bodyText', '');
    context.set('image', await readImage(context.req.raw));
    return;
  }
  const { text, value } = await readBody(context.req.raw, {
    isDocument: TAKES_DOCUMENT === `${route?.method} ${route?.path}`,
    ...(takesImage ? { wrongType: pictureExpected } : {}),
  });
  context.set('bodyText', text);
  context.set('body', value);
  // The value the framework itself caches on the first read; its type omits the promise.
  Object.assign(context.req.bodyCache, { text: Promise.resolve(text) });
  // The framework knows fewer spellings of the content type than we accept.
  if (text !== '') context.req.raw.headers.set('content-type', 'application/json');
  if (!route || route.body || value === undefined) return;
  const isEmpty =
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
  if (!isEmpty) throw invalidFields([{ field: 'body', message: 'this request takes no fields: send no body, or {}' }]);
}

/** Prometheus on the same machine needs no token. A request with one is authenticated as any other. */
function isLocalScrape(context: ApiContext, { isLocalScraper }: ApiDeps): boolean {
  if (servedRouteOf(context) !== 'GET /metrics' || context.req.header('authorization') !== undefined) return false;
  return isLocalScraper?.(context.env) ?? false;
}

function isDocsPage({ req }: ApiContext): boolean {
  return req.method === 'GET' && req.path === DOCS_PATH && (req.header('accept') ?? '').includes('text/html');
}

function wrongMethod(method: string, allowed: string[]): AppError {
  return new AppError('method_not_allowed', {
    detail: `${shownValue(method)} is not allowed here; allowed: ${allowed.join(', ')}`,
    remedy: 'GET /api/docs lists the methods of each path',
  });
}

function missingPath(context: ApiContext): AppError {
  return new AppError('not_found', {
    detail: `no route matches ${shownValue(context.req.method)} and this path`,
    remedy: 'GET /api/docs lists all paths',
  });
}

/** Returns the route's template, never the path, which may contain a pasted secret. */
function routeOf(context: ApiContext, routes: RouteTable): string {
  return routes.find(context.req.method, context.req.path)?.path ?? '(none)';
}

/** Returns true for an accepted heartbeat. Open tabs would fill the log with them. */
function isHeartbeat({ req, res }: ApiContext): boolean {
  return res.ok && req.path.startsWith('/api/presence/');
}

/** Logs caller, route and status of a write, never values. */
function logWrite(deps: ApiDeps, context: ApiContext, routes: RouteTable): void {
  const operationId = context.res.headers.get('operation-id');
  deps.logger.info('write', {
    requestId: context.get('requestId'),
    principal: context.get('principal')?.id ?? 'anonymous',
    method: context.req.method,
    route: routeOf(context, routes),
    status: context.res.status,
    ...(operationId === null ? {} : { operationId }),
  });
}
