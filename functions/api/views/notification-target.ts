import { type NotificationTarget, signingSecrets } from '../../domain/notification-target.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { TargetResource } from '../schemas/notifications.ts';
import { readSubscriptionStates } from '../target-subscription.ts';

/** Notification targets as the API shows them, without their secrets. */

/** Presents one target with the state of its subscription, which it reads. */
export async function presentOneTarget(deps: ApiDeps, target: NotificationTarget): Promise<TargetResource> {
  return presentTarget(deps, target, (await readSubscriptionStates(deps, [target]))(target));
}

/** Presents a target whose subscription is known. */
export function presentTarget(
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
