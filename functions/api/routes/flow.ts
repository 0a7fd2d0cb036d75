import { createRoute } from '@hono/zod-openapi';
import { startFlow, stopFlow } from '../../aws/flow.ts';
import { AppError } from '../../domain/errors.ts';
import type { Api, ApiContext, ApiDeps } from '../api-deps.ts';
import { answers, IdempotencyHeaders, NoQuery, problems, WRITE_PROBLEMS } from '../contract.ts';
import { turnPrimary } from '../turn-primary.ts';
import { createFlowLook, toFlowStatusResource } from '../flow-status.ts';
import { idempotent } from '../idempotency.ts';
import { FlowStatusResource } from '../schemas.ts';

const tags = ['Source'];

/** Flow states in which the wish is fulfilled, or about to be. */
const DONE = { start: ['ACTIVE', 'UPDATING', 'STARTING'], stop: ['STANDBY', 'STOPPING'] };
/** Flow states from which AWS takes the wish. */
const POSSIBLE = { start: ['STANDBY', 'ERROR'], stop: ['ACTIVE', 'UPDATING', 'STARTING', 'ERROR'] };

const status = createRoute({
  method: 'get',
  path: '/api/mediaconnect/flow/status',
  tags,
  summary: 'The source: is the encoder connected, how to connect it, where the preview is',
  request: { query: NoQuery },
  responses: { 200: answers(FlowStatusResource, 'The flow, at most a second old'), ...problems(503) },
});

/** The flow: its status, start and stop. */
export function registerFlow(api: Api, deps: ApiDeps): void {
  const look = createFlowLook(deps);
  const present = async (context: ApiContext) =>
    toFlowStatusResource(deps, await look.get(), new URL(context.req.url).hostname);

  api.openapi(status, async (context) => context.json(await present(context), 200));

  for (const action of ['start', 'stop'] as const) {
    const route = createRoute({
      method: 'post',
      path: `/api/mediaconnect/flow/${action}`,
      tags,
      summary:
        action === 'start'
          ? 'Start listening for the encoder'
          : 'Stop the source, and with it the picture of everything',
      middleware: idempotent(deps),
      request: { query: NoQuery, headers: IdempotencyHeaders },
      responses: {
        200: answers(FlowStatusResource, 'It is so already, or on its way'),
        202: answers(FlowStatusResource, 'Asked for'),
        ...problems(...WRITE_PROBLEMS, 409, 503),
      },
    });
    api.openapi(route, async (context) => {
      look.forget();
      const { flow } = await look.get();
      if (DONE[action].includes(flow.status)) return context.json(await present(context), 200);
      if (!POSSIBLE[action].includes(flow.status)) {
        throw new AppError('illegal_transition', {
          detail: `the flow is ${flow.status.toLowerCase()}; ${action} is possible when ${POSSIBLE[action].join(', ').toLowerCase()}`,
          remedy: 'wait a moment and try again',
          retryAfterSeconds: 5,
        });
      }
      try {
        await (action === 'start' ? startFlow(deps) : stopFlow(deps));
      } catch (error) {
        // MediaConnect refuses what somebody else has asked for a moment before.
        look.forget();
        if (!DONE[action].includes((await look.get()).flow.status)) throw error;
        return context.json(await present(context), 200);
      }
      look.forget();
      await turnPrimary(deps, action, context.get('principal').id);
      return context.json(await present(context), 202);
    });
  }
}
