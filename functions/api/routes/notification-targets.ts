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
import { portOf } from '../../domain/outgoing-url.ts';
import { checkResolvedAddresses } from '../../domain/public-address.ts';
import {
  checkTarget,
  DEFAULT_FILTER,
  lastDeliveryOf,
  rotateSecret,
  signingSecrets,
  withLastDelivery,
  type NotificationTarget,
  type TargetFilter,
  type TargetInput,
} from '../../domain/notification-target.ts';
import { testEvent } from '../../domain/webhook-events.ts';
import { sendMessage } from '../../notify/send-message.ts';
import { createSigningSecret } from '../../notify/sign-webhook.ts';
import type { Api, ApiDeps } from '../api-deps.ts';
import { resolveInTime } from '../destination-target.ts';
import { endSubscription, readSubscriptionStates, withSubscription } from '../target-subscription.ts';
import { invalidFields } from '../http/validation.ts';
import { inTurn } from '../../workflow/in-turn.ts';
import { answers, NoQuery, problems, takes, WRITE_PROBLEMS } from '../schemas/openapi-parts.ts';
import {
  CreatedTarget,
  CreateTarget,
  DeliveryResource,
  PatchTarget,
  TargetId,
  TargetList,
  TargetResource,
} from '../schemas/notifications.ts';
import { presentDelivery } from '../views/delivery.ts';

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
    const data = targets.map((target) => present(deps, target, stateOf(target)));
    return context.json({ data, mail: deps.mail.kind }, 200);
  });

  api.openapi(create, async (context) => {
    const { target, signingSecret } = await build(deps, context.req.valid('json'), context.get('principal').id);
    await inTurn(deps, CHANGING_TARGETS, async () => {
      if ((await listTargets(deps)).length >= TARGETS_MAX) {
        throw invalidFields([{ field: 'body', message: `there are ${TARGETS_MAX} targets already: delete one first` }]);
      }
      await withSubscription(deps, target, null, () => insertTarget(deps, target));
    });
    context.header('Location', `${path}/${target.targetId}`);
    return context.json({ ...(await presentOne(deps, target)), signingSecret }, 201);
  });

  api.openapi(get, async (context) => {
    return context.json(await presentOne(deps, await find(deps, context.req.valid('param').targetId)), 200);
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
    return context.json(await presentOne(deps, changed), 200);
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
    return context.json({ ...(await presentOne(deps, requireTarget(changed, targetId))), signingSecret }, 200);
  });
}

async function build(
  deps: ApiDeps,
  { filter, isEnabled = true, ...input }: z.infer<typeof CreateTarget>,
  createdBy: string,
): Promise<{ target: NotificationTarget; signingSecret: string | null }> {
  requireCompanion(deps, input.kind, input.companion, true);
  const targetId = deps.newId('tgt');
  const address = await checkedAddress(deps, targetId, input.kind, {
    ...input,
    // Names the missing one.
    ...(input.kind === 'email' ? { email: input.email ?? '' } : { url: input.url ?? '' }),
  });
  const signingSecret = input.kind === 'webhook' ? createSigningSecret() : null;
  const now = deps.now();
  const secrets = signingSecret
    ? rotateSecret([], await encryptTargetSecret(deps, targetId, 'signing', signingSecret), now)
    : [];
  const target: NotificationTarget = {
    targetId,
    name: input.name,
    kind: input.kind,
    email: null,
    urlHost: null,
    urlCiphertext: null,
    ...address,
    companion: input.companion ?? null,
    secrets,
    filter: withFilter(DEFAULT_FILTER, filter),
    isEnabled,
    disabledReason: isEnabled ? null : 'operator',
    failuresInSequence: 0,
    failingSince: null,
    createdAt: now.toISOString(),
    lastModified: now.toISOString(),
    createdBy,
    writeCount: 1,
  };
  return { target, signingSecret };
}

