import type { ApiContext, ApiDeps } from './api-deps.ts';
import type { Caller } from './auth/authentication.ts';

/** Who a request comes from. Where the API cannot see that, all callers are one. */
export function callerOf(context: ApiContext, { nameCaller }: Pick<ApiDeps, 'nameCaller'>): Caller {
  return () => nameCaller?.(context.env) ?? 'unknown';
}
