import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { AddFlowSourcesCommand, CreateFlowCommand, StartFlowCommand } from '@aws-sdk/client-mediaconnect';
import { CreateInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import { CreateChannelCommand, CreateOriginEndpointCommand } from '@aws-sdk/client-mediapackage';
import { CreateBucketCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { HarvestOrder } from '../../infra/local/endpoints/media/harvester.ts';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import type { AwsClients } from '../../functions/aws/clients.ts';
import { FUNCTIONS, type FunctionName } from '../../infra/aws/functions.ts';
import { systemClock } from '../../infra/local/host/clock.ts';
import { toFunctionArn } from '../../infra/local/endpoints/lambda/registry.ts';
import { startLocalAws, type LocalAws } from '../../infra/local/endpoints/local-aws.ts';
import type { TopicMail } from '../../infra/local/endpoints/sns/create-sns.ts';
import { createIdleEngine } from '../../infra/local/engine/contract.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';
import { startFunction, type FunctionProcess } from './function-process.ts';
import type { PolicyStatement } from './iam-evaluate.ts';
import { madeUpSecret } from './made-up-secret.ts';
import type { RecordedCall } from './recorded-call.ts';
import { resolveIntrinsics } from './resolve-intrinsics.ts';
import type { StackId, Synthesized, TemplateResource } from './synthesized.ts';
import { makeUserPool } from './user-pool.ts';

/**
 * The synthesized templates deployed onto the local endpoints. The resources that the functions use are created with
 * the names and settings of the templates, and each function runs with its own environment. Other resources (users, log
 * groups, alarms) are assumed to exist.
 */
export interface LocalDeployment {
  aws: LocalAws;
  functions: Record<FunctionName, FunctionProcess>;
  /** What each function's role allows, with resolved values. */
  policies: Record<FunctionName, PolicyStatement[]>;
  /** The environment variables of each function. */
  environments: Record<FunctionName, Record<string, string>>;
  /** ARNs that the calls do not contain. */
  arns: { table: string; historyKey: string; packageChannel: string };
  /** Returns an access token of a user in the pool's group, like the dashboard's. */
  tokenFor(group: string): string;
  /** What SNS sent by e-mail, in order. */
  topicMails: readonly TopicMail[];
  /** All calls so far, in order. */
  calls: readonly RecordedCall[];
  close(): Promise<void>;
}

type Attributes = Record<string, string>;

/** A resource and its place in the templates. */
interface Placed extends TemplateResource {
  logicalId: string;
  stackId: StackId;
  stackName: string;
}

const USER_POOL_ID = `${LOCAL_REGION}_Test00001`;

const arn = (service: string, resource: string) => `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${resource}`;

/** Creates a resource of each type from resolved properties. `Ref` is the value of CloudFormation's Ref. */
const MAKERS: Record<string, (clients: AwsClients, properties: any, resource: Placed) => Promise<Attributes>> = {
  async 'AWS::DynamoDB::GlobalTable'(
    { table },
    { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes },
  ) {
    const definition = { TableName, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes };
    await table.send(new CreateTableCommand({ ...definition, BillingMode: 'PAY_PER_REQUEST' }));
    return { Ref: TableName, Arn: arn('dynamodb', `table/${TableName}`) };
  },
  async 'AWS::KMS::Key'({ kms }) {
    const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({}));
    return { Ref: key!.KeyId!, Arn: key!.Arn! };
  },
  async 'AWS::S3::Bucket'({ s3 }, _properties, { stackName, logicalId }) {
    const Bucket = `${stackName}-${logicalId}`.toLowerCase();
    await s3.send(new CreateBucketCommand({ Bucket }));
    return { Ref: Bucket, Arn: `arn:aws:s3:::${Bucket}` };
  },
  async 'AWS::MediaConnect::Flow'({ mediaConnect }, { Name, Source, SourceFailoverConfig }) {
    const { Flow: flow } = await mediaConnect.send(new CreateFlowCommand({ Name, Source, SourceFailoverConfig }));
    await mediaConnect.send(new StartFlowCommand({ FlowArn: flow!.FlowArn }));
    return { Ref: flow!.FlowArn!, FlowArn: flow!.FlowArn!, EgressIp: flow!.EgressIp ?? '198.51.100.1' };
  },
  async 'AWS::MediaConnect::FlowSource'({ mediaConnect }, { FlowArn, ...source }) {
    const { Sources: added } = await mediaConnect.send(new AddFlowSourcesCommand({ FlowArn, Sources: [source] }));
    const { SourceArn } = added!.find(({ Name }) => Name === source.Name)!;
    return { Ref: SourceArn!, SourceArn: SourceArn! };
  },
  async 'AWS::MediaLive::InputSecurityGroup'({ mediaLive }) {
    // The flow's address before its last restart, so that the workflow has to follow it.
    const rules = [{ Cidr: '198.51.100.9/32' }];
    const made = await mediaLive.send(new CreateInputSecurityGroupCommand({ WhitelistRules: rules }));
    return { Ref: made.SecurityGroup!.Id!, Arn: made.SecurityGroup!.Arn! };
  },
  async 'AWS::MediaPackage::Channel'({ mediaPackage }, { Id }) {
    const channel = await mediaPackage.send(new CreateChannelCommand({ Id }));
    return { Ref: Id, Arn: channel.Arn! };
  },
  async 'AWS::MediaPackage::OriginEndpoint'(
    { mediaPackage },
    { Id, ChannelId, Authorization, StartoverWindowSeconds },
  ) {
    const settings = { SegmentDurationSeconds: 2, PlaylistWindowSeconds: 60 };
    const request = {
      Id,
      ChannelId,
      Authorization,
      StartoverWindowSeconds,
      ManifestName: 'index',
      HlsPackage: settings,
    };
    const endpoint = await mediaPackage.send(new CreateOriginEndpointCommand(request));
    return { Ref: Id, Arn: endpoint.Arn!, Url: endpoint.Url! };
  },
  async 'AWS::SNS::Topic'({ sns }, { TopicName, DisplayName, KmsMasterKeyId }) {
    const Attributes = { DisplayName, KmsMasterKeyId };
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: TopicName, Attributes }));
    return { Ref: TopicArn!, TopicArn: TopicArn! };
  },
  async 'AWS::StepFunctions::StateMachine'({ sfn }, { StateMachineName, DefinitionString, DefinitionSubstitutions }) {
    const definition = Object.entries<string>(DefinitionSubstitutions ?? {}).reduce(
      (text, [name, value]) => text.replaceAll(`\${${name}}`, value),
      DefinitionString as string,
    );
    const roleArn = `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/state-machine`;
    await sfn.send(new CreateStateMachineCommand({ name: StateMachineName, definition, roleArn }));
    return {
      Ref: arn('states', `stateMachine:${StateMachineName}`),
      Arn: arn('states', `stateMachine:${StateMachineName}`),
    };
  },
  'AWS::CloudFront::Distribution': async (_clients, _properties, { logicalId }) => ({
    Ref: logicalId,
    DomainName: 'd111111abcdef8.cloudfront.net',
  }),
  'AWS::Cognito::UserPool': async () => ({
    Ref: USER_POOL_ID,
    Arn: arn('cognito-idp', `userpool/${USER_POOL_ID}`),
  }),
  'AWS::Cognito::UserPoolClient': async (_clients, _properties, { logicalId }) => ({ Ref: logicalId.toLowerCase() }),
  'AWS::Cognito::UserPoolDomain': async (_clients, { Domain }) => ({ Ref: Domain }),
  'AWS::Lambda::Function': async (_clients, { FunctionName }, { logicalId }) => ({
    Ref: FunctionName ?? logicalId,
    Arn: toFunctionArn(FunctionName ?? logicalId),
  }),
  'AWS::SecretsManager::Secret': async (_clients, { Name }, { logicalId }) => {
    const secretArn = arn('secretsmanager', `secret:${Name ?? logicalId}`);
    return { Ref: secretArn, Id: secretArn };
  },
  'AWS::IAM::Role': async (_clients, _properties, { logicalId }) => ({
    Ref: logicalId,
    Arn: `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/${logicalId}`,
  }),
};

