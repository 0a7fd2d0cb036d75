import { AppError } from '../../domain/errors.ts';
import { createMinuteWindows, WINDOW_SECONDS } from '../../domain/minute-windows.ts';
import type { Principal } from './principal.ts';

/**
 * Limits the requests of each caller, so that a script in a loop leaves room for the others. The counts are in the
 * memory of one process; on AWS, each instance of the function has its own, and the stage of the API limits all callers
 * together.
 */

/** Requests in a minute. An open dashboard sends about 250 at most, so 20 tabs of one browser stay below. */
const QUOTAS = { trigger: 120, token: 3_000, browser: 6_000 } as const;
type Policy = keyof typeof QUOTAS;

/** What a caller has left in this minute. */
export interface Allowance {
  policy: Policy;
  remaining: number;
  resetSeconds: number;
  isExceeded: boolean;
}

export interface RateLimit {
  /** Counts a request. Returns null for a caller without a limit. */
  count(principal: Principal): Allowance | null;
}

/** Creates a limit. A minute begins with a caller's first request. */
export function createRateLimit(now: () => Date): RateLimit {
  const windows = createMinuteWindows(now);
  return {
    count(principal) {
      const { countedAs = principal.id, triggers, via } = principal;
      if (countedAs === null) return null;
      const policy = triggers ? 'trigger' : via === 'cookie' ? 'browser' : 'token';
      const { requests, resetSeconds } = windows.count(`${policy} ${countedAs}`);
      const remaining = Math.max(0, QUOTAS[policy] - requests);
      return { policy, remaining, resetSeconds, isExceeded: requests > QUOTAS[policy] };
    },
  };
}

/**
 * Sets the fields by which a client can pace itself.
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-09
 */
export function setRateLimitHeaders(headers: Headers, { policy, remaining, resetSeconds }: Allowance): void {
  headers.set('ratelimit-policy', `"${policy}";q=${QUOTAS[policy]};w=${WINDOW_SECONDS}`);
  headers.set('ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
}

/** The refusal of a request above the limit. */
export function rateExceeded({ policy, resetSeconds }: Allowance): AppError {
  return new AppError('throttled', {
    detail: `this caller sent more than ${QUOTAS[policy]} requests within a minute`,
    remedy: `wait ${resetSeconds} seconds, and send fewer: GET /api/snapshot answers many questions at once`,
    retryAfterSeconds: resetSeconds,
  });
}
