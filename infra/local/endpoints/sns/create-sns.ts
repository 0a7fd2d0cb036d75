/**
 * The local SNS: topics with e-mail subscriptions, which wait for confirmation as on AWS. It keeps everything in memory,
 * because one machine sends e-mail by SMTP: only tests and the fault simulation have topics. What SNS would send by
 * e-mail goes to `mailbox`.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import * as client from '@aws-sdk/client-sns';
import type { Clock } from '../../host/clock.ts';
import { AwsError } from '../wire/aws-error.ts';
import { cutPage } from '../wire/aws-json.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, type LocalService } from '../wire/local-service.ts';
import { createRpcService } from '../wire/rpc-service.ts';
import {
  checkEmail,
  checkMessage,
  invalidParameter,
  passesPolicy,
  readFilterPolicy,
  refuseOthers,
  type FilterPolicy,
} from './sns-rules.ts';

/** SNS removes a subscription that was not confirmed by then. */
const PENDING_MS = 48 * 3_600_000;
/** @see https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html */
const SUBSCRIPTIONS_PER_PAGE = 100;
/** @see https://docs.aws.amazon.com/general/latest/gr/sns.html */
const POLICIES_PER_TOPIC_MAX = 200;

/** An e-mail that SNS would send. */
export type TopicMail =
  | { kind: 'confirmation'; topicArn: string; to: string; token: string }
  | { kind: 'message'; topicArn: string; to: string; subject: string; text: string };

interface Subscription {
  arn: string;
  endpoint: string;
  /** The attributes as given, by which a repeated call is compared. */
  attributes: string;
  policy: FilterPolicy | null;
  /** Opens the subscription; null once it is confirmed. */
  token: string | null;
  createdAtMs: number;
}

interface Topic {
  arn: string;
  attributes: string;
  subscriptions: Subscription[];
}

export interface LocalSns extends LocalService {
  /** Takes a subscription away without a call, as its recipient does by the link in each e-mail. */
  leave(topicArn: string, endpoint: string): void;
}

interface SnsOptions {
  clock: Clock;
  mailbox: (mail: TopicMail) => void;
  /** Makes tokens and the ids of subscriptions and messages. */
  newId?: () => string;
}

/** The topics, and what the operations share. */
interface Shelf extends Required<SnsOptions> {
  topics: Map<string, Topic>;
  /** Finds a topic and removes the subscriptions that were not confirmed in time. */
  find(topicArn: string | undefined): Topic;
}

/** Creates the endpoint. */
export function createSns({ clock, mailbox, newId = randomUUID }: SnsOptions): LocalSns {
  const topics = new Map<string, Topic>();
  const shelf: Shelf = {
    clock,
    mailbox,
    newId,
    topics,
    find(topicArn) {
      if (topicArn === undefined || !/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/.test(topicArn)) {
        throw invalidParameter('TopicArn');
      }
      const topic = topics.get(topicArn);
      if (!topic) throw new AwsError('NotFoundException', 404, 'Topic does not exist');
      const oldest = clock.now() - PENDING_MS;
      topic.subscriptions = topic.subscriptions.filter(
        ({ token, createdAtMs }) => token === null || createdAtMs > oldest,
      );
      return topic;
    },
  };
  const service = createRpcService({
    signingName: 'sns',
    client,
    serviceTarget: 'AmazonSimpleNotificationService',
    version: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    protocols: ['query'],
    nextRequestId: () => randomBytes(16).toString('hex'),
    invalid: (message) => invalidParameter('', message),
    handlers: { ...topicHandlers(shelf), ...subscriptionHandlers(shelf) },
  });
  return {
    ...service,
    leave(topicArn, endpoint) {
      const topic = shelf.find(topicArn);
      topic.subscriptions = topic.subscriptions.filter((each) => each.endpoint !== endpoint);
    },
  };
}

function topicHandlers({ topics, find, mailbox, newId }: Shelf) {
  return {
    CreateTopic(input: client.CreateTopicInput): client.CreateTopicResponse {
      refuseOthers(input, ['Name', 'Attributes']);
      const { Name: name = '', Attributes: attributes = {} } = input;
      if (!/^[\w-]{1,256}$/.test(name)) throw invalidParameter('Topic Name');
      refuseOthers(attributes, ['DisplayName', 'KmsMasterKeyId']);
      const arn = `arn:aws:sns:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${name}`;
      const given = toText(attributes);
      const known = topics.get(arn);
      if (known && known.attributes !== given) {
        throw invalidParameter('Attributes', 'Topic already exists with different attributes');
      }
      if (!known) topics.set(arn, { arn, attributes: given, subscriptions: [] });
      return { TopicArn: arn };
    },

    Publish(input: client.PublishInput): client.PublishResponse {
      refuseOthers(input, ['TopicArn', 'Message', 'Subject', 'MessageAttributes']);
      const topic = find(input.TopicArn);
      const { Message: text = '', Subject: subject, MessageAttributes: attributes = {} } = input;
      checkMessage(text, subject, attributes);
      for (const { endpoint, policy, token } of topic.subscriptions) {
        if (token !== null || !passesPolicy(policy, attributes)) continue;
        mailbox({
          kind: 'message',
          topicArn: topic.arn,
          to: endpoint,
          subject: subject ?? 'AWS Notification Message',
          text,
        });
      }
      return { MessageId: newId() };
    },
  };
}