/** An empty picture from the source. */
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xd9]);

/** Writes what a harvest job writes. */
async function putRecording(s3: S3Client, { bucket, manifestKey }: HarvestOrder): Promise<void> {
  const folder = manifestKey.replace('index.m3u8', '');
  const files = {
    'index.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex_1.m3u8\n',
    'index_1.m3u8': '#EXTM3U\n#EXTINF:2.000,\nindex_1_0.ts\n#EXT-X-ENDLIST\n',
    'index_1_0.ts': 'picture',
  };
  for (const [name, Body] of Object.entries(files)) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: folder + name, Body }));
  }
}

/** Deploys the templates. Close the deployment after the test. */
export async function deployLocally(synthesized: Synthesized): Promise<LocalDeployment> {
  const topicMails: TopicMail[] = [];
  const aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: systemClock,
    engine: { ...createIdleEngine(), fetchSourcePicture: async () => ({ jpeg: JPEG, takenAtMs: Date.now() }) },
    profile: 'instant',
    harvester: { harvest: (order) => putRecording(aws.clients.s3, order) },
    hooks: { resolveSecret: madeUpSecret },
    mailbox: (mail) => void topicMails.push(mail),
  });
  const calls: RecordedCall[] = [];
  const pool = makeUserPool(USER_POOL_ID);
  const functions: Partial<Record<FunctionName, FunctionProcess>> = {};
  const close = async () => {
    await Promise.all(Object.values(functions).map((each) => each.close()));
    await aws.close();
  };
  try {
    const resolve = await makeResources(aws.clients, synthesized);
    const { policies, environments } = describeFunctions(synthesized, resolve);
    const common = await commonEnvironment(aws);
    await Promise.all(
      namesOf(FUNCTIONS).map(async (name) => {
        functions[name] = await startFunction({
          name,
          entry: FUNCTIONS[name].entry,
          environment: { ...common, ...environments[name] },
          jwks: pool.jwks,
          onCall: (call) => void calls.push(call),
        });
      }),
    );
    const started = functions as Record<FunctionName, FunctionProcess>;
    aws.lambda.register(String(functionResource(synthesized, 'workflow').Properties['FunctionName']), (event) =>
      started.workflow.invoke(event),
    );
    const clientId = environments.api['DASHBOARD_CLIENT_ID']!;
    const tokenFor = (group: string) => pool.signAccessToken({ clientId, group });
    return {
      aws,
      functions: started,
      policies,
      environments,
      tokenFor,
      arns: arnsOf(synthesized, resolve),
      topicMails,
      calls,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Resolve = (value: unknown, resource: Placed) => any;

function resourcesOf({ stacks, resources }: Synthesized, type: string): Placed[] {
  return namesOf(stacks).flatMap((stackId) =>
    Object.entries(resources(type, stackId)).map(([logicalId, resource]) => ({
      ...resource,
      logicalId,
      stackId,
      stackName: stacks[stackId].stackName,
    })),
  );
}

/** Creates the resources that the functions use. References to any other resource resolve to a made-up name. */
async function makeResources(clients: AwsClients, synthesized: Synthesized): Promise<Resolve> {
  const made = new Map<string, Attributes>();
  const attributeOf = (stackName: string, logicalId: string, attribute: string): string =>
    made.get(`${stackName}/${logicalId}`)?.[attribute] ?? `${logicalId}.${attribute}`;
  const resolve: Resolve = (value, { stackName }) => resolveIntrinsics(value, stackName, synthesized, attributeOf);
  // Secrets and roles come first, because other resources refer to them. State machines come last, because they refer
  // to a function.
  const orderOf = (type: string) => (/Secret|Role/.test(type) ? 0 : /StateMachine/.test(type) ? 2 : 1);
  const types = Object.keys(MAKERS).toSorted((one, other) => orderOf(one) - orderOf(other));
  for (const resource of types.flatMap((type) => resourcesOf(synthesized, type))) {
    const { stackName, logicalId, Type: type, Properties: properties = {} } = resource;
    made.set(`${stackName}/${logicalId}`, await MAKERS[type]!(clients, resolve(properties, resource), resource));
  }
  return resolve;
}

/** Returns the endpoint, Region and credentials that Lambda's runtime would set. */
async function commonEnvironment({ endpoint, clients }: LocalAws): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey } = await clients.sfn.config.credentials();
  return {
    AWS_REGION: LOCAL_REGION,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

function arnsOf(synthesized: Synthesized, resolve: Resolve): LocalDeployment['arns'] {
  const only = (type: string) => resourcesOf(synthesized, type)[0]!;
  const arnOf = (resource: Placed) => resolve({ 'Fn::GetAtt': [resource.logicalId, 'Arn'] }, resource);
  const machine = only('AWS::StepFunctions::StateMachine');
  return {
    table: arnOf(only('AWS::DynamoDB::GlobalTable')),
    historyKey: resolve(machine.Properties['EncryptionConfiguration'], machine).KmsKeyId,
    packageChannel: arnOf(only('AWS::MediaPackage::Channel')),
  };
}

function describeFunctions(synthesized: Synthesized, resolve: Resolve) {
  const policies = {} as Record<FunctionName, PolicyStatement[]>;
  const environments = {} as Record<FunctionName, Record<string, string>>;
  for (const name of namesOf(FUNCTIONS)) {
    const resource = functionResource(synthesized, name);
    environments[name] = resolve(resource.Properties['Environment'], resource)?.Variables ?? {};
    policies[name] = statementsOf(synthesized, resource, resolve);
  }
  return { policies, environments };
}

/** Returns the inline and attached statements of a function's role. */
function statementsOf(synthesized: Synthesized, resource: Placed, resolve: Resolve): PolicyStatement[] {
  const [roleId] = (resource.Properties['Role'] as { 'Fn::GetAtt': [string] })['Fn::GetAtt'];
  const { Properties: role } = synthesized.resources('AWS::IAM::Role', resource.stackId)[roleId]!;
  const inline = (role['Policies'] as { PolicyDocument: unknown }[] | undefined) ?? [];
  const attached = Object.values(synthesized.resources('AWS::IAM::Policy', resource.stackId))
    .filter(({ Properties: { Roles: roles } }) => JSON.stringify(roles).includes(`"${roleId}"`))
    .map(({ Properties: { PolicyDocument } }) => ({ PolicyDocument }));
  if (role['ManagedPolicyArns'])
    throw new Error(`the role of ${resource.logicalId} has managed policies, which this test cannot read`);
  return [...inline, ...attached].flatMap(
    ({ PolicyDocument: document }) => resolve(document, resource).Statement as PolicyStatement[],
  );
}

function functionResource(synthesized: Synthesized, name: FunctionName): Placed {
  const functions = resourcesOf(synthesized, 'AWS::Lambda::Function');
  const found = functions.find(({ Properties: { FunctionName } }) => String(FunctionName ?? '').endsWith(`-${name}`));
  if (!found) throw new Error(`no template has the function ${name}`);
  return found;
}

function namesOf<Key extends string>(record: Record<Key, unknown>): Key[] {
  return Object.keys(record) as Key[];
}
