import { AppError } from '../../domain/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { statusOf } from './problem.ts';
import { isSafe } from './request-guards.ts';

/** They keep nothing: signing in and out, a calculation, what is practised in memory. */
const KEEPS_NOTHING = /^\/api\/(session|estimates|rehearsal)(\/|$)/;

/**
 * Refuses a change while the disk does not take what is written, instead of accepting what a restart would lose.
 * @throws {AppError} `store_unavailable`
 */
export function requireStorage(deps: Pick<ApiDeps, 'storageFailure'>, method: string, path: string): void {
  if (isSafe(method) || KEEPS_NOTHING.test(path)) return;
  const refusal = storageRefusal(deps);
  if (refusal) throw refusal;
}

/** What a request has failed with, seen from outside: a fault of ours while the disk fails is the disk's. */
export function explainStorage(deps: Pick<ApiDeps, 'storageFailure'>, error: AppError): AppError {
  return statusOf(error) < 500 ? error : (storageRefusal(deps) ?? error);
}

function storageRefusal({ storageFailure }: Pick<ApiDeps, 'storageFailure'>): AppError | null {
  const failure = storageFailure?.() ?? null;
  if (failure === null) return null;
  return new AppError('store_unavailable', {
    detail: `changes cannot be saved: ${failure.reason}`,
    remedy: `${failure.remedy}; then send the change again`,
    retryAfterSeconds: 5,
  });
}
