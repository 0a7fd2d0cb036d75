import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import * as cloudWatchLogs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as kms from '@aws-sdk/client-kms';
import * as lambda from '@aws-sdk/client-lambda';
import * as mediaConnect from '@aws-sdk/client-mediaconnect';
import * as mediaLive from '@aws-sdk/client-medialive';
import * as mediaPackage from '@aws-sdk/client-mediapackage';
import * as s3 from '@aws-sdk/client-s3';
import * as secretsManager from '@aws-sdk/client-secrets-manager';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as sts from '@aws-sdk/client-sts';
import { readDefinitions } from '../../../infra/local/endpoints/media/shapes/generate-shapes.ts';
import { errorsInPackage } from '../../faults/wire-models.ts';
import {
  leastInput,
  leastInputOfShape,
  optionalMembers,
  optionalMembersOfShape,
  type JsonShape,
  type KnownValues,
} from './least-input.ts';

/** The methods that all SDK clients share. */
export interface AnyClient {
  send(command: never): Promise<unknown>;
  destroy(): void;
}

/** One operation that can be called with the smallest input its client allows. */
export interface ServedOperation {
  name: string;
  isImplemented: boolean;
  /** Errors that the client declares for the operation. */
  declaredErrors: readonly string[];
  /** Optional members of its input, each with a value of its type. */
  optionalMembers: Record<string, unknown>;
  /** Calls the operation with the smallest input plus `more`. */
  call(client: AnyClient, known: KnownValues, more?: object): Promise<unknown>;
}

/** A service that the local AWS serves, with every operation of its SDK client. */
export interface ServedService {
  name: string;
  makeClient(configuration: object): AnyClient;
  operations: ServedOperation[];
}

interface Described {
  package: string;
  client: object;
  makeClient(configuration: object): AnyClient;
  /** Operations that the local endpoint implements, the only ones that may succeed. */
  implemented: readonly string[];
}

const DESCRIBED: Described[] = [
  {
    package: 'mediaconnect',
    client: mediaConnect,
    makeClient: (configuration) => new mediaConnect.MediaConnectClient(configuration),
    implemented: [
      'AddFlowOutputs',
      'AddFlowSources',
      'CreateFlow',
      'DeleteFlow',
      'DescribeFlow',
      'DescribeFlowSourceMetadata',
      'DescribeFlowSourceThumbnail',
      'ListFlows',
      'ListTagsForResource',
      'RemoveFlowOutput',
      'RemoveFlowSource',
      'StartFlow',
      'StopFlow',
      'TagResource',
      'UntagResource',
      'UpdateFlow',
      'UpdateFlowOutput',
      'UpdateFlowSource',
    ],
  },
  {
    package: 'medialive',
    client: mediaLive,
    makeClient: (configuration) => new mediaLive.MediaLiveClient(configuration),
    implemented: [
      'BatchDelete',
      'BatchStart',
      'BatchStop',
      'BatchUpdateSchedule',
      'CreateChannel',
      'CreateInput',
      'CreateInputSecurityGroup',
      'CreateTags',
      'DeleteChannel',
      'DeleteInput',
      'DeleteInputSecurityGroup',
      'DeleteSchedule',
      'DeleteTags',
      'DescribeChannel',
      'DescribeInput',
      'DescribeInputSecurityGroup',
      'DescribeSchedule',
      'ListAlerts',
      'ListChannels',
      'ListInputSecurityGroups',
      'ListInputs',
      'ListTagsForResource',
      'StartChannel',
      'StopChannel',
      'UpdateChannel',
      'UpdateChannelClass',
      'UpdateInputSecurityGroup',
    ],
  },
  {
    package: 'mediapackage',
    client: mediaPackage,
    makeClient: (configuration) => new mediaPackage.MediaPackageClient(configuration),
    implemented: [
      'CreateChannel',
      'CreateHarvestJob',
      'CreateOriginEndpoint',
      'DeleteChannel',
      'DeleteOriginEndpoint',
      'DescribeChannel',
      'DescribeHarvestJob',
      'DescribeOriginEndpoint',
      'ListChannels',
      'ListHarvestJobs',
      'ListOriginEndpoints',
    ],
  },
  {
    package: 'dynamodb',
    client: dynamodb,
    makeClient: (configuration) => new dynamodb.DynamoDBClient(configuration),
    implemented: [
      'BatchGetItem',
      'BatchWriteItem',
      'CreateTable',
      'DeleteItem',
      'DeleteTable',
      'DescribeTable',
      'DescribeTimeToLive',
      'GetItem',
      'ListTables',
      'ListTagsOfResource',
      'PutItem',
      'Query',
      'Scan',
      'TagResource',
      'UntagResource',
      'UpdateItem',
      'UpdateTable',
    ],
  },
  {
    package: 'kms',
    client: kms,
    makeClient: (configuration) => new kms.KMSClient(configuration),
    implemented: [
      'CancelKeyDeletion',
      'CreateAlias',
      'CreateKey',
      'Decrypt',
      'DescribeKey',
      'DisableKey',
      'DisableKeyRotation',
      'EnableKey',
      'EnableKeyRotation',
      'Encrypt',
      'GenerateDataKey',
      'GenerateDataKeyWithoutPlaintext',
      'GenerateRandom',
      'GetKeyRotationStatus',
      'ListAliases',
      'ListKeys',
      'ReEncrypt',
      'RotateKeyOnDemand',
      'ScheduleKeyDeletion',
    ],
  },
  {
    package: 'sfn',
    client: sfn,
    makeClient: (configuration) => new sfn.SFNClient(configuration),
    implemented: [
      'CreateStateMachine',
      'DescribeExecution',
      'DescribeStateMachine',
      'GetExecutionHistory',
      'ListExecutions',
      'ListStateMachines',
      'StartExecution',
      'StopExecution',
      'UpdateStateMachine',
    ],
  },
  {
    package: 's3',
    client: s3,
    makeClient: (configuration) => new s3.S3Client({ ...configuration, forcePathStyle: true }),
    implemented: [
      'CreateBucket',
      'DeleteObject',
      'DeleteObjects',
      'GetBucketLocation',
      'GetObject',
      'HeadBucket',
      'HeadObject',
      'ListBuckets',
      'ListObjects',
      'ListObjectsV2',
      'PutObject',
    ],
  },
  {
    package: 'cloudwatch',
    client: cloudWatch,
    makeClient: (configuration) => new cloudWatch.CloudWatchClient(configuration),
    implemented: ['GetMetricData', 'ListMetrics'],
  },
  {
    package: 'cloudwatch-logs',
    client: cloudWatchLogs,
    makeClient: (configuration) => new cloudWatchLogs.CloudWatchLogsClient(configuration),
    implemented: ['GetLogEvents'],
  },
  {
    package: 'lambda',
    client: lambda,
    makeClient: (configuration) => new lambda.LambdaClient(configuration),
    implemented: ['Invoke'],
  },
  {
    package: 'secrets-manager',
    client: secretsManager,
    makeClient: (configuration) => new secretsManager.SecretsManagerClient(configuration),
    implemented: ['CreateSecret', 'DeleteSecret', 'DescribeSecret', 'ListSecrets', 'PutSecretValue'],
  },
  {
    package: 'sns',
    client: sns,
    makeClient: (configuration) => new sns.SNSClient(configuration),
    implemented: [
      'ConfirmSubscription',
      'CreateTopic',
      'ListSubscriptionsByTopic',
      'Publish',
      'Subscribe',
      'Unsubscribe',
    ],
  },
  {
    package: 'sts',
    client: sts,
    makeClient: (configuration) => new sts.STSClient(configuration),
    implemented: ['GetCallerIdentity'],
  },
];

