import { createRoute, z } from '@hono/zod-openapi';
import { insertAccessToken, listAccessTokens, revokeAccessToken } from '../../aws/access-token-table.ts';
import { getDestination } from '../../aws/destination-table.ts';
import { getShow } from '../../aws/show-table.ts';
import { accessTokenState, tokenSecret, type AccessToken } from '../../domain/access-token.ts';
import { AppError, type FieldError } from '../../domain/errors.ts';
import { digestOf } from '../../domain/random-secret.ts';
import { inTurn } from '../../workflow/in-turn.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { NAMING, requireFreeName } from '../free-name.ts';
import { invalidFields } from '../http/validation.ts';
import {
  AccessTokenList,
  CreateAccessToken,
  NewAccessToken,
  TokenId,
  type AccessTokenResource,
} from '../schemas/access-tokens.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';

const tags = ['Access'];
/** More than a deployment needs; a caller in a loop must not fill the table. */
const ACTIVE_MAX = 100;

const list = createRoute({
  method: 'get',
  path: '/api/access-tokens',
  tags,
  summary: 'List access tokens',
  description: 'Without those of people: see GET /api/people.',
  request: { query: NoQuery },
  responses: { 200: answers(AccessTokenList, 'The tokens, oldest first, without their secrets'), ...problems(503) },
});

const create = createRoute({
  method: 'post',
  path: '/api/access-tokens',
  tags,
  summary: 'Create an access token',
  description:
    'The answer is the only one with the secret. Send it as Authorization: Bearer; it is never accepted in an address.',
  request: { query: NoQuery, body: takes(CreateAccessToken) },
  responses: { 201: answers(NewAccessToken, 'The token with its secret'), ...problems(...WRITE_PROBLEMS, 409, 503) },
});

const remove = createRoute({
  method: 'delete',
  path: '/api/access-tokens/{tokenId}',
  tags,
  summary: 'Revoke an access token',
  description:
    'At once, with the sessions that it has signed in. Also ends the access of an invited person. A repeated request changes nothing.',
  request: { params: z.object({ tokenId: TokenId }), query: NoQuery },
  responses: { 204: { description: 'It is revoked' }, ...problems(...WRITE_PROBLEMS, 404, 503) },
});

/** For the typed client. */
export type AccessTokensRoutes = typeof list | typeof create | typeof remove;

/** Access tokens of scripts and devices. */
export function registerAccessTokens(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const tokens = (await listAccessTokens(deps)).filter(({ kind }) => kind !== 'person');
    return context.json({ data: tokens.map((token) => present(token, deps.now())) }, 200);
  });

  api.openapi(create, async (context) => {
    const { destinationIds, showIds, ...asked } = context.req.valid('json');
    const now = deps.now();
    const scope = { destinationIds: [...new Set(destinationIds)], showIds: [...new Set(showIds)] };
    const errors = [...errorsOf({ ...asked, scope }, now), ...(await missingOf(deps, scope))];
    if (errors.length > 0) throw invalidFields(errors);
    const secret = tokenSecret.create();
    const token: AccessToken = {
      tokenId: deps.newId('tok'),
      name: asked.name,
      role: asked.role,
      scope,
      createdAt: now.toISOString(),
      createdBy: context.get('principal').id,
      expiresAt: asked.expiresAt === null ? null : new Date(asked.expiresAt).toISOString(),
      lastUsedAt: null,
      revokedAt: null,
      revokedBy: null,
    };
    await inTurn(deps, NAMING, async () => {
      await requireFreeName(deps, token.name);
      await requireRoom(deps);
      await insertAccessToken(deps, digestOf(secret), token);
    });
    const { role, tokenId } = token;
    deps.logger.info('access token created', { requestId: context.get('requestId'), tokenId, role });
    return context.json({ ...present(token, now), token: secret }, 201);
  });

  api.openapi(remove, async (context) => {
    const { tokenId } = context.req.valid('param');
    const by = context.get('principal').id;
    if (!(await revokeAccessToken(deps, tokenId, { by, now: deps.now() }))) {
      throw new AppError('not_found', {
        detail: 'there is no access token with this id',
        remedy: 'GET /api/access-tokens lists them',
      });
    }
    deps.logger.info('access token revoked', { requestId: context.get('requestId'), tokenId });
    return context.body(null, 204);
  });
}

function present({ scope, ...token }: AccessToken, now: Date): AccessTokenResource {
  return {
    ...token,
    destinationIds: [...scope.destinationIds],
    showIds: [...scope.showIds],
    state: accessTokenState({ ...token, scope }, now),
  };
}

function errorsOf(
  { expiresAt, role, scope }: Pick<AccessToken, 'expiresAt' | 'role' | 'scope'>,
  now: Date,
): FieldError[] {
  const errors: FieldError[] = [];
  const named = scope.destinationIds.length + scope.showIds.length;
  if (role === 'trigger' && named === 0) {
    errors.push({ field: 'destinationIds', message: 'a trigger token needs at least one destination or show' });
  }
  if (role !== 'trigger' && named > 0) {
    errors.push({ field: 'role', message: 'only a trigger token names destinations and shows: choose trigger' });
  }
  if (expiresAt !== null && Date.parse(expiresAt) <= now.getTime()) {
    errors.push({ field: 'expiresAt', message: 'has passed: send a later time, or null for never' });
  }
  return errors;
}

async function missingOf(deps: ApiDeps, { destinationIds, showIds }: AccessToken['scope']): Promise<FieldError[]> {
  const found = await Promise.all([
    ...destinationIds.map(async (id) => ({ field: 'destinationIds', id, is: await getDestination(deps, id) })),
    ...showIds.map(async (id) => ({ field: 'showIds', id, is: await getShow(deps, id) })),
  ]);
  return found.filter(({ is }) => is === null).map(({ field, id }) => ({ field, message: `${id} does not exist` }));
}

async function requireRoom(deps: ApiDeps): Promise<void> {
  const active = (await listAccessTokens(deps)).filter((token) => accessTokenState(token, deps.now()) === 'active');
  if (active.length < ACTIVE_MAX) return;
  throw new AppError('illegal_transition', {
    detail: `there are ${ACTIVE_MAX} active access tokens, as many as there may be`,
    remedy: 'revoke one that is not used any more',
  });
}