/** Requires the settings of Companion for its kind only, and refuses the kind where it cannot be reached. */
function requireCompanion(
  { embedded }: ApiDeps,
  kind: TargetInput['kind'],
  companion: z.infer<typeof CreateTarget>['companion'],
  isNew: boolean,
): void {
  const refuse = (field: string, message: string) => invalidFields([{ field, message }]);
  if (kind !== 'companion') {
    if (companion !== undefined) throw refuse('companion', `a target of the kind ${kind} has no button or variable`);
    return;
  }
  if (!embedded) {
    throw refuse('kind', 'AWS cannot reach Companion in the network of a studio: use it with Sluice on one machine');
  }
  if (isNew && companion === undefined) {
    throw refuse('companion', 'required for a target of the kind companion: give the name of a custom variable');
  }
}

type Address = Partial<Pick<NotificationTarget, 'email' | 'urlHost' | 'urlCiphertext'>>;

/** Checks where to send to and encrypts a URL. @returns nothing when the request changes neither */
async function checkedAddress(
  deps: ApiDeps,
  targetId: string,
  kind: TargetInput['kind'],
  { url, email }: Pick<TargetInput, 'email' | 'url'>,
): Promise<Address> {
  if (url === undefined && email === undefined) return {};
  const { loopbackTargetsAllowed: loopbackAllowed, privateHosts } = deps.deployment;
  const options = { loopbackAllowed, privateHosts };
  const checked = checkTarget({ kind, url: url || undefined, email: email || undefined }, options);
  if (!checked.ok) throw invalidFields(checked.errors);
  if (checked.url === null || checked.urlHost === null) return { email: checked.email };
  const port = portOf(new URL(checked.url));
  const resolved = checkResolvedAddresses(await resolveInTime(deps, checked.urlHost), { ...options, port });
  // A name that does not resolve yet is no error; it is checked again when a message is sent.
  if (!resolved.ok && resolved.code !== 'host_not_found') {
    throw invalidFields([{ field: 'url', message: resolved.message }]);
  }
  return {
    urlHost: checked.urlHost,
    urlCiphertext: await encryptTargetSecret(deps, targetId, 'url', checked.url),
  };
}

function withChange(
  target: NotificationTarget,
  { name = target.name, filter, isEnabled = target.isEnabled, companion }: z.infer<typeof PatchTarget>,
  address: Address,
  now: Date,
): NotificationTarget {
  const isNews = isEnabled !== target.isEnabled;
  return {
    ...target,
    ...address,
    name,
    companion: companion ?? target.companion ?? null,
    filter: withFilter(target.filter, filter),
    isEnabled,
    disabledReason: isEnabled ? null : isNews ? 'operator' : target.disabledReason,
    ...(isEnabled && isNews ? { failuresInSequence: 0, failingSince: null } : {}),
    lastModified: now.toISOString(),
  };
}

function withFilter(filter: TargetFilter, change: z.infer<typeof CreateTarget>['filter']): TargetFilter {
  return {
    eventTypes: change?.eventTypes ?? filter.eventTypes,
    severities: change?.severities ?? filter.severities,
    rules: change?.rules ?? filter.rules,
    destinationIds: change?.destinationIds ?? filter.destinationIds,
    groups: change?.groups ?? filter.groups,
    includesDrills: change?.includesDrills ?? filter.includesDrills,
  };
}

async function presentOne(deps: ApiDeps, target: NotificationTarget): Promise<TargetResource> {
  return present(deps, target, (await readSubscriptionStates(deps, [target]))(target));
}

function present(
  deps: ApiDeps,
  target: NotificationTarget,
  subscription: TargetResource['subscription'],
): TargetResource {
  const { urlCiphertext: _url, secrets, writeCount: _count, ...shown } = target;
  const signing = signingSecrets(secrets, deps.now());
  const { lastDelivery = null } = target;
  const companion = target.companion ?? null;
  return {
    ...shown,
    subscription,
    companion,
    lastDelivery,
    signingSecrets: signing.map(({ createdAt, expiresAt }) => ({ createdAt, expiresAt })),
  };
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
