import { createRoute } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import type { Principal } from '../authentication.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../contract.ts';
import { CreateSession, SessionResource } from '../schemas.ts';

const path = '/api/session';
const tags = ['Session'];

const get = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'Who is signed in',
  request: { query: NoQuery },
  responses: { 200: answers(SessionResource, 'You'), ...problems() },
});

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Exchange the token for a session cookie',
  security: [],
  request: { query: NoQuery, body: takes(CreateSession) },
  responses: { 200: answers(SessionResource, 'Signed in'), ...problems(...WRITE_PROBLEMS, 404) },
});

const end = createRoute({
  method: 'delete',
  path,
  tags,
  summary: 'Sign out in this browser',
  security: [],
  request: { query: NoQuery },
  responses: { 204: { description: 'Signed out' }, ...problems(...WRITE_PROBLEMS) },
});

/** The browser's session. Where an identity provider makes sessions, POST does not exist. */
export function registerSession(api: Api, deps: ApiDeps): void {
  const present = (principal: Principal) => ({
    principal: principal.id,
    embedded: deps.embedded,
    loopbackTargetsAllowed: deps.deployment.loopbackTargetsAllowed,
    version: deps.version,
  });

  api.openapi(get, (context) => context.json(present(context.get('principal')), 200));

  api.openapi(create, (context) => {
    const { createSession } = deps.authentication;
    if (!createSession) {
      throw new AppError('not_found', {
        detail: 'sessions are not made here',
        remedy: 'sign in at the identity provider and send its access token as the bearer token',
      });
    }
    const session = createSession(context.req.valid('json').token, context.req.raw);
    if (!session) {
      throw new AppError('unauthenticated', {
        detail: 'this is not the token of this installation',
        remedy: 'use the link or token printed at the first start',
      });
    }
    context.header('Set-Cookie', session.cookie);
    return context.json(present(session.principal), 200);
  });

  api.openapi(end, (context) => {
    const ended = deps.authentication.endSession?.(context.req.raw);
    if (ended) context.header('Set-Cookie', ended.cookie);
    return context.body(null, 204);
  });
}
