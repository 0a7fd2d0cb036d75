import type { ApiContext, ApiDeps } from './api-deps.ts';
import type { Caller } from './auth/authentication.ts';

/** Returns a function that names the caller. Where the API cannot see the caller, all count as one. */
export function callerOf(context: ApiContext, { nameCaller }: Pick<ApiDeps, 'nameCaller'>): Caller {
  return () => nameCaller?.(context.env) ?? 'unknown';
}
