/**
 * Calls every operation of every served service with the least input its SDK client allows. An operation that is not
 * implemented has to say so by name and change nothing. An implemented one succeeds, or fails with an error AWS declares
 * for it. A success of anything else is a false one.
 */
import { CreateTableCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand, ListAliasesCommand } from '@aws-sdk/client-kms';
import { CreateFlowCommand, ListFlowsCommand } from '@aws-sdk/client-mediaconnect';
import { CreateInputSecurityGroupCommand, ListInputSecurityGroupsCommand } from '@aws-sdk/client-medialive';
import { CreateChannelCommand, ListChannelsCommand } from '@aws-sdk/client-mediapackage';
import { CreateBucketCommand, HeadObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../infra/local/clock.ts';
import { startLocalAws, type LocalAws } from '../../../infra/local/local-aws.ts';
import { makeRecordingEngine } from '../../../infra/local/media/testing/media-endpoint.ts';
import { makeFlowRequest } from '../../../infra/local/media/testing/media-requests.ts';
import type { KnownValues } from './least-input.ts';
import { servedServices, type AnyClient, type ServedOperation } from './served.ts';

/** What an operation that is not implemented answers: AWS's errors for an operation it does not have. */
const UNKNOWN_OPERATION = ['UnknownOperationException', 'InvalidAction', 'NotImplemented'];

/** Errors that any operation of a service may give and that no model lists. */
const COMMON_ERRORS: Record<string, readonly string[]> = {
  dynamodb: ['ValidationException', 'SerializationException'],
  kms: ['ValidationException', 'SerializationException'],
  sfn: ['ValidationException', 'SerializationException'],
  cloudwatch: ['ValidationException'],
  'cloudwatch-logs': ['ValidationException'],
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  s3: ['MalformedXML', 'InvalidRequest', 'InvalidArgument', 'NoSuchKey', 'NoSuchBucket'],
};

/** Their requests carry no credentials, and the front lets none of those in. */
const UNSIGNED = new Set(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']);

const services = servedServices();
const clients = new Map<string, AnyClient>();
let aws: LocalAws;
let known: KnownValues;

beforeAll(async () => {
  aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: systemClock,
    engine: makeRecordingEngine(),
    profile: 'instant',
  });
  aws.lambda.register('walked', async () => ({}));
  known = await makeResources(aws);
  const credentials = await aws.clients.s3.config.credentials();
  for (const { name, makeClient } of services) {
    const configuration = {
      endpoint: aws.endpoint,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
      disableHostPrefix: true,
    };
    clients.set(name, makeClient(configuration));
  }
});
afterAll(async () => {
  for (const client of clients.values()) client.destroy();
  await aws.close();
});

/** One resource of each kind, so that a call that goes to the wrong operation finds something to spoil. */
async function makeResources({ clients: made }: LocalAws): Promise<KnownValues> {
  await made.s3.send(new CreateBucketCommand({ Bucket: 'walked' }));
  await made.s3.send(new PutObjectCommand({ Bucket: 'walked', Key: 'walked', Body: 'walked' }));
  await made.table.send(
    new CreateTableCommand({
      TableName: 'walked',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'x', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'x', KeyType: 'HASH' }],
    }),
  );
  const { KeyMetadata: key } = await made.kms.send(new CreateKeyCommand({}));
  await made.kms.send(new CreateAliasCommand({ AliasName: 'alias/walked', TargetKeyId: key!.KeyId! }));
  const { Flow: flow } = await made.mediaConnect.send(new CreateFlowCommand(makeFlowRequest()));
  const { SecurityGroup: group } = await made.mediaLive.send(new CreateInputSecurityGroupCommand({}));
  await made.mediaPackage.send(new CreateChannelCommand({ Id: 'walked' }));
  const { stateMachineArn } = await made.sfn.send(
    new CreateStateMachineCommand({
      name: 'walked',
      roleArn: 'arn:aws:iam::000000000000:role/x',
      definition: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
    }),
  );
  return {
    Bucket: 'walked',
    Key: 'walked',
    TableName: 'walked',
    KeyId: key!.KeyId,
    FlowArn: flow!.FlowArn,
    ResourceArn: flow!.FlowArn,
    InputSecurityGroupId: group!.Id,
    FunctionName: 'walked',
    Id: 'walked',
    stateMachineArn,
    IsEnabled: true,
  };
}

