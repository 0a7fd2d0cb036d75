import { createRoute, z } from '@hono/zod-openapi';
import { insertDelivery } from '../../aws/delivery-table.ts';
import {
  changeTarget,
  deleteTarget,
  getTarget,
  insertTarget,
  listTargets,
} from '../../aws/notification-target-table.ts';
import { encryptTargetSecret } from '../../aws/secrets.ts';
import { newDelivery } from '../../domain/delivery.ts';
import { AppError } from '../../domain/errors.ts';
import {
  lastDeliveryOf,
  type NotificationTarget,
  rotateSecret,
  withLastDelivery,
} from '../../domain/notification-target.ts';
import { testEvent } from '../../domain/webhook-events.ts';
import { sendMessage } from '../../notify/send-message.ts';
import { createSigningSecret } from '../../notify/sign-webhook.ts';
import { inTurn } from '../../workflow/in-turn.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { invalidFields } from '../http/validation.ts';
import {
  CreatedTarget,
  CreateTarget,
  DeliveryResource,
  PatchTarget,
  TargetId,
  TargetList,
  TargetResource,
} from '../schemas/notifications.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import { buildTarget, checkedAddress, requireCompanion, withChange } from '../target-input.ts';
import { endSubscription, readSubscriptionStates, withSubscription } from '../target-subscription.ts';
import { presentDelivery } from '../views/delivery.ts';
import { presentTarget, presentOneTarget } from '../views/notification-target.ts';

const tags = ['Notifications'];

const params = z.object({ targetId: TargetId });

const path = '/api/notification-targets';

const one = `${path}/{targetId}` as const;

/** More than any team has. Each event is compared with all of them. */
const TARGETS_MAX = 50;

/** SNS keeps one subscription per address, and two requests may come with the same one. */
const CHANGING_TARGETS = { name: 'notification-targets', doing: 'changing targets' };

const list = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'List the notification targets',
  request: { query: NoQuery },
  responses: { 200: answers(TargetList, 'The targets, oldest first'), ...problems(503) },
});

const create = createRoute({
  method: 'post',
  path,
  tags,
  summary: 'Add a notification target',
  description:
    'E-mail, a webhook that follows Standard Webhooks, or a chat. The answer holds the signing secret of a webhook, once. Where e-mail leaves through SNS, the owner of the address gets a request to confirm, and nothing else before.',
  request: { query: NoQuery, body: takes(CreateTarget) },
  responses: {
    201: answers(CreatedTarget, 'The stored target; Location is its path'),
    ...problems(...WRITE_PROBLEMS, 503),
  },
});

const get = createRoute({
  method: 'get',
  path: one,
  tags,
  summary: 'Get one notification target',
  request: { params, query: NoQuery },
  responses: { 200: answers(TargetResource, 'The target'), ...problems(404, 503) },
});

const patch = createRoute({
  method: 'patch',
  path: one,
  tags,
  summary: 'Change a notification target',
  request: { params, query: NoQuery, body: takes(PatchTarget) },
  responses: { 200: answers(TargetResource, 'The target as stored'), ...problems(...WRITE_PROBLEMS, 404, 503) },
});

const remove = createRoute({
  method: 'delete',
  path: one,
  tags,
  summary: 'Delete a notification target',
  description:
    'Deliveries that have not ended are discarded. The address of an e-mail target is unsubscribed; SNS forgets one that was not confirmed within 48 hours.',
  request: { params, query: NoQuery },
  responses: { 204: { description: 'Deleted' }, ...problems(...WRITE_PROBLEMS, 404, 503) },
});

const test = createRoute({
  method: 'post',
  path: `${one}/test`,
  tags,
  summary: 'Send a test message',
  description: 'Sends one message now, once, and returns what the receiver answered. Works for a disabled target, too.',
  request: { params, query: NoQuery },
  responses: {
    200: answers(DeliveryResource, 'The delivery with its one attempt; state says whether it was accepted'),
    ...problems(...WRITE_PROBLEMS, 404, 503),
  },
});

const rotate = createRoute({
  method: 'post',
  path: `${one}/rotate-secret`,
  tags,
  summary: 'Rotate the signing secret',
  description: 'The secret before it signs as well for 24 hours. The answer holds the new one, once.',
  request: { params, query: NoQuery },
  responses: {
    200: answers(CreatedTarget, 'The target with its new secret'),
    ...problems(...WRITE_PROBLEMS, 404, 409, 503),
  },
});