function subscriptionHandlers({ clock, find, mailbox, newId }: Shelf) {
  function invite(topic: Topic, subscription: Subscription): void {
    subscription.token = newId();
    mailbox({ kind: 'confirmation', topicArn: topic.arn, to: subscription.endpoint, token: subscription.token });
  }

  return {
    Subscribe(input: client.SubscribeInput): client.SubscribeResponse {
      refuseOthers(input, ['TopicArn', 'Protocol', 'Endpoint', 'Attributes', 'ReturnSubscriptionArn']);
      const topic = find(input.TopicArn);
      if (input.Protocol !== 'email') {
        throw invalidParameter('Protocol', `${input.Protocol} is not supported by this local endpoint: use email`);
      }
      const endpoint = checkEmail(input.Endpoint);
      const { Attributes: attributes = {} } = input;
      refuseOthers(attributes, ['FilterPolicy', 'FilterPolicyScope']);
      const scope = attributes['FilterPolicyScope'] ?? 'MessageAttributes';
      if (scope !== 'MessageAttributes') {
        throw invalidParameter('FilterPolicyScope', `${scope} is not supported by this local endpoint`);
      }
      const policy = attributes['FilterPolicy'] === undefined ? null : readFilterPolicy(attributes['FilterPolicy']);
      const given = toText(attributes);
      let subscription = topic.subscriptions.find((each) => each.endpoint === endpoint);
      if (subscription && subscription.attributes !== given) {
        throw invalidParameter('Attributes', 'Subscription already exists with different attributes');
      }
      if (!subscription) {
        if (policy && topic.subscriptions.filter((each) => each.policy).length >= POLICIES_PER_TOPIC_MAX) {
          throw new AwsError('FilterPolicyLimitExceededException', 403, 'Filter policy limit exceeded');
        }
        const arn = `${topic.arn}:${newId()}`;
        subscription = { arn, endpoint, attributes: given, policy, token: '', createdAtMs: clock.now() };
        topic.subscriptions.push(subscription);
      }
      const isPending = subscription.token !== null;
      if (isPending) invite(topic, subscription);
      const isHidden = isPending && input.ReturnSubscriptionArn !== true;
      return { SubscriptionArn: isHidden ? 'pending confirmation' : subscription.arn };
    },

    ConfirmSubscription(input: client.ConfirmSubscriptionInput): client.ConfirmSubscriptionResponse {
      refuseOthers(input, ['TopicArn', 'Token']);
      const { subscriptions } = find(input.TopicArn);
      const subscription = subscriptions.find(({ token }) => token !== null && token === input.Token);
      if (!subscription) throw invalidParameter('Token');
      subscription.token = null;
      return { SubscriptionArn: subscription.arn };
    },

    Unsubscribe(input: client.UnsubscribeInput): void {
      refuseOthers(input, ['SubscriptionArn']);
      const { SubscriptionArn: arn = '' } = input;
      const [, topicArn] = /^(arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+):[\w-]{8,}$/.exec(arn) ?? [];
      if (topicArn === undefined) throw invalidParameter('SubscriptionArn');
      const topic = find(topicArn);
      const subscription = topic.subscriptions.find((each) => each.arn === arn);
      if (!subscription) throw new AwsError('NotFoundException', 404, 'Subscription does not exist');
      if (subscription.token !== null) {
        throw invalidParameter('SubscriptionArn', 'Cannot unsubscribe a subscription that is pending confirmation');
      }
      topic.subscriptions = topic.subscriptions.filter((each) => each !== subscription);
    },

    ListSubscriptionsByTopic(input: client.ListSubscriptionsByTopicInput): client.ListSubscriptionsByTopicResponse {
      const { subscriptions } = find(input.TopicArn);
      const { page, next } = cutPage(
        subscriptions,
        SUBSCRIPTIONS_PER_PAGE,
        input.NextToken,
        'InvalidParameterException',
      );
      return {
        Subscriptions: page.map(({ arn, endpoint, token }) => ({
          SubscriptionArn: token === null ? arn : 'PendingConfirmation',
          Owner: LOCAL_ACCOUNT_ID,
          Protocol: 'email',
          Endpoint: endpoint,
          TopicArn: input.TopicArn,
        })),
        ...(next === undefined ? {} : { NextToken: next }),
      };
    },
  };
}

/** Writes attributes so that equal ones give equal texts. */
function toText(attributes: Record<string, string>): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([one], [other]) => one.localeCompare(other)));
}
