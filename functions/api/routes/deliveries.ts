import { randomUUID } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { getDelivery, listDeliveries } from '../../aws/delivery-table.ts';
import { getTarget } from '../../aws/notification-target-table.ts';
import { listOutboxMails } from '../../aws/outbox-table.ts';
import { newDelivery } from '../../domain/delivery.ts';
import { AppError } from '../../domain/errors.ts';
import { beginDelivery } from '../../notify/publish-event.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { answers, NoQuery, problems, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import {
  DeliveriesQuery,
  DeliveryId,
  DeliveryList,
  DeliveryResource,
  Outbox,
  TargetId,
} from '../schemas/notifications.ts';
import { presentDelivery } from '../views/delivery.ts';

const tags = ['Notifications'];
const DELIVERIES_SHOWN = 50;
const MAILS_SHOWN = 100;

const list = createRoute({
  method: 'get',
  path: '/api/notification-targets/{targetId}/deliveries',
  tags,
  summary: 'List the deliveries of a notification target',
  description: 'Every attempt with its time, answer and duration. Kept for 30 days, also after the target was deleted.',
  request: { params: z.object({ targetId: TargetId }), query: DeliveriesQuery },
  responses: { 200: answers(DeliveryList, 'The deliveries, newest first'), ...problems(404, 503) },
});

const replay = createRoute({
  method: 'post',
  path: '/api/deliveries/{deliveryId}/replay',
  tags,
  summary: 'Deliver an event again',
  description: 'Begins another delivery of the same event. Its webhook-id stays the same.',
  request: { params: z.object({ deliveryId: DeliveryId }), query: NoQuery },
  responses: {
    202: answers(DeliveryResource, 'The delivery that began'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

const outbox = createRoute({
  method: 'get',
  path: '/api/outbox',
  tags,
  summary: 'List e-mails that were not sent, because no mail server is set',
  request: { query: NoQuery },
  responses: { 200: answers(Outbox, 'The newest 100 mails of the last 7 days, newest first'), ...problems(503) },
});

/** For the typed client. */
export type DeliveriesRoutes = typeof list | typeof replay | typeof outbox;

/** Deliveries and the outbox. */
export function registerDeliveries(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const { targetId } = context.req.valid('param');
    const { limit = DELIVERIES_SHOWN } = context.req.valid('query');
    const deliveries = await listDeliveries(deps, targetId, limit);
    if (deliveries.length === 0 && !(await getTarget(deps, targetId))) throw missing(`notification target ${targetId}`);
    return context.json({ data: deliveries.map(presentDelivery) }, 200);
  });

  api.openapi(replay, async (context) => {
    const { deliveryId } = context.req.valid('param');
    const before = await getDelivery(deps, deliveryId);
    if (!before) throw missing(`delivery ${deliveryId}`);
    const target = await getTarget(deps, before.targetId);
    if (!target) throw missing(`notification target ${before.targetId} any more`);
    if (!target.isEnabled) throw disabled(target.name);
    const key = randomUUID();
    const delivery = newDelivery(target, before.event, deps.now(), { replayOf: deliveryId, key });
    return context.json(presentDelivery(await beginDelivery(deps, delivery)), 202);
  });

  api.openapi(outbox, async (context) => {
    return context.json({ data: await listOutboxMails(deps, MAILS_SHOWN) }, 200);
  });
}

function missing(what: string): AppError {
  return new AppError('not_found', {
    detail: `no ${what}`,
    remedy: 'GET /api/notification-targets and its deliveries list what exists; deliveries are kept for 30 days',
  });
}

function disabled(name: string): AppError {
  return new AppError('illegal_transition', {
    detail: `the notification target ${name} is disabled`,
    remedy: 'enable it with PATCH, then replay',
  });
}
