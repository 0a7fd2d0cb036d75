import type { TemplateResource } from './synthesized.ts';

/** The security and cost properties of each type, which a reviewer should see when they change. */
const DECISIVE: Record<string, readonly string[]> = {
  'AWS::ApiGatewayV2::Route': ['RouteKey', 'AuthorizationType'],
  'AWS::ApiGatewayV2::Stage': ['DefaultRouteSettings'],
  'AWS::Budgets::Budget': ['Budget'],
  'AWS::CloudWatch::Alarm': ['Threshold', 'EvaluationPeriods', 'TreatMissingData'],
  'AWS::Cognito::UserPool': [
    'DeletionProtection',
    'MfaConfiguration',
    'EnabledMfas',
    'AdminCreateUserConfig',
    'Policies',
  ],
  'AWS::Cognito::UserPoolClient': ['AllowedOAuthFlows', 'AllowedOAuthScopes', 'ExplicitAuthFlows', 'GenerateSecret'],
  'AWS::DynamoDB::GlobalTable': ['BillingMode', 'Replicas', 'SSESpecification', 'TimeToLiveSpecification'],
  'AWS::Events::Rule': ['EventPattern', 'State'],
  'AWS::IAM::Policy': ['PolicyDocument'],
  'AWS::IAM::Role': ['AssumeRolePolicyDocument', 'ManagedPolicyArns', 'Policies'],
  'AWS::KMS::Key': ['EnableKeyRotation', 'KeyPolicy'],
  'AWS::Lambda::EventInvokeConfig': ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds', 'DestinationConfig'],
  'AWS::Lambda::Function': [
    'Runtime',
    'MemorySize',
    'Timeout',
    'ReservedConcurrentExecutions',
    'TracingConfig',
    'KmsKeyArn',
  ],
  'AWS::Lambda::Permission': ['Action', 'Principal', 'SourceArn'],
  'AWS::Logs::LogGroup': ['LogGroupName', 'RetentionInDays'],
  'AWS::MediaConnect::Flow': ['Source', 'SourceFailoverConfig', 'Maintenance', 'SourceMonitoringConfig'],
  'AWS::MediaConnect::FlowSource': ['Protocol', 'IngestPort', 'MinLatency', 'WhitelistCidr', 'Decryption'],
  'AWS::MediaLive::InputSecurityGroup': ['WhitelistRules'],
  'AWS::MediaPackage::OriginEndpoint': ['Origination', 'Whitelist', 'Authorization'],
  'AWS::S3::Bucket': [
    'PublicAccessBlockConfiguration',
    'BucketEncryption',
    'VersioningConfiguration',
    'LifecycleConfiguration',
  ],
  'AWS::S3::BucketPolicy': ['PolicyDocument'],
  'AWS::Scheduler::Schedule': ['ScheduleExpression', 'State'],
  'AWS::SecretsManager::Secret': ['GenerateSecretString'],
  'AWS::SNS::TopicPolicy': ['PolicyDocument'],
  'AWS::SQS::Queue': ['MessageRetentionPeriod', 'SqsManagedSseEnabled'],
  'AWS::SQS::QueuePolicy': ['PolicyDocument'],
  'AWS::StepFunctions::StateMachine': [
    'StateMachineType',
    'LoggingConfiguration',
    'EncryptionConfiguration',
    'TracingConfiguration',
  ],
};

/** Describes a resource in a few lines: type, logical id, deletion policy, and its security and cost properties. */
export function describeResource(id: string, resource: TemplateResource, resolve: (value: unknown) => unknown): string {
  const { Type: type, Properties: properties = {}, DeletionPolicy: deletion } = resource;
  const head = `${type} ${id}${deletion === 'Retain' ? ' (kept)' : ''}`;
  const lines = (DECISIVE[type] ?? [])
    .filter((property) => properties[property] !== undefined)
    .flatMap((property) => describeProperty(property, resolve(properties[property])));
  const variables = (properties.Environment as { Variables?: object } | undefined)?.Variables;
  if (variables) lines.push(`Environment: ${Object.keys(variables).sort().join(' ')}`);
  return [head, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** Returns one line per statement of a policy, and one line for any other property. */
function describeProperty(property: string, value: unknown): string[] {
  const { Statement: statements } = value as { Statement?: object[] };
  if (!Array.isArray(statements)) return [`${property}: ${JSON.stringify(value)}`];
  return statements.map((statement) => `${property}: ${JSON.stringify(statement)}`);
}
