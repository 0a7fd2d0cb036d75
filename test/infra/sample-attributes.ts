import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';
import type { TemplateResource } from './synthesized.ts';

/**
 * Returns made-up attributes of resources in AWS's format. Names come from the template if it has one, otherwise from
 * the logical id.
 */

const NAME_PROPERTIES = ['TableName', 'FunctionName', 'QueueName', 'LogGroupName', 'StateMachineName', 'Id', 'Name'];

/** Resource types whose `Ref` is their ARN. */
const ARN_IS_REF = ['AWS::SecretsManager::Secret', 'AWS::StepFunctions::StateMachine', 'AWS::SNS::Topic'];

const ARNS: Record<string, (name: string) => string> = {
  'AWS::DynamoDB::GlobalTable': (name) => regional('dynamodb', `table/${name}`),
  'AWS::IAM::Role': (name) => `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/${name}`,
  'AWS::KMS::Key': (name) => regional('kms', `key/${name}`),
  'AWS::Lambda::Function': (name) => regional('lambda', `function:${name}`),
  'AWS::Logs::LogGroup': (name) => regional('logs', `log-group:${name}:*`),
  'AWS::MediaConnect::Flow': (name) => regional('mediaconnect', `flow:1-example:${name}`),
  'AWS::MediaLive::InputSecurityGroup': () => regional('medialive', 'inputSecurityGroup:4242'),
  'AWS::MediaPackage::Channel': (name) => regional('mediapackage', `channels/${name}`),
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name.toLowerCase()}`,
  'AWS::SecretsManager::Secret': (name) => regional('secretsmanager', `secret:${name}`),
  'AWS::StepFunctions::StateMachine': (name) => regional('states', `stateMachine:${name}`),
};

const IDS: Record<string, (name: string) => string> = {
  'AWS::Cognito::UserPool': (name) => `${LOCAL_REGION}_${name}`,
  'AWS::Cognito::UserPoolDomain': () => 'sluice-example',
};

const ATTRIBUTES: Record<string, string> = {
  DomainName: 'd111111abcdef8.cloudfront.net',
  EgressIp: '198.51.100.10',
  'Source.IngestIp': '198.51.100.10',
  Url: 'https://package.example/out/v1/0123/index.m3u8',
};

/** Returns a sample value of an attribute. @param attribute `Ref` for the id */
export function sampleAttribute(
  resources: Readonly<Record<string, TemplateResource>>,
  logicalId: string,
  attribute: string,
): string {
  const resource = resources[logicalId];
  if (!resource) throw new Error(`the template has no resource ${logicalId}`);
  const { Type: type, Properties: properties = {} } = resource;
  const given = NAME_PROPERTIES.map((property) => properties[property]).find((name) => typeof name === 'string');
  const name = (given as string | undefined) ?? logicalId;
  if (attribute === 'Ref' && !ARN_IS_REF.includes(type)) return IDS[type]?.(name) ?? name;
  if (attribute === 'Ref' || attribute.endsWith('Arn')) return sampleArn(type, name);
  return ATTRIBUTES[attribute] ?? `${logicalId}.${attribute}`;
}

/** Types without a known ARN format get the service name of their type, which is enough to distinguish them. */
function sampleArn(type: string, name: string): string {
  const [, service = ''] = type.split('::');
  return ARNS[type]?.(name) ?? regional(service.toLowerCase(), name);
}

function regional(service: string, rest: string): string {
  return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${rest}`;
}
