import { awsErrorKind, toAppError } from '../aws/aws-errors.ts';
import {
  isSubscribedOtherwise,
  listSubscriptions,
  subscribeAddress,
  unsubscribeAddress,
  type TopicDeps,
} from '../aws/mail-topic.ts';
import { listTargets } from '../aws/notification-target-table.ts';
import type { TableDeps } from '../aws/clients.ts';
import { AppError, errorName } from '../domain/errors.ts';
import type { NotificationTarget, SubscriptionState } from '../domain/notification-target.ts';
import type { MailWay } from '../notify/mail.ts';
import type { Logger } from '../workflow/workflow-deps.ts';
import { invalidFields } from './http/validation.ts';

/**
 * Subscriptions of e-mail targets where mail leaves through an SNS topic. Elsewhere every function here does nothing,
 * because an address needs no confirmation.
 */

type SubscriptionDeps = TopicDeps & TableDeps & { mail: MailWay; logger: Logger };
type Addressed = Pick<NotificationTarget, 'targetId' | 'email'>;

/**
 * Reads whether the targets' addresses are confirmed, with one list for all.
 * @returns the state by target id; null for a target that needs no confirmation
 */
export async function readSubscriptionStates(
  deps: SubscriptionDeps,
  targets: readonly Addressed[],
): Promise<(target: Addressed) => SubscriptionState | null> {
  const { mail, logger } = deps;
  if (mail.kind !== 'topic' || targets.every(({ email }) => email === null)) return () => null;
  try {
    const found = await listSubscriptions(deps, mail.topicArn);
    return ({ email }) => (email === null ? null : (found.get(email.toLowerCase())?.state ?? 'missing'));
  } catch (error) {
    // The targets are worth showing without it.
    logger.warn('subscriptions were not read', { error: errorName(error) });
    return ({ email }) => (email === null ? null : 'unknown');
  }
}

/**
 * Subscribes the address of a target before the record is written, and undoes that when it cannot be.
 * @param before the address that the record holds; null for a new target
 * @throws {AppError} `validation_failed` when another target has the address, or what SNS refused
 */
export async function withSubscription<Result>(
  deps: SubscriptionDeps,
  { targetId, email }: Addressed,
  before: string | null,
  write: () => Promise<Result>,
): Promise<Result> {
  const { mail } = deps;
  if (mail.kind !== 'topic' || email === null) return write();
  const isSame = isSameAddress(email, before);
  await requireFreeAddress(deps, targetId, email);
  await subscribe(deps, mail.topicArn, email);
  let result: Result;
  try {
    result = await write();
  } catch (error) {
    if (!isSame) await unsubscribeQuietly(deps, mail.topicArn, email);
    throw error;
  }
  if (before !== null && !isSame) await unsubscribeQuietly(deps, mail.topicArn, before);
  return result;
}

/**
 * Ends the subscription of a target that is about to be deleted.
 * @throws {AppError} when SNS does not answer; the target then stays
 */
export async function endSubscription(deps: SubscriptionDeps, { email }: Addressed): Promise<void> {
  const { mail } = deps;
  if (mail.kind !== 'topic' || email === null) return;
  try {
    await unsubscribeAddress(deps, mail.topicArn, email);
  } catch (error) {
    throw toAppError(error, 'the end of the subscription');
  }
}

/** SNS keeps one subscription per address, so two targets with one address could not be distinguished. */
async function requireFreeAddress(deps: SubscriptionDeps, targetId: string, email: string): Promise<void> {
  const other = (await listTargets(deps)).find(
    (each) => each.targetId !== targetId && isSameAddress(email, each.email),
  );
  if (!other) return;
  throw invalidFields([
    { field: 'email', message: `the target ${other.name} has this address already: change its filter, or use another` },
  ]);
}

async function subscribe(deps: SubscriptionDeps, topicArn: string, email: string): Promise<void> {
  try {
    await subscribeAddress(deps, topicArn, email);
  } catch (error) {
    if (isSubscribedOtherwise(error)) {
      throw new AppError('duplicate_address', {
        detail: 'the address has a subscription to the SNS topic that Sluice did not create',
        remedy: 'delete that subscription in the SNS console, then save the target again',
        cause: error,
      });
    }
    if (awsErrorKind(error) === 'invalid') {
      throw invalidFields([{ field: 'email', message: 'SNS does not accept this address' }]);
    }
    throw toAppError(error, 'the subscription of the address');
  }
}

/** A subscription that stays receives nothing, because no target has its address. */
async function unsubscribeQuietly(deps: SubscriptionDeps, topicArn: string, email: string): Promise<void> {
  try {
    await unsubscribeAddress(deps, topicArn, email);
  } catch (error) {
    deps.logger.warn('a subscription was not ended', { error: errorName(error) });
  }
}

function isSameAddress(email: string, other: string | null): boolean {
  return other !== null && other.toLowerCase() === email.toLowerCase();
}