/** For the typed client. */
export type NotificationTargetsRoutes =
  | typeof list
  | typeof create
  | typeof get
  | typeof patch
  | typeof remove
  | typeof test
  | typeof rotate;

/** `/api/notification-targets`. */
export function registerNotificationTargets(api: Api, deps: ApiDeps): void {
  api.openapi(list, async (context) => {
    const targets = await listTargets(deps);
    const stateOf = await readSubscriptionStates(deps, targets);
    const data = targets.map((target) => presentTarget(deps, target, stateOf(target)));
    return context.json({ data, mail: deps.mail.kind }, 200);
  });

  api.openapi(create, async (context) => {
    const { target, signingSecret } = await buildTarget(deps, context.req.valid('json'), context.get('principal').id);
    await inTurn(deps, CHANGING_TARGETS, async () => {
      if ((await listTargets(deps)).length >= TARGETS_MAX) {
        throw invalidFields([{ field: 'body', message: `there are ${TARGETS_MAX} targets already: delete one first` }]);
      }
      await withSubscription(deps, target, null, () => insertTarget(deps, target));
    });
    context.header('Location', `${path}/${target.targetId}`);
    return context.json({ ...(await presentOneTarget(deps, target)), signingSecret }, 201);
  });

  api.openapi(get, async (context) => {
    return context.json(await presentOneTarget(deps, await find(deps, context.req.valid('param').targetId)), 200);
  });

  api.openapi(patch, async (context) => {
    const { targetId } = context.req.valid('param');
    const change = context.req.valid('json');
    const before = await find(deps, targetId);
    requireCompanion(deps, before.kind, change.companion, false);
    const address = await checkedAddress(deps, targetId, before.kind, change);
    const write = async () =>
      requireTarget(
        await changeTarget(deps, targetId, (target) => withChange(target, change, address, deps.now())),
        targetId,
      );
    const addressed = { targetId, email: address.email ?? null };
    const changed = await inTurn(deps, CHANGING_TARGETS, async () =>
      withSubscription(deps, addressed, (await find(deps, targetId)).email, write),
    );
    return context.json(await presentOneTarget(deps, changed), 200);
  });

  api.openapi(remove, async (context) => {
    const { targetId } = context.req.valid('param');
    const target = await find(deps, targetId);
    await endSubscription(deps, target);
    if (!(await deleteTarget(deps, targetId))) throw missing(targetId);
    return context.body(null, 204);
  });

  api.openapi(test, async (context) => {
    const target = await find(deps, context.req.valid('param').targetId);
    const now = deps.now();
    const delivery = newDelivery(target, testEvent(target.targetId, target.name, now), now);
    const { retryAfterSeconds: _asked, isFinal: _final, ...attempt } = await sendMessage(deps, target, delivery);
    const last = lastDeliveryOf(delivery.event, attempt);
    const { isAccepted } = last;
    const ended = await insertDelivery(deps, {
      ...delivery,
      state: isAccepted ? 'delivered' : 'failed',
      attempts: [attempt],
      nextAttemptAt: null,
      endedAt: deps.now().toISOString(),
    });
    await changeTarget(deps, target.targetId, (found) => withLastDelivery(found, last));
    return context.json(presentDelivery(ended), 200);
  });

  api.openapi(rotate, async (context) => {
    const { targetId } = context.req.valid('param');
    const before = await find(deps, targetId);
    if (before.kind !== 'webhook') {
      throw new AppError('illegal_transition', {
        detail: `a target of the kind ${before.kind} signs nothing`,
        remedy: 'only webhooks have a signing secret; to replace the URL of a chat, PATCH the target',
      });
    }
    const signingSecret = createSigningSecret();
    const ciphertext = await encryptTargetSecret(deps, targetId, 'signing', signingSecret);
    const changed = await changeTarget(deps, targetId, (target) => ({
      ...target,
      secrets: rotateSecret(target.secrets, ciphertext, deps.now()),
      lastModified: deps.now().toISOString(),
    }));
    return context.json({ ...(await presentOneTarget(deps, requireTarget(changed, targetId))), signingSecret }, 200);
  });
}

async function find(deps: ApiDeps, targetId: string): Promise<NotificationTarget> {
  return requireTarget(await getTarget(deps, targetId), targetId);
}

function requireTarget(target: NotificationTarget | null, targetId: string): NotificationTarget {
  if (!target) throw missing(targetId);
  return target;
}

function missing(targetId: string): AppError {
  return new AppError('not_found', {
    detail: `no notification target ${targetId}`,
    remedy: 'GET /api/notification-targets lists all targets',
  });
}
