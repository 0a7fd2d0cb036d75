import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import type { CommandLineSignIn as CommandLine, SignInRedirects } from '../auth/authentication.ts';
import type { Principal } from '../auth/principal.ts';
import { callerOf } from '../caller.ts';
import { answers, NoQuery, openProblems, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { publicHostOf } from '../http/request-guards.ts';
import { requireRole } from '../auth/roles.ts';
import { CreateSession, CommandLineSignIn, EndedSession, SessionResource } from '../schemas/session.ts';

const path = '/api/session';
const tags = ['Session'];

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Get the signed-in user and their role',
  description: 'The `signIn` field of a 401 says how to sign in.',
  request: { query: NoQuery },
  responses: { 200: answers(SessionResource, 'The signed-in user'), ...problems() },
});

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Exchange a token for a session cookie',
  description: 'The session ends with its access token.',
  request: { query: NoQuery, body: takes(CreateSession) },
  responses: { 200: answers(SessionResource, 'Signed in'), ...openProblems(...WRITE_PROBLEMS, 401, 404, 429, 503) },
});

const end = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Sign out in this browser',
  request: { query: NoQuery },
  responses: { 204: { description: 'Signed out' }, ...openProblems(...WRITE_PROBLEMS) },
});

const endThereToo = createRoute({
  ...end,
  responses: {
    200: answers(EndedSession, 'Signed out here; open continueAt to sign out at the user pool'),
    ...openProblems(...WRITE_PROBLEMS),
  },
});

const signIn = createRoute({
  method: 'get',
  path: `${path}/sign-in`,
  tags,
  summary: 'Redirect to the user pool’s sign-in page',
  description: 'Open it in a browser. The sign-in page redirects to /api/session/callback.',
  request: { query: NoQuery },
  responses: { 302: { description: 'To the sign-in page' }, ...openProblems() },
});

const callback = createRoute({
  method: 'get',
  path: `${path}/callback`,
  tags,
  summary: 'Complete a sign-in at the user pool',
  description: 'Redirects to the dashboard, or to `/?signIn=denied|expired|failed|unavailable` after a failed sign-in.',
  // Ignores further parameters, which identity providers may add.
  request: { query: z.object({ code: z.string(), state: z.string(), error: z.string() }).partial() },
  responses: { 302: { description: 'To the dashboard' }, ...openProblems() },
});

const commandLine = createRoute({
  method: 'get',
  path: `${path}/command-line`,
  tags,
  summary: 'Get how a program signs in through the browser',
  description: 'For the sluice command, on deployments with a user pool. Nothing in it is secret.',
  request: { query: NoQuery },
  responses: { 200: answers(CommandLineSignIn, 'The user pool’s endpoints and client'), ...openProblems() },
});

const refresh = createRoute({
  method: 'post',
  path: `${path}/refresh`,
  tags,
  summary: 'Renew the session cookie',
  description: 'Uses the cookie with the refresh token. Call it after a 401.',
  request: { query: NoQuery },
  responses: {
    204: { description: 'Renewed; repeat the request' },
    ...openProblems(...WRITE_PROBLEMS, 401, 503),
  },
});

/** For the typed client. */
export type SessionRoutes =
  | typeof get
  | typeof create
  | typeof end
  | typeof endThereToo
  | typeof signIn
  | typeof callback
  | typeof commandLine
  | typeof refresh;

/** The browser's session. Where an identity provider creates sessions, POST is not available. */
export function registerSession(api: Api, deps: ApiDeps): void {
  const { authentication } = deps;

  const present = (principal: Principal) => presentSession(principal, deps);

  api.openapi(get, (context) => context.json(present(context.get('principal')), 200));

  api.openapi(create, async (context) => {
    const { createSession } = authentication;
    if (!createSession) {
      throw new AppError('not_found', {
        detail: 'this deployment takes no token for a session',
        remedy: 'open /api/session/sign-in in a browser, or send an access token as bearer token',
      });
    }
    const session = await createSession(context.req.valid('json').token, context.req.raw, callerOf(context, deps));
    if (!session) {
      throw new AppError('unauthenticated', {
        detail: 'this is not a token of this installation',
        remedy: 'use the link or token printed at the first start, or an access token that an administrator made',
      });
    }
    setCookies(context, [session.cookie]);
    return context.json(present(session.principal), 200);
  });

  if (authentication.commandLine) registerCommandLine(api, authentication.commandLine);
  if (authentication.redirects) return registerRedirects(api, deps, authentication.redirects);

  api.openapi(end, (context) => {
    setCookies(context, authentication.endSession?.(context.req.raw) ?? []);
    return context.body(null, 204);
  });
}

/**
 * Returns the session of a principal as the API answers it.
 * @throws {AppError} `forbidden` for a principal without a role
 */
export function presentSession(principal: Principal, deps: ApiDeps) {
  requireRole(principal, 'viewer');
  return {
    principal: principal.id,
    role: principal.role!,
    signIn: deps.authentication.signIn,
    embedded: deps.embedded,
    loopbackTargetsAllowed: deps.deployment.loopbackTargetsAllowed,
    version: deps.version,
    ffmpeg: deps.ffmpeg ?? null,
  };
}

function registerCommandLine(api: Api, settings: CommandLine): void {
  const answer = { ...settings, redirectUrls: [...settings.redirectUrls] };
  api.openapi(commandLine, (context) => context.json(answer, 200));
}

function registerRedirects(api: Api, deps: ApiDeps, redirects: SignInRedirects): void {
  api.openapi(signIn, (context) => {
    const { location, cookies } = redirects.begin(originOf(context, deps));
    setCookies(context, cookies);
    return context.redirect(location, 302);
  });

  api.openapi(callback, async (context) => {
    const result = await redirects.complete(context.req.raw, originOf(context, deps));
    setCookies(context, result.cookies);
    return context.redirect('refusal' in result ? `/?signIn=${result.refusal}` : '/', 302);
  });

  api.openapi(endThereToo, async (context) => {
    const { cookies, continueAt } = await redirects.end(context.req.raw, originOf(context, deps));
    setCookies(context, cookies);
    return context.json({ continueAt }, 200);
  });

  api.openapi(refresh, async (context) => {
    const renewed = await redirects.refresh(context.req.raw);
    if (!renewed) {
      throw new AppError('unauthenticated', {
        detail: 'no session to renew',
        remedy: 'sign in on the dashboard',
      });
    }
    setCookies(context, renewed.cookies);
    return context.body(null, 204);
  });
}

export function setCookies(context: ApiContext, cookies: readonly string[]): void {
  for (const cookie of cookies) context.header('Set-Cookie', cookie, { append: true });
}

/**
 * Returns the dashboard's origin. A user pool redirects to registered addresses only, so a forged host has no effect.
 */
export function originOf(context: ApiContext, deps: ApiDeps): string {
  return `${deps.embedded ? 'http' : 'https'}://${publicHostOf(context.req.raw, deps)}`;
}
