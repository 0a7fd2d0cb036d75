import { MAINTENANCE_DAYS } from '../../functions/domain/maintenance.ts';
import * as z from 'zod';
import type { RecordedCall } from './recorded-call.ts';

/**
 * Validates the functions' requests against AWS's API references: required members, ranges, lengths and name formats.
 * Unlisted members are refused, so look a new one up first. The local endpoints check MediaLive's nested settings
 * against the SDK's types; this checks only their ranges.
 */

const text = (max: number, pattern = /^/) => z.string().min(1).max(max).regex(pattern);
const bytes = (max: number) => z.array(z.number()).min(1).max(max);

const TableName = text(255, /^[a-zA-Z0-9_.-]{3,}$/);
/** DynamoDB's limits for partition and sort keys. */
const Key = z.strictObject({ pk: text(2048), sk: text(1024) });
const Expression = text(4096);
const TopicArn = text(2048, /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/);
const expressions = {
  ConditionExpression: Expression.optional(),
  ExpressionAttributeNames: z.record(text(255, /^#\w+$/), text(65_535)).optional(),
  ExpressionAttributeValues: z.record(text(255, /^:\w+$/), z.unknown()).optional(),
};
/** DynamoDB refuses items above 400 KB. */
const Item = z.looseObject(Key.shape).refine((item) => JSON.stringify(item).length < 400_000, 'larger than 400 KB');
const ReturnValues = z.enum(['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']).optional();

const KeyId = text(2048);
const UserPoolId = text(55, /^[\w-]+_[0-9a-zA-Z]+$/);
const EncryptionContext = z.record(text(8192), text(8192));

const ExecutionArn = text(256, /^arn:[\w-]+:states:[\w-]+:\d{12}:execution:[^:]+:[^:]+$/);
/** CloudWatch cannot log executions with longer names or other characters. */
const ExecutionName = text(80, /^[0-9A-Za-z_-]+$/);
const MachineArn = text(
  256,
  /^arn:[\w-]+:states:[\w-]+:\d{12}:stateMachine:[0-9A-Za-z_-]{1,80}(:[0-9A-Za-z_.-]{1,80})?$/,
);

const Bucket = text(63, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const ObjectKey = text(1024);

/** 1, 5, 10, 20, 30 or a multiple of 60 seconds. */
const Period = z
  .int()
  .refine((seconds) => [1, 5, 10, 20, 30].includes(seconds) || seconds % 60 === 0, 'not a CloudWatch period');
const MetricQuery = z.strictObject({
  Id: text(255, /^[a-z]\w*$/),
  MetricStat: z.strictObject({
    Metric: z.strictObject({
      Namespace: text(255, /^[^:]/),
      MetricName: text(255),
      Dimensions: z.array(z.strictObject({ Name: text(255), Value: text(1024) })).max(30),
    }),
    Period,
    Stat: z.string().regex(/^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?)$/),
  }),
});

const FlowArn = text(2048, /^arn:[\w-]+:mediaconnect:[\w-]+:\d{12}:flow:[^:]+:[^:]+$/);
const OutputArn = text(2048, /^arn:[\w-]+:mediaconnect:[\w-]+:\d{12}:output:[^:]+:[^:]+$/);
const Port = z.int().min(0).max(65_535);
const output = { Name: text(255, /^[\w-]+$/), Destination: z.ipv4(), Port };
/** Secrets Manager ends an ARN with a hyphen and six characters, so a name must not end like that. */
const SecretName = text(512, /^[\w/+=.@-]+$/).refine((name) => !/-.{6}$/.test(name), 'ends like an ARN');
const Id = text(100, /^\d+$/);
const MediaName = text(256);
const RequestId = text(64);
const Tags = z
  .record(text(128, /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u), text(256, /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u))
  .refine((tags) => Object.keys(tags).length <= 50, 'more than 50 tags');
const Paging = { MaxResults: z.int().min(1).max(1000).optional(), NextToken: z.string().optional() };
const Layer = z.int().min(0).max(7);
const OutputNames = z.array(text(255)).min(1);
const ChannelSettings = {
  Name: MediaName,
  RoleArn: text(2048, /^arn:[\w-]+:iam::\d{12}:role\/.+$/),
  Maintenance: z
    .strictObject({ MaintenanceDay: z.enum(MAINTENANCE_DAYS), MaintenanceStartTime: z.string().regex(/^\d\d:00$/) })
    .optional(),
  LogLevel: z.enum(['ERROR', 'WARNING', 'INFO', 'DEBUG', 'DISABLED']).optional(),
  InputSpecification: z.strictObject({
    Codec: z.enum(['MPEG2', 'AVC', 'HEVC']),
    Resolution: z.enum(['SD', 'HD', 'UHD']),
    MaximumBitrate: z.enum(['MAX_10_MBPS', 'MAX_20_MBPS', 'MAX_50_MBPS']),
  }),
  InputAttachments: z.array(z.looseObject({ InputId: Id, InputAttachmentName: text(255) })).length(1),
  Destinations: z.array(z.looseObject({ Id: text(255, /^[\w-]+$/) })).min(1),
  EncoderSettings: z.looseObject({}).superRefine((settings, context) => {
    for (const message of checkRanges(settings)) context.addIssue({ code: 'custom', message });
  }),
};

/** A destination of a channel with this many pipelines, each of which has its settings; into MediaPackage they share one. */
const destinationOf = (pipelines: number) =>
  z.looseObject({ Id: text(255, /^[\w-]+$/), Settings: z.array(z.looseObject({})).length(pipelines).optional() });

const OF_CLASS = {
  single: { ChannelClass: z.literal('SINGLE_PIPELINE'), Destinations: z.array(destinationOf(1)).min(1) },
  standard: { ChannelClass: z.literal('STANDARD'), Destinations: z.array(destinationOf(2)).min(1) },
};

const RULES: Record<RecordedCall['service'], Record<string, z.ZodType>> = {
  table: {
    GetItem: z.strictObject({ TableName, Key, ConsistentRead: z.boolean().optional() }),
    // PutItem and DeleteItem return the former item only.
    PutItem: z.strictObject({ TableName, Item, ReturnValues: z.enum(['NONE', 'ALL_OLD']).optional(), ...expressions }),
    UpdateItem: z.strictObject({ TableName, Key, UpdateExpression: Expression, ReturnValues, ...expressions }),
    DeleteItem: z.strictObject({ TableName, Key, ReturnValues, ...expressions }),
    Query: z.strictObject({
      TableName,
      IndexName: text(255, /^[a-zA-Z0-9_.-]{3,}$/).optional(),
      KeyConditionExpression: Expression,
      FilterExpression: Expression.optional(),
      ConsistentRead: z.boolean().optional(),
      ScanIndexForward: z.boolean().optional(),
      Limit: z.int().min(1).optional(),
      ExclusiveStartKey: z.looseObject(Key.shape).optional(),
      ...expressions,
    }),
  },
  kms: {
    Encrypt: z.strictObject({ KeyId, Plaintext: bytes(4096), EncryptionContext }),
    Decrypt: z.strictObject({ KeyId, CiphertextBlob: bytes(6144), EncryptionContext }),
  },
  sfn: {
    StartExecution: z.strictObject({ stateMachineArn: MachineArn, name: ExecutionName, input: text(262_144) }),
    StopExecution: z.strictObject({ executionArn: ExecutionArn, cause: z.string().max(32_768).optional() }),
    DescribeExecution: z.strictObject({
      executionArn: ExecutionArn,
      includedData: z.enum(['ALL_DATA', 'METADATA_ONLY']).optional(),
    }),
  },
  sns: {
    ListSubscriptionsByTopic: z.strictObject({ TopicArn, NextToken: z.string().optional() }),
    // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
    Publish: z.strictObject({
      TopicArn,
      Subject: text(99, /^[!-~][ -~]*$/),
      Message: text(262_144),
      MessageAttributes: z.record(
        z.string().regex(/^[\w-]+$/),
        z.strictObject({ DataType: z.literal('String'), StringValue: text(256) }),
      ),
    }),
    Subscribe: z.strictObject({
      TopicArn,
      Protocol: z.literal('email'),
      Endpoint: text(254, /^[^\s@]+@[^\s@]+$/),
      Attributes: z.strictObject({
        FilterPolicy: text(1024, /^\{"target":\["[0-9a-f]{32}"\]\}$/),
        FilterPolicyScope: z.literal('MessageAttributes'),
      }),
    }),
    Unsubscribe: z.strictObject({ SubscriptionArn: text(2048, /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+:[\w-]+$/) }),
  },
  s3: {
    PutObject: z.strictObject({
      Bucket,
      Key: ObjectKey,
      Body: z.union([z.string(), bytes(5_000_000)]),
      ContentType: text(255),
    }),
    GetObject: z.strictObject({ Bucket, Key: ObjectKey }),
    DeleteObjects: z.strictObject({
      Bucket,
      Delete: z.strictObject({
        Objects: z
          .array(z.strictObject({ Key: ObjectKey }))
          .min(1)
          .max(1000),
        Quiet: z.boolean(),
      }),
    }),
    ListObjectsV2: z.strictObject({
      Bucket,
      Prefix: z.string().max(1024).optional(),
      StartAfter: z.string().max(1024).optional(),
      ContinuationToken: z.string().optional(),
    }),
  },
  // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
  cognito: {
    ListUsers: z.strictObject({ UserPoolId, Limit: z.int().min(1).max(60), PaginationToken: text(131_072).optional() }),
    ListUsersInGroup: z.strictObject({
      UserPoolId,
      GroupName: text(128),
      Limit: z.int().min(1).max(60),
      NextToken: text(131_072).optional(),
    }),
  },
  secretsManager: {
    GetSecretValue: z.strictObject({ SecretId: text(2048, /^arn:[\w-]+:secretsmanager:/) }),
    CreateSecret: z.strictObject({
      Name: SecretName,
      Description: text(2048),
      ClientRequestToken: text(64, /^.{32,}$/),
      SecretString: text(79, /^.{10,}$/),
      Tags: z.array(z.strictObject({ Key: text(128, /^(?!aws:)/), Value: z.string().max(256) })).max(50),
    }),
    PutSecretValue: z.strictObject({
      SecretId: text(2048),
      ClientRequestToken: text(64, /^.{32,}$/),
      SecretString: text(79, /^.{10,}$/),
    }),
    DescribeSecret: z.strictObject({ SecretId: text(2048) }),
    DeleteSecret: z.strictObject({ SecretId: text(2048), ForceDeleteWithoutRecovery: z.literal(true) }),
    ListSecrets: z.strictObject({
      Filters: z.array(z.strictObject({ Key: z.literal('name'), Values: z.array(text(512)).min(1).max(10) })),
      MaxResults: z.int().min(1).max(100).optional(),
      NextToken: z.string().optional(),
    }),
  },
  cloudWatch: {
    GetMetricData: z
      .strictObject({
        MetricDataQueries: z.array(MetricQuery).min(1).max(500),
        StartTime: z.iso.datetime(),
        EndTime: z.iso.datetime(),
        ScanBy: z.enum(['TimestampAscending', 'TimestampDescending']),
        NextToken: z.string().optional(),
      })
      .refine(({ StartTime, EndTime }) => StartTime < EndTime, 'the start time is after the end time')
      .refine(
        ({ MetricDataQueries: queries }) => new Set(queries.map((query) => query.Id)).size === queries.length,
        'repeated id',
      ),
  },
  cloudWatchLogs: {
    GetLogEvents: z.strictObject({
      logGroupName: text(512, /^[.\-_/#A-Za-z0-9]+$/),
      logStreamName: text(512, /^[^:*]+$/),
      limit: z.int().min(1).max(10_000),
      startFromHead: z.boolean(),
    }),
  },
  mediaConnect: {
    DescribeFlow: z.strictObject({ FlowArn }),
    DescribeFlowSourceMetadata: z.strictObject({ FlowArn }),
    DescribeFlowSourceThumbnail: z.strictObject({ FlowArn }),
    StartFlow: z.strictObject({ FlowArn }),
    StopFlow: z.strictObject({ FlowArn }),
    UpdateFlow: z.strictObject({
      FlowArn,
      SourceFailoverConfig: z.strictObject({
        State: z.literal('ENABLED'),
        FailoverMode: z.literal('FAILOVER'),
        SourcePriority: z.strictObject({ PrimarySource: z.string().min(1).optional() }),
      }),
    }),
    AddFlowOutputs: z.strictObject({
      FlowArn,
      Outputs: z
        .array(
          z.discriminatedUnion('Protocol', [
            z.strictObject({ ...output, Protocol: z.literal('rtp-fec'), SmoothingLatency: z.int().min(0) }),
            z.strictObject({
              ...output,
              Protocol: z.literal('srt-caller'),
              MinLatency: z.int().min(100).max(15_000),
              StreamId: text(512).optional(),
              Encryption: z
                .strictObject({
                  KeyType: z.literal('srt-password'),
                  SecretArn: text(2048, /^arn:[\w-]+:secretsmanager:/),
                  RoleArn: text(2048, /^arn:[\w-]+:iam::\d{12}:role\/.+$/),
                })
                .optional(),
            }),
          ]),
        )
        .min(1),
    }),
    RemoveFlowOutput: z.strictObject({ FlowArn, OutputArn }),
  },
  mediaLive: {
    ListChannels: z.strictObject(Paging),
    ListInputs: z.strictObject(Paging),
    ListAlerts: z.strictObject({ ChannelId: Id, StateFilter: z.enum(['SET', 'CLEARED']).optional(), ...Paging }),
    CreateInput: z.strictObject({
      Name: MediaName,
      Type: z.literal('RTP_PUSH'),
      InputSecurityGroups: z.array(Id).length(1),
      RequestId,
      Tags,
    }),
    DescribeInput: z.strictObject({ InputId: Id }),
    DeleteInput: z.strictObject({ InputId: Id }),
    // Without a class it would be STANDARD, at a higher price.
    CreateChannel: z.discriminatedUnion('ChannelClass', [
      z.strictObject({ ...ChannelSettings, ...OF_CLASS.single, RequestId, Tags }),
      z.strictObject({ ...ChannelSettings, ...OF_CLASS.standard, RequestId, Tags }),
    ]),
    UpdateChannelClass: z.discriminatedUnion('ChannelClass', [
      z.strictObject({ ...OF_CLASS.single, ChannelId: Id }),
      z.strictObject({ ...OF_CLASS.standard, ChannelId: Id }),
    ]),
    UpdateChannel: z.strictObject({ ...ChannelSettings, ChannelId: Id }),
    DescribeChannel: z.strictObject({ ChannelId: Id }),
    // https://docs.aws.amazon.com/medialive/latest/apireference/channels-channelid-schedule.html
    BatchUpdateSchedule: z.strictObject({
      ChannelId: Id,
      Creates: z.strictObject({
        ScheduleActions: z
          .array(
            z.strictObject({
              ActionName: text(255, /^[\w-]+$/),
              ScheduleActionSettings: z.union([
                z.strictObject({
                  StaticImageOutputActivateSettings: z.strictObject({
                    Image: z.strictObject({ Uri: text(2048, /^s3ssl:\/\/.+\.(png|bmp|tga)$/i) }),
                    Layer,
                    OutputNames,
                    Width: z.int().min(1).optional(),
                    Height: z.int().min(1).optional(),
                  }),
                }),
                z.strictObject({ StaticImageOutputDeactivateSettings: z.strictObject({ Layer, OutputNames }) }),
              ]),
              ScheduleActionStartSettings: z.strictObject({
                ImmediateModeScheduleActionStartSettings: z.strictObject({}),
              }),
            }),
          )
          .min(1),
      }),
    }),
    DescribeSchedule: z.strictObject({ ChannelId: Id, ...Paging }),
    StartChannel: z.strictObject({ ChannelId: Id }),
    StopChannel: z.strictObject({ ChannelId: Id }),
    DeleteChannel: z.strictObject({ ChannelId: Id }),
    DescribeInputSecurityGroup: z.strictObject({ InputSecurityGroupId: Id }),
    UpdateInputSecurityGroup: z.strictObject({
      InputSecurityGroupId: Id,
      WhitelistRules: z
        .array(z.strictObject({ Cidr: z.cidrv4() }))
        .min(1)
        .max(10),
    }),
  },
  mediaPackage: {
    DescribeChannel: z.strictObject({ Id: text(256, /^[\w-]+$/) }),
    ListOriginEndpoints: z.strictObject({ ChannelId: text(256, /^[\w-]+$/) }),
    DescribeHarvestJob: z.strictObject({ Id: text(256, /^[\w-]+$/) }),
    CreateHarvestJob: z.strictObject({
      Id: text(256, /^[\w-]+$/),
      OriginEndpointId: text(256, /^[\w-]+$/),
      StartTime: z.iso.datetime(),
      EndTime: z.iso.datetime(),
      S3Destination: z.strictObject({
        BucketName: Bucket,
        ManifestKey: ObjectKey,
        RoleArn: text(2048, /^arn:[\w-]+:iam::/),
      }),
    }),
  },
};

/** Ranges of MediaLive's encoder settings, at any depth. [medialive/latest/apireference/channels] */
const RANGES: Record<string, readonly [min: number, max: number]> = {
  Bitrate: [1000, 100_000_000],
  MaxBitrate: [1000, 100_000_000],
  BufSize: [0, 1_000_000_000],
  FramerateDenominator: [1, 100_000],
  FramerateNumerator: [1, 240_000],
  GopClosedCadence: [0, 1000],
  GopNumBFrames: [0, 7],
  GopSize: [0.01, 1000],
  Height: [64, 2160],
  Width: [64, 4096],
  MinIInterval: [0, 30],
  NumRefFrames: [1, 6],
  ParDenominator: [1, 1000],
  ParNumerator: [1, 1000],
  QvbrQualityLevel: [1, 10],
  SampleRate: [8000, 192_000],
  Sharpness: [0, 100],
  Slices: [1, 32],
  Softness: [0, 128],
  CacheLength: [30, 86_400],
  ConnectionRetryInterval: [1, 86_400],
  NumRetries: [0, 1_000_000],
  RestartDelay: [0, 86_400],
};

function checkRanges(value: unknown, name = ''): string[] {
  if (typeof value === 'number') {
    const [min, max] = RANGES[name] ?? [];
    if (min === undefined || max === undefined) return [`${name}: its range is not listed`];
    return value >= min && value <= max ? [] : [`${name} is ${value}, not between ${min} and ${max}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => checkRanges(inner, Array.isArray(value) ? name : key));
}

/** Returns the reasons why AWS would refuse a request, without its values; empty if the request is valid. */
export function checkRequest({
  service,
  operation,
  input,
}: Pick<RecordedCall, 'service' | 'operation' | 'input'>): string[] {
  const rule = RULES[service][operation];
  if (!rule) return [`no rule for ${service} ${operation}: add it to request-rules.ts`];
  const { error } = rule.safeParse(input);
  const issues = error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  return [...issues, ...(service === 'table' ? checkPlaceholders(input) : [])];
}

/** DynamoDB refuses undefined placeholders and unused definitions. */
function checkPlaceholders(input: RecordedCall['input']): string[] {
  const expression = Object.entries(input)
    .filter(([name]) => name.endsWith('Expression'))
    .map(([, value]) => String(value))
    .join(' ');
  const used = new Set(expression.match(/[#:]\w+/g));
  const defined = new Set(
    [input['ExpressionAttributeNames'], input['ExpressionAttributeValues']].flatMap((each) => Object.keys(each ?? {})),
  );
  return [
    ...[...used].filter((name) => !defined.has(name)).map((name) => `${name} is not defined`),
    ...[...defined].filter((name) => !used.has(name)).map((name) => `${name} is not used`),
  ];
}
