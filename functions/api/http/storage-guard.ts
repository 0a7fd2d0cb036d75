import { AppError } from '../../domain/errors.ts';
import type { ApiDeps } from '../api-deps.ts';
import { statusOf } from './problem.ts';
import { isSafe } from './request-guards.ts';

/** Routes that store nothing: signing in and out, estimates, exports, and drills, which live in memory. */
const KEEPS_NOTHING = /^\/api\/(session|estimates|export|rehearsal)(\/|$)/;

/**
 * Refuses changes while the disk refuses writes, instead of accepting changes that a restart would lose.
 * @throws {AppError} `store_unavailable`
 */
export function requireStorage(deps: Pick<ApiDeps, 'storageFailure'>, method: string, path: string): void {
  if (isSafe(method) || KEEPS_NOTHING.test(path)) return;
  const refusal = storageRefusal(deps);
  if (refusal) throw refusal;
}

/** Explains an internal error as a storage failure while the disk fails. */
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
