import {
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { subscriptionKeyOf, type SubscriptionState } from '../domain/notification-target.ts';
import { awsErrorKind, isNotFound } from './aws-errors.ts';
import type { AwsDeps } from './clients.ts';

/**
 * E-mail through the deployment's SNS topic. SNS sends to an address only after its owner has confirmed, and keeps one
 * subscription per address. Each subscription admits only messages with the key of its address, so one topic serves all
 * targets.
 */
export type TopicDeps = AwsDeps<'sns', never>;

/** The message attribute by which subscriptions filter. */
const KEY_ATTRIBUTE = 'target';
/** SNS accepts subjects of fewer than 100 ASCII characters. */
const SUBJECT_CHARACTERS_MAX = 99;

export interface Subscription {
  state: Extract<SubscriptionState, 'confirmed' | 'waiting'>;
  /** Null until the address is confirmed, because SNS does not list it. */
  arn: string | null;
}

/**
 * Subscribes an address, which then gets SNS's request to confirm. A repeated call sends the request again while the
 * address is not confirmed, and does nothing afterwards.
 * @throws SNS's InvalidParameterException when the address has a subscription that is not ours
 */
export async function subscribeAddress({ clients }: TopicDeps, topicArn: string, email: string): Promise<void> {
  await clients.sns.send(
    new SubscribeCommand({
      TopicArn: topicArn,
      Protocol: 'email',
      Endpoint: email,
      Attributes: {
        FilterPolicy: JSON.stringify({ [KEY_ATTRIBUTE]: [subscriptionKeyOf(email)] }),
        FilterPolicyScope: 'MessageAttributes',
      },
    }),
  );
}

/**
 * Lists the topic's subscriptions by address in lower case.
 * @throws what SNS answers
 */
export async function listSubscriptions(
  { clients }: TopicDeps,
  topicArn: string,
): Promise<ReadonlyMap<string, Subscription>> {
  const found = new Map<string, Subscription>();
  let next: string | undefined;
  do {
    const page = await clients.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn, NextToken: next }));
    for (const { Endpoint: endpoint = '', SubscriptionArn: arn = '' } of page.Subscriptions ?? []) {
      // SNS lists "PendingConfirmation" or, for a while after the end, "Deleted" in place of an ARN.
      if (arn.startsWith('arn:')) found.set(endpoint.toLowerCase(), { state: 'confirmed', arn });
      else if (arn === 'PendingConfirmation') found.set(endpoint.toLowerCase(), { state: 'waiting', arn: null });
    }
    next = page.NextToken;
  } while (next !== undefined && next !== '');
  return found;
}

/**
 * Ends the subscription of an address. SNS cannot end one that waits for confirmation: it removes it after 48 hours, and
 * if it is confirmed before, it admits no message, because no target has its key.
 */
export async function unsubscribeAddress(deps: TopicDeps, topicArn: string, email: string): Promise<void> {
  const subscription = (await listSubscriptions(deps, topicArn)).get(email.toLowerCase());
  if (!subscription?.arn) return;
  try {
    await deps.clients.sns.send(new UnsubscribeCommand({ SubscriptionArn: subscription.arn }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/**
 * Publishes one e-mail to one address.
 * @returns SNS's message id. Success means that SNS accepted the message, not that it has arrived
 */
export async function publishToAddress(
  { clients }: TopicDeps,
  topicArn: string,
  { to, subject, text }: { to: string; subject: string; text: string },
): Promise<string> {
  const { MessageId: messageId = '' } = await clients.sns.send(
    new PublishCommand({
      TopicArn: topicArn,
      Subject: toTopicSubject(subject),
      Message: text,
      MessageAttributes: { [KEY_ATTRIBUTE]: { DataType: 'String', StringValue: subscriptionKeyOf(to) } },
    }),
  );
  return messageId;
}

/** Returns a subject that SNS accepts: ASCII, without accents, shortened. The text begins with the whole title. */
function toTopicSubject(subject: string): string {
  return subject
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^ -~]+/gu, '?')
    .trim()
    .slice(0, SUBJECT_CHARACTERS_MAX);
}

/** Returns true when SNS refuses a subscription because the address has another one on the topic. */
export function isSubscribedOtherwise(error: unknown): boolean {
  return awsErrorKind(error) === 'invalid' && /different attributes/i.test((error as Error).message);
}
