import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';
import type { PolicyQuestion } from './iam-evaluate.ts';
import type { RecordedCall } from './recorded-call.ts';

/**
 * Lists the permissions that IAM checks for a call: the actions, each with its resources, and the condition keys that
 * the service fills in. Most operations have an action of the same name. The exceptions, and calls that need several
 * permissions, follow the Service Authorization Reference.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */

/** Facts that the calls do not contain. */
export interface AccountFacts {
  /** `historyKey` encrypts the state machines' histories and the topic's messages. */
  arns: { table: string; historyKey: string; packageChannel: string };
  /** Tags of media resources by ARN, as created. */
  tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const arn = (service: string, resource: string) => `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:${resource}`;
const channelArn = (id: string) => arn('medialive', `channel:${id}`);
const inputArn = (id: string) => arn('medialive', `input:${id}`);
const groupArn = (id: string) => arn('medialive', `inputSecurityGroup:${id}`);

type Asked = Omit<PolicyQuestion, 'context'> & { context?: PolicyQuestion['context'] };
type Ask = (call: RecordedCall, facts: AccountFacts) => Asked[];

/** For actions without resource-level permissions. */
const anywhere =
  (action: string): Ask =>
  () => [{ action, resource: '*' }];

const table =
  (action: string): Ask =>
  ({ input }, { arns }) => {
    const index = input['IndexName'] as string | undefined;
    if (index !== undefined) return [{ action, resource: `${arns.table}/index/${index}` }];
    return [{ action, resource: arns.table, context: { 'dynamodb:LeadingKeys': [partitionOf(input)] } }];
  };

function partitionOf({ Key, Item, ExpressionAttributeValues }: RecordedCall['input']): string {
  const partition = Key?.pk ?? Item?.pk ?? ExpressionAttributeValues?.[':pk'];
  if (typeof partition !== 'string') throw new Error('a call to the table names no partition');
  return partition;
}

const key =
  (action: string): Ask =>
  ({ input }) => {
    const pairs = Object.entries<string>(input['EncryptionContext'] ?? {});
    const context = {
      'kms:EncryptionContextKeys': pairs.map(([name]) => name),
      ...Object.fromEntries(pairs.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
    };
    return [{ action, resource: input['KeyId'], context }];
  };

/** A service uses the key of histories and the topic on behalf of the caller. */
const operationsKey = (service: string, { arns }: AccountFacts, ...actions: string[]): Asked[] =>
  actions.map((action) => ({
    action,
    resource: arns.historyKey,
    context: { 'kms:ViaService': `${service}.${LOCAL_REGION}.amazonaws.com` },
  }));

const historyKey = (facts: AccountFacts, ...actions: string[]): Asked[] => operationsKey('states', facts, ...actions);

/** For SNS's actions on the topic. */
const topic =
  (action: string): Ask =>
  ({ input: { TopicArn } }) => [{ action, resource: TopicArn }];

const execution =
  (action: string): Ask =>
  ({ input }, facts) => [
    { action, resource: input['executionArn'] },
    // Metadata is not encrypted with the key.
    ...(input['includedData'] === 'METADATA_ONLY' ? [] : historyKey(facts, 'kms:Decrypt')),
  ];

/** For actions on an existing resource with tags. */
const tagged =
  (action: string, toArn: (input: RecordedCall['input']) => string): Ask =>
  ({ input }, { tags }) => {
    const resource = toArn(input);
    const pairs = Object.entries(tags.get(resource) ?? {});
    return [
      {
        action,
        resource,
        context: Object.fromEntries(pairs.map(([name, value]) => [`aws:ResourceTag/${name}`, value])),
      },
    ];
  };

const channel = (action: string) => tagged(action, ({ ChannelId }) => channelArn(ChannelId));
const input = (action: string) => tagged(action, ({ InputId }) => inputArn(InputId));
const group = (action: string) => tagged(action, ({ InputSecurityGroupId }) => groupArn(InputSecurityGroupId));
const flow = (action: string) => tagged(action, ({ FlowArn }) => FlowArn);

function requestTags(tags: Record<string, string> = {}): PolicyQuestion['context'] {
  const pairs = Object.entries(tags);
  return {
    'aws:TagKeys': pairs.map(([name]) => name),
    ...Object.fromEntries(pairs.map(([name, value]) => [`aws:RequestTag/${name}`, value])),
  };
}

const passRole = (roleArn: string, service = 'medialive'): Asked => ({
  action: 'iam:PassRole',
  resource: roleArn,
  context: { 'iam:PassedToService': `${service}.amazonaws.com` },
});

const userPool =
  (action: string): Ask =>
  ({ input: { UserPoolId } }) => [{ action, resource: arn('cognito-idp', `userpool/${UserPoolId}`) }];

/** A secret given by its name has an ARN that AWS ends with six characters. */
const secret =
  (action: string): Ask =>
  ({ input: { SecretId } }) => [
    { action, resource: SecretId.startsWith('arn:') ? SecretId : arn('secretsmanager', `secret:${SecretId}-a1b2c3`) },
  ];

/** Creating a resource with tags also needs the permission to tag. */
function makes(action: string, made: string, used: readonly string[], tags: Record<string, string>): Asked[] {
  const context = requestTags(tags);
  return [
    ...[made, ...used].map((resource) => ({ action, resource, context })),
    { action: 'medialive:CreateTags', resource: made, context },
  ];
}

const QUESTIONS: Record<RecordedCall['service'], Record<string, Ask>> = {
  table: {
    GetItem: table('dynamodb:GetItem'),
    PutItem: table('dynamodb:PutItem'),
    UpdateItem: table('dynamodb:UpdateItem'),
    DeleteItem: table('dynamodb:DeleteItem'),
    Query: table('dynamodb:Query'),
  },
  kms: { Encrypt: key('kms:Encrypt'), Decrypt: key('kms:Decrypt') },
  sfn: {
    // Step Functions authorizes an alias by its machine's ARN and passes the alias in a condition key.
    StartExecution: ({ input: { stateMachineArn } }, facts) => {
      const [qualifier] = /(?<=:stateMachine:[^:]+:).+$/.exec(stateMachineArn) ?? [];
      return [
        {
          action: 'states:StartExecution',
          resource: String(stateMachineArn).split(':').slice(0, 7).join(':'),
          context: qualifier === undefined ? {} : { 'states:StateMachineQualifier': qualifier },
        },
        ...historyKey(facts, 'kms:Decrypt', 'kms:GenerateDataKey'),
      ];
    },
    StopExecution: execution('states:StopExecution'),
    DescribeExecution: execution('states:DescribeExecution'),
  },
  s3: {
    PutObject: ({ input: { Bucket, Key } }) => [{ action: 's3:PutObject', resource: `arn:aws:s3:::${Bucket}/${Key}` }],
    GetObject: ({ input: { Bucket, Key } }) => [{ action: 's3:GetObject', resource: `arn:aws:s3:::${Bucket}/${Key}` }],
    DeleteObjects: ({ input: { Bucket, Delete } }) =>
      (Delete as { Objects: { Key: string }[] }).Objects.map(({ Key }) => ({
        action: 's3:DeleteObject',
        resource: `arn:aws:s3:::${Bucket}/${Key}`,
      })),
    ListObjectsV2: ({ input: { Bucket, Prefix } }) => [
      { action: 's3:ListBucket', resource: `arn:aws:s3:::${Bucket}`, context: { 's3:prefix': Prefix ?? '' } },
    ],
  },
  secretsManager: {
    GetSecretValue: secret('secretsmanager:GetSecretValue'),
    DescribeSecret: secret('secretsmanager:DescribeSecret'),
    PutSecretValue: secret('secretsmanager:PutSecretValue'),
    DeleteSecret: secret('secretsmanager:DeleteSecret'),
    ListSecrets: anywhere('secretsmanager:ListSecrets'),
    CreateSecret: ({ input: { Name, Tags } }) => {
      const pairs = (Tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]);
      const asked = {
        resource: arn('secretsmanager', `secret:${Name}-a1b2c3`),
        context: requestTags(Object.fromEntries(pairs)),
      };
      return ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'].map((action) => ({ action, ...asked }));
    },
  },
  // Unsubscribe and the other actions on subscriptions have no resource-level permissions.
  sns: {
    ListSubscriptionsByTopic: topic('sns:ListSubscriptionsByTopic'),
    Publish: (call, facts) => [
      ...topic('sns:Publish')(call, facts),
      ...operationsKey('sns', facts, 'kms:Decrypt', 'kms:GenerateDataKey'),
    ],
    Subscribe: topic('sns:Subscribe'),
    Unsubscribe: anywhere('sns:Unsubscribe'),
  },
  cognito: {
    ListUsers: userPool('cognito-idp:ListUsers'),
    ListUsersInGroup: userPool('cognito-idp:ListUsersInGroup'),
  },
  cloudWatch: { GetMetricData: anywhere('cloudwatch:GetMetricData') },
  cloudWatchLogs: {
    GetLogEvents: ({ input: { logGroupName, logStreamName } }) => [
      { action: 'logs:GetLogEvents', resource: arn('logs', `log-group:${logGroupName}:log-stream:${logStreamName}`) },
    ],
  },
  mediaConnect: {
    DescribeFlow: flow('mediaconnect:DescribeFlow'),
    DescribeFlowSourceMetadata: flow('mediaconnect:DescribeFlowSourceMetadata'),
    DescribeFlowSourceThumbnail: flow('mediaconnect:DescribeFlowSourceThumbnail'),
    StartFlow: flow('mediaconnect:StartFlow'),
    StopFlow: flow('mediaconnect:StopFlow'),
    UpdateFlow: flow('mediaconnect:UpdateFlow'),
    AddFlowOutputs: ({ input: { FlowArn, Outputs }, output }) => [
      ...[FlowArn, ...(output?.['Outputs'] ?? []).map(({ OutputArn }: { OutputArn: string }) => OutputArn)].map(
        (resource) => ({ action: 'mediaconnect:AddFlowOutputs', resource }),
      ),
      ...(Outputs as { Encryption?: { RoleArn: string } }[]).flatMap(({ Encryption }) =>
        Encryption ? [passRole(Encryption.RoleArn, 'mediaconnect')] : [],
      ),
    ],
    RemoveFlowOutput: ({ input: { FlowArn, OutputArn } }) =>
      [FlowArn, OutputArn].map((resource) => ({ action: 'mediaconnect:RemoveFlowOutput', resource })),
  },
  mediaLive: {
    ListChannels: anywhere('medialive:ListChannels'),
    ListInputs: anywhere('medialive:ListInputs'),
    ListAlerts: anywhere('medialive:ListAlerts'),
    CreateInput: ({ input: { InputSecurityGroups = [], Tags }, output }) =>
      makes('medialive:CreateInput', output?.['Input'].Arn ?? inputArn('new'), InputSecurityGroups.map(groupArn), Tags),
    CreateChannel: ({ input: { InputAttachments = [], RoleArn, Tags }, output }) => [
      ...makes(
        'medialive:CreateChannel',
        output?.['Channel'].Arn ?? channelArn('new'),
        InputAttachments.map(({ InputId }: { InputId: string }) => inputArn(InputId)),
        Tags,
      ),
      passRole(RoleArn),
    ],
    UpdateChannel: (call, facts) => [
      ...channel('medialive:UpdateChannel')(call, facts),
      passRole(call.input['RoleArn']),
    ],
    UpdateChannelClass: channel('medialive:UpdateChannelClass'),
    DescribeChannel: channel('medialive:DescribeChannel'),
    BatchUpdateSchedule: channel('medialive:BatchUpdateSchedule'),
    DescribeSchedule: channel('medialive:DescribeSchedule'),
    StartChannel: channel('medialive:StartChannel'),
    StopChannel: channel('medialive:StopChannel'),
    DeleteChannel: channel('medialive:DeleteChannel'),
    DescribeInput: input('medialive:DescribeInput'),
    DeleteInput: input('medialive:DeleteInput'),
    DescribeInputSecurityGroup: group('medialive:DescribeInputSecurityGroup'),
    UpdateInputSecurityGroup: group('medialive:UpdateInputSecurityGroup'),
  },
  mediaPackage: {
    DescribeChannel: (_, { arns }) => [{ action: 'mediapackage:DescribeChannel', resource: arns.packageChannel }],
    ListOriginEndpoints: anywhere('mediapackage:ListOriginEndpoints'),
    DescribeHarvestJob: anywhere('mediapackage:DescribeHarvestJob'),
    CreateHarvestJob: ({ input: { S3Destination } }) => [
      { action: 'mediapackage:CreateHarvestJob', resource: '*' },
      passRole((S3Destination as { RoleArn: string }).RoleArn, 'mediapackage'),
    ],
  },
};

/**
 * Returns the permissions that a call needs. @throws {Error} for an unmapped operation, which would otherwise go
 * unchecked
 */
export function questionsOf(call: RecordedCall, facts: AccountFacts): PolicyQuestion[] {
  const ask = QUESTIONS[call.service][call.operation];
  if (!ask) throw new Error(`no IAM mapping for ${call.service} ${call.operation}: add it to iam-questions.ts`);
  return ask(call, facts).map((asked) => ({ context: {}, ...asked }));
}

/** Collects the tags of resources by ARN, from creation, list and describe answers. */
export function collectTags(calls: readonly RecordedCall[]): Map<string, Record<string, string>> {
  const tags = new Map<string, Record<string, string>>();
  for (const { output } of calls) {
    const { Channel: made, Input: madeInput, Channels: channels = [], Inputs: inputs = [] } = output ?? {};
    for (const each of [output, made, madeInput, ...channels, ...inputs]) {
      if (each?.Arn && each.Tags) tags.set(each.Arn, each.Tags);
    }
  }
  return tags;
}
