import type { z } from '@hono/zod-openapi';
import { encryptTargetSecret } from '../aws/secrets.ts';
import {
  checkTarget,
  DEFAULT_FILTER,
  type NotificationTarget,
  rotateSecret,
  type TargetFilter,
  type TargetInput,
} from '../domain/notification-target.ts';
import { portOf } from '../domain/outgoing-url.ts';
import { checkResolvedAddresses } from '../domain/public-address.ts';
import { createSigningSecret } from '../notify/sign-webhook.ts';
import type { ApiDeps } from './api-deps.ts';
import { resolveInTime } from './destination-target.ts';
import { invalidFields } from './http/validation.ts';
import type { CreateTarget, PatchTarget } from './schemas/notifications.ts';

/** Builds and changes notification targets by what a request gives. */

/**
 * Builds a new target, with a signing secret for a webhook.
 * @throws {AppError} `validation_failed` for settings of another kind, and for an address that is not allowed
 */
export async function buildTarget(
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
export function requireCompanion(
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
export async function checkedAddress(
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

/** Returns a target with the changes of a request and its checked address. */
export function withChange(
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