/** Members that mean something else to one service than to the others. */
const OWN_VALUES: Record<string, KnownValues> = {
  dynamodb: {
    Key: { x: { S: 'x' } },
    Item: { x: { S: 'x' } },
    ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/walked',
  },
  cloudwatch: { EndTime: new Date(60_000) },
};

interface Outcome {
  /** Null for a success. */
  error: string | null;
  message: string;
  /** Absent when the client never had an answer. */
  status: number | undefined;
}

async function outcomeOf(service: string, operation: ServedOperation): Promise<Outcome> {
  const own = OWN_VALUES[service] ?? {};
  try {
    await operation.call(clients.get(service)!, { ...known, ...own });
    return { error: null, message: '', status: 200 };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { error: name, message, status: $metadata?.httpStatusCode };
  }
}

const operationsOf = (isImplemented: boolean) =>
  services.flatMap(({ name, operations }) =>
    operations
      .filter((operation) => operation.isImplemented === isImplemented && !UNSIGNED.has(operation.name))
      .map((operation) => [name, operation.name, operation] as const),
  );

describe('an operation that is not implemented', () => {
  it.each(operationsOf(false))('%s %s says so by its name', async (service, name, operation) => {
    const { error, message, status } = await outcomeOf(service, operation);
    expect([error, status], message).toEqual([expect.toBeOneOf(UNKNOWN_OPERATION), expect.any(Number)]);
    // Lambda's operations are told by their path, and a few operations of S3 are signed for a service of their own.
    expect(message).toMatch(new RegExp(`${name}|Invoke only|^there is no local endpoint for s3`));
  });
});

describe('after them all', () => {
  it('every resource is as it was', async () => {
    const { s3, table, kms, mediaConnect, mediaLive, mediaPackage, sfn } = aws.clients;
    const state = await Promise.all([
      s3.send(new HeadObjectCommand({ Bucket: 'walked', Key: 'walked' })),
      s3.send(new ListBucketsCommand({})),
      table.send(new ListTablesCommand({})),
      kms.send(new ListAliasesCommand({})),
      mediaConnect.send(new ListFlowsCommand({})),
      mediaLive.send(new ListInputSecurityGroupsCommand({})),
      mediaPackage.send(new ListChannelsCommand({})),
      sfn.send(new ListStateMachinesCommand({})),
    ]);
    expect(state).toMatchObject([
      { ContentLength: 6, ETag: '"de2888f5e3cb9e898ea54fccff5775a5"' },
      { Buckets: [{ Name: 'walked' }] },
      { TableNames: ['walked'] },
      { Aliases: [{ AliasName: 'alias/walked' }] },
      { Flows: [{ FlowArn: known['FlowArn'], Status: 'STANDBY' }] },
      { InputSecurityGroups: [{ Id: known['InputSecurityGroupId'], State: 'IDLE' }] },
      { Channels: [{ Id: 'walked' }] },
      { stateMachines: [{ name: 'walked' }] },
    ]);
  });
});

describe('an implemented operation', () => {
  it.each(operationsOf(true))('%s %s succeeds or fails as AWS says', async (service, _name, operation) => {
    const { error, message, status } = await outcomeOf(service, operation);
    const allowed = [null, ...operation.declaredErrors, ...(COMMON_ERRORS[service] ?? [])];
    expect([error, status], message).toEqual([expect.toBeOneOf(allowed), expect.any(Number)]);
  });
});

describe('the walk', () => {
  it('covers every operation of the clients, and every operation that is implemented', () => {
    const counts = Object.fromEntries(
      services.map(({ name, operations }) => [name, operations.filter(({ isImplemented }) => isImplemented).length]),
    );
    expect(counts).toEqual({
      mediaconnect: 15,
      medialive: 23,
      mediapackage: 8,
      dynamodb: 17,
      kms: 19,
      sfn: 9,
      s3: 11,
      cloudwatch: 2,
      'cloudwatch-logs': 1,
      lambda: 1,
      sts: 1,
    });
    expect(services.reduce((sum, { operations }) => sum + operations.length, 0)).toBeGreaterThan(700);
  });
});
