import { createRoute } from '@hono/zod-openapi';
import { overruleShows } from '../../aws/source-control-table.ts';
import { controlFlow } from '../../workflow/flow-control.ts';
import { startPrimary, stopPrimary } from '../../workflow/turn-primary.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { noteSource } from '../note-source.ts';
import { toFlowStatusResource, type FlowLookMemo } from '../views/flow-status.ts';
import { idempotent } from '../http/idempotency.ts';
import { FlowStatusResource } from '../schemas/flow.ts';
import { registerFlowEncoderAddress } from './flow-encoder-address.ts';
import { registerFlowSources } from './flow-sources.ts';

const tags = ['Source'];

const status = createRoute({
  method: 'get',
  path: '/api/mediaconnect/flow/status',
  tags,
  summary: 'Get the source: encoder state, encoder address and preview',
  request: { query: NoQuery },
  responses: { 200: answers(FlowStatusResource, 'The flow, at most a second old'), ...problems(503) },
});

const turn = (action: 'start' | 'stop') =>
  createRoute({
    method: 'post',
    path: `/api/mediaconnect/flow/${action}`,
    tags,
    summary:
      action === 'start' ? 'Start listening for the encoder' : 'Stop the source; every destination loses its picture',
    request: { query: NoQuery, headers: IdempotencyHeaders },
    responses: {
      200: answers(FlowStatusResource, 'The flow is already as requested, or on its way'),
      202: answers(FlowStatusResource, 'MediaConnect accepted the request'),
      ...problems(...WRITE_PROBLEMS, 409, 503),
    },
  });

/** For the typed client. */
export type FlowRoutes = typeof status | ReturnType<typeof turn>;

/** Status, start and stop of the flow. */
export function registerFlow(api: Api, deps: ApiDeps, look: FlowLookMemo): void {
  const present = async (context: ApiContext) =>
    toFlowStatusResource(deps, await look.get(), new URL(context.req.url).hostname);

  const readStatus = async () => {
    look.forget();
    return (await look.get()).flow.status;
  };

  api.openapi(status, async (context) => context.json(await present(context), 200));
  if (deps.srtPassphrase !== undefined) registerFlowEncoderAddress(api, deps, look, deps.srtPassphrase);

  registerFlowSources(api, deps, look, present);

  for (const action of ['start', 'stop'] as const) {
    api.openapi({ ...turn(action), middleware: idempotent(deps) }, async (context) => {
      const { id } = context.get('principal');
      // A person's decision wins: from now on no show stops the source.
      await overruleShows(deps, { action, by: id, at: deps.now().toISOString() });
      if ((await controlFlow(deps, action, readStatus)) === 'done') return context.json(await present(context), 200);
      look.forget();
      await noteSource(deps, id, action === 'start' ? 'started the source' : 'stopped the source');
      await (action === 'start' ? startPrimary(deps, id) : stopPrimary(deps, id));
      return context.json(await present(context), 202);
    });
  }
}
