import { createRoute } from '@hono/zod-openapi';
import { getDestination } from '../../aws/destination-table.ts';
import { observeFlow } from '../../aws/flow.ts';
import { PRIMARY_DESTINATION_ID } from '../../domain/destination.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, openProblems } from '../schemas/openapi-parts.ts';
import { memoize } from '../../domain/memoize.ts';
import { HealthResource } from '../schemas/service-health.ts';

/** Cached, because anyone may poll it without signing in. */
const KEPT_MS = 5000;

const health = createRoute({
  method: 'get',
  path: '/api/health',
  tags: ['Service'],
  summary: 'Check the control plane',
  request: { query: NoQuery },
  responses: {
    ...openProblems(),
    200: answers(HealthResource, 'All checks pass'),
    503: answers(HealthResource, 'At least one check fails'),
  },
});

/** For the typed client. */
export type HealthRoutes = typeof health;

/** `GET /api/health`, for load balancers and supervisors; needs no sign-in. */
export function registerHealth(api: Api, deps: ApiDeps): void {
  const checks = memoize({ milliseconds: KEPT_MS, now: deps.now }, () =>
    Promise.all([
      check('table', () => getDestination(deps, PRIMARY_DESTINATION_ID)),
      check('flow', async () => {
        if ((await observeFlow(deps)) === null) throw new Error('the flow does not exist');
      }),
    ]),
  );
  api.openapi(health, async (context) => {
    // Not cached, so that a full disk is reported at once.
    const seen = [...(await checks.get()), ...storageCheck(deps), ...audienceCheck(deps)];
    const isOk = seen.every(({ ok }) => ok);
    const body = { version: deps.version, checks: seen };
    return isOk
      ? context.json({ status: 'ok' as const, ...body }, 200)
      : context.json({ status: 'degraded' as const, ...body }, 503);
  });
}

function storageCheck({ storageFailure }: ApiDeps): { name: string; ok: boolean; detail: string }[] {
  if (!storageFailure) return [];
  const failure = storageFailure();
  if (failure === null) return [{ name: 'store', ok: true, detail: 'writable' }];
  const detail = `changes are refused since ${failure.since.toISOString()}, because ${failure.reason}: ${failure.remedy}`;
  return [{ name: 'store', ok: false, detail }];
}

function audienceCheck({ audience }: ApiDeps): { name: string; ok: boolean; detail: string }[] {
  if (!audience) return [];
  const problem = audience.problem();
  return [{ name: 'public pages', ok: problem === null, detail: problem ?? 'served' }];
}

async function check(
  name: string,
  look: () => Promise<unknown>,
): Promise<{ name: string; ok: boolean; detail: string }> {
  try {
    await look();
    return { name, ok: true, detail: 'reachable' };
  } catch {
    return { name, ok: false, detail: 'not reachable' };
  }
}