type Command = new (input: object) => never;
type OperationSchema = [9, string, string, unknown, Parameters<typeof leastInput>[0], unknown];

/** Describes every service with every operation of its client. Reading MediaConnect's declarations takes seconds. */
export function servedServices(): ServedService[] {
  return DESCRIBED.map(({ package: name, client, makeClient, implemented }) => {
    const commands = Object.entries(client).filter(([exported]) => exported.endsWith('Command')) as [string, Command][];
    const names = commands
      .map(([exported]) => exported.replace(/Command$/, ''))
      .filter((operation) => operation !== '$');
    const inputs = inputsOf(name, client, names);
    const operations = names.map((operation) => {
      const command = (client as Record<string, Command>)[`${operation}Command`]!;
      return {
        name: operation,
        isImplemented: implemented.includes(operation),
        declaredErrors: errorsInPackage(`@aws-sdk/client-${name}`, operation) ?? [],
        optionalMembers: inputs.optional(operation),
        call: (anyClient: AnyClient, known: KnownValues, more = {}) =>
          anyClient.send(new command({ ...inputs.least(operation, known), ...more })),
      };
    });
    return { name, makeClient, operations };
  });
}

interface Inputs {
  least(operation: string, known: KnownValues): object;
  optional(operation: string): Record<string, unknown>;
}

/** Builds inputs from the client's schemas, or from its declarations if it has no schemas. */
function inputsOf(name: string, client: object, operations: string[]): Inputs {
  const schemas = (
    Object.values(client).filter((value) => Array.isArray(value) && value[0] === 9) as OperationSchema[]
  ).map(([, , operation, , input]) => [operation, input] as const);
  if (schemas.length > 0) {
    const byName = new Map(schemas);
    return {
      least: (operation, known) => leastInput(byName.get(operation)!, known),
      optional: (operation) => optionalMembers(byName.get(operation)!),
    };
  }
  const shapes = operations.map((operation) => `${operation}Request`);
  const definitions = readDefinitions(name as 'mediaconnect', shapes) as Record<string, JsonShape>;
  const shapeOf = (operation: string) => definitions[`${operation}Request`] ?? {};
  return {
    least: (operation, known) => leastInputOfShape(shapeOf(operation), definitions, known),
    optional: (operation) => optionalMembersOfShape(shapeOf(operation), definitions),
  };
}
