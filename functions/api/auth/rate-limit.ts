import { AppError } from '../../domain/errors.ts';
import type { Principal } from './principal.ts';

/**
 * Limits the requests of each caller, so that a script in a loop leaves room for the others. The counts are in the
 * memory of one process; on AWS, each instance of the function has its own, and the stage of the API limits all callers
 * together.
 */

const WINDOW_SECONDS = 60;

/** Requests in a minute. An open dashboard sends about 250 at most, so 20 tabs of one browser stay below. */
const QUOTAS = { trigger: 120, token: 3_000, browser: 6_000 } as const;
type Policy = keyof typeof QUOTAS;

/** Callers that are counted at once. Those with the oldest minute are forgotten first. */
const CALLERS_MAX = 10_000;

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
  const windows = new Map<string, { startedAtMs: number; requests: number }>();

  function currentWindow(caller: string) {
    const nowMs = now().getTime();
    const known = windows.get(caller);
    const ageMs = known ? nowMs - known.startedAtMs : 0;
    // A clock that was set back begins a new minute.
    if (known && ageMs >= 0 && ageMs < WINDOW_SECONDS * 1000) return { window: known, nowMs };
    windows.delete(caller);
    const [oldest] = windows.keys();
    if (windows.size >= CALLERS_MAX && oldest !== undefined) windows.delete(oldest);
    const window = { startedAtMs: nowMs, requests: 0 };
    windows.set(caller, window);
    return { window, nowMs };
  }

  return {
    count(principal) {
      const { countedAs = principal.id, triggers, via } = principal;
      if (countedAs === null) return null;
      const policy = triggers ? 'trigger' : via === 'cookie' ? 'browser' : 'token';
      const { window, nowMs } = currentWindow(`${policy} ${countedAs}`);
      window.requests += 1;
      return {
        policy,
        remaining: Math.max(0, QUOTAS[policy] - window.requests),
        resetSeconds: Math.ceil((window.startedAtMs + WINDOW_SECONDS * 1000 - nowMs) / 1000),
        isExceeded: window.requests > QUOTAS[policy],
      };
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
