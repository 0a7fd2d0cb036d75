import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Severity } from './observability-alarms.ts';

/** Creates one topic per severity, so that a pager can subscribe to one and a ticket system to the other. */
export function createTopics(
  scope: Construct,
  { name, email }: { name: string; email: string },
): Record<Severity, Topic> {
  const key = createKey(scope, name);
  const create = (id: string, severity: Severity) => {
    const topic = new Topic(scope, id, {
      topicName: topicName(name, severity),
      displayName: topicName(name, severity),
      masterKey: key,
      enforceSSL: true,
    });
    topic.addSubscription(new EmailSubscription(email));
    allowPublishers(topic);
    return topic;
  };
  return { page: create('Pages', 'page'), ticket: create('Tickets', 'ticket') };
}

const SEVERITIES: readonly Severity[] = ['page', 'ticket'];
const topicName = (name: string, severity: Severity): string => `${name}-${severity}`;

/**
 * Creates a key for the topics. AWS's key for SNS does not let CloudWatch or Budgets publish, and alarms would be lost
 * silently. The policy limits the key to the topics by the encryption context that SNS uses, which every publisher's
 * request carries; not every request carries the source account.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function createKey(scope: Construct, name: string): Key {
  const key = new Key(scope, 'TopicKey', {
    alias: `${name}-alarms`,
    description: `Alarms of ${name} in SNS`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(7),
  });
  const topicArns = SEVERITIES.map((severity) =>
    Stack.of(scope).formatArn({ service: 'sns', resource: topicName(name, severity) }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com'].map((service) => new ServicePrincipal(service)),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'kms:EncryptionContext:aws:sns:topicArn': topicArns } },
    }),
  );
  return key;
}

/**
 * Lets alarms and budgets publish. A topic with a custom policy loses the default one, which let alarms of the account
 * publish.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
 */
function allowPublishers(topic: Topic): void {
  const stack = Stack.of(topic);
  const alarms = stack.formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const budgets = stack.formatArn({
    service: 'budgets',
    region: '',
    resource: '*',
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
  const publishers = { 'cloudwatch.amazonaws.com': alarms, 'budgets.amazonaws.com': budgets };
  for (const [service, sourceArn] of Object.entries(publishers)) {
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(service)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: { 'aws:SourceArn': sourceArn },
        },
      }),
    );
  }
}
