import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Severity } from './observability-alarms.ts';

/** One topic per severity, so that a pager can be put on one and a ticket system on the other. */
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
 * A key of their own: AWS's key for SNS does not let CloudWatch or Budgets publish, and alarms would be lost in silence.
 * It is bound to the topics by the context in which SNS encrypts, which every publisher's request carries; not every one
 * carries the account it comes from.
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function createKey(scope: Construct, name: string): Key {
  const key = new Key(scope, 'TopicKey', {
    alias: `${name}-alarms`,
    description: `alarms of ${name} on their way to people`,
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
 * A topic with a policy of its own loses the default one, which let alarms of the account publish.
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
