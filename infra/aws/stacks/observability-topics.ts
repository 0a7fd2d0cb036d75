import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { Severity } from './observability-alarms.ts';

/**
 * One topic per severity, so that a pager can be put on one and a ticket system on the other. They are encrypted with a
 * key of their own: AWS's key for SNS does not let CloudWatch or Budgets publish, and alarms would be lost in silence.
 */
export function createTopics(
  scope: Construct,
  { name, email }: { name: string; email: string },
): Record<Severity, Topic> {
  const key = new Key(scope, 'TopicKey', {
    description: `${name}: alarms on their way to people`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.DESTROY,
    pendingWindow: Duration.days(7),
  });
  for (const { service, condition } of publishers(scope)) {
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(service)],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: condition,
      }),
    );
  }
  const create = (severity: Severity) => {
    const topic = new Topic(scope, severity === 'page' ? 'Pages' : 'Tickets', {
      topicName: `${name}-${severity}`,
      displayName: `${name} ${severity}`,
      masterKey: key,
      enforceSSL: true,
    });
    topic.addSubscription(new EmailSubscription(email));
    // A topic with a policy of its own loses the default one, which let alarms of the account publish.
    for (const { service, condition } of publishers(scope)) {
      topic.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal(service)],
          actions: ['sns:Publish'],
          resources: [topic.topicArn],
          conditions: condition,
        }),
      );
    }
    return topic;
  };
  return { page: create('page'), ticket: create('ticket') };
}

/** The services that send, and only for this account. */
function publishers(scope: Construct) {
  const stack = Stack.of(scope);
  const budgets = stack.formatArn({
    service: 'budgets',
    region: '',
    resource: '*',
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
  const alarms = stack.formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const sameAccount = { StringEquals: { 'aws:SourceAccount': stack.account } };
  return [
    { service: 'cloudwatch.amazonaws.com', condition: { ...sameAccount, ArnLike: { 'aws:SourceArn': alarms } } },
    { service: 'budgets.amazonaws.com', condition: { ...sameAccount, ArnLike: { 'aws:SourceArn': budgets } } },
  ];
}
