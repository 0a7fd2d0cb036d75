import { createRoute } from '@hono/zod-openapi';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { idempotent } from '../http/idempotency.ts';
import { FlowStatusResource, PreferSource, SwitchSource } from '../schemas/flow.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { noteSource } from '../note-source.ts';
import { preferSourceOf, switchSource } from '../switch-source.ts';
import type { FlowLookMemo } from '../views/flow-status.ts';

const tags = ['Source'];

const switchNow = createRoute({
  method: 'post',
  path: '/api/mediaconnect/flow/switch',
  tags,
  summary: 'Switch to the main or the backup source now',
  description:
    'Viewers see a short glitch. MediaConnect has no call that switches: the source is preferred until it is in use. On AWS, where the metrics are late, it stays preferred.',
  request: {
    query: NoQuery,
    headers: IdempotencyHeaders,
    body: takes(SwitchSource),
  },
  responses: {
    200: answers(FlowStatusResource, 'The source is in use'),
    202: answers(FlowStatusResource, 'MediaConnect accepted the request; the metrics do not show the change yet'),
    ...problems(...WRITE_PROBLEMS, 409, 503),
  },
});

const prefer = createRoute({
  method: 'put',
  path: '/api/mediaconnect/flow/preferred-source',
  tags,
  summary: 'Prefer one source, or none',
  description: 'A preferred source is used whenever it delivers; each return to it is one more glitch.',
  request: { query: NoQuery, body: takes(PreferSource) },
  responses: {
    200: answers(FlowStatusResource, 'The preference holds'),
    ...problems(...WRITE_PROBLEMS, 409, 503),
  },
});

/** For the typed client. */
export type FlowSourcesRoutes = typeof switchNow | typeof prefer;

/** The two sources of the flow: which one is used, by hand and by preference. */
export function registerFlowSources(
  api: Api,
  deps: ApiDeps,
  look: FlowLookMemo,
  present: (context: ApiContext) => Promise<FlowStatusResource>,
): void {
  api.openapi({ ...switchNow, middleware: idempotent(deps) }, async (context) => {
    const { to } = context.req.valid('json');
    const outcome = await switchSource(deps, look, to);
    await noteSource(deps, context.get('principal').id, `switched to the ${to} source by hand`);
    return context.json(await present(context), outcome === 'done' ? 200 : 202);
  });

  api.openapi(prefer, async (context) => {
    const { source } = context.req.valid('json');
    await preferSourceOf(deps, look, source);
    await noteSource(deps, context.get('principal').id, source ? `prefers the ${source} source` : 'prefers no source');
    return context.json(await present(context), 200);
  });
}
