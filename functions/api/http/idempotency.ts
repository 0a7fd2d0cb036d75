import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { MiddlewareHandler } from 'hono';
import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  releaseIdempotencyKey,
  type IdempotencyRecord,
} from '../../aws/idempotency-table.ts';
import { AppError, errorName } from '../../domain/errors.ts';
import type { ApiContext, ApiDeps, ApiEnv } from '../api-deps.ts';
import { invalidFields } from './validation.ts';

/**
 * `Idempotency-Key`: runs a POST once per key and answers repetitions alike. Only successes are stored, because a
 * refused request has changed nothing and may be corrected under the same key.
 */

const KEPT_SECONDS = 24 * 3600;
/** A claim without an answer after this time belongs to a dead process. */
const CLAIMED_SECONDS = 60;
const KEY = /^[\x20-\x7e]{1,255}$/;
const KEPT_HEADERS = ['content-type', 'etag', 'location', 'operation-id'];

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Middleware of one route; requests without the header pass through. */
export function idempotent(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const given = context.req.header('idempotency-key');
    if (given === undefined) return next();
    if (!KEY.test(given)) {
      throw invalidFields([{ field: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }]);
    }
    const key = storedKeyOf(context, given);
    const requestHash = await hashRequest(context, randomBytes(16));
    const nowSeconds = Math.floor(deps.now().getTime() / 1000);
    const claim: IdempotencyRecord = { requestHash, response: null, expiresAt: nowSeconds + CLAIMED_SECONDS };
    const earlier = await claimIdempotencyKey(deps, key, claim, nowSeconds);
    if (earlier) return replay(context, earlier);
    await next();
    await conclude(deps, key, { ...claim, expiresAt: nowSeconds + KEPT_SECONDS }, context.res);
    return undefined;
  };
}

/** Hashes principal, path and key, so that they stay distinct and fit into a sort key. */
function storedKeyOf(context: ApiContext, key: string): string {
  const { pathname } = new URL(context.req.url);
  const parts = [context.get('principal').id, context.req.method, pathname, key];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Uses a slow, salted hash, because the body may contain a stream key that must resist guessing. */
async function hashRequest(context: ApiContext, salt: Buffer): Promise<string> {
  const { search } = new URL(context.req.url);
  const derived = await derive(JSON.stringify([search, context.get('bodyText')]), salt, 32);
  return `${salt.toString('base64url')}.${derived.toString('base64url')}`;
}

async function replay(context: ApiContext, earlier: IdempotencyRecord): Promise<Response> {
  const salt = Buffer.from(earlier.requestHash.split('.')[0] ?? '', 'base64url');
  const hash = await hashRequest(context, salt);
  if (
    hash.length !== earlier.requestHash.length ||
    !timingSafeEqual(Buffer.from(hash), Buffer.from(earlier.requestHash))
  ) {
    throw new AppError('idempotency_conflict', {
      detail: 'this idempotency key was used for another request',
      remedy: 'use a new key for each new request, and the same key only to repeat one',
    });
  }
  if (!earlier.response) {
    throw new AppError('idempotency_conflict', {
      detail: 'the first request with this idempotency key is still in progress',
      remedy: 'repeat the request in a moment with the same key',
      retryAfterSeconds: 1,
    });
  }
  const { status, headers, body } = earlier.response;
  return new Response(body, { status, headers: { ...headers, 'idempotent-replayed': 'true' } });
}

async function conclude(deps: ApiDeps, key: string, record: IdempotencyRecord, response: Response): Promise<void> {
  try {
    if (response.status >= 300) return await releaseIdempotencyKey(deps, key);
    const headers = Object.fromEntries(
      KEPT_HEADERS.flatMap((name) => {
        const value = response.headers.get(name);
        return value === null ? [] : [[name, value]];
      }),
    );
    const body = await response.clone().text();
    await completeIdempotencyKey(deps, key, { ...record, response: { status: response.status, headers, body } });
  } catch (error) {
    // The request is done, and the claim expires.
    deps.logger.warn('the answer could not be stored under its idempotency key', {
      error: errorName(error),
    });
  }
}
