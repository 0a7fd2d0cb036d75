/**
 * Calls every operation of every served service with the smallest input that its SDK client allows. An unimplemented
 * operation must be refused by name and change nothing. An implemented one must succeed or fail with an error that AWS
 * declares for it. Any other success is false.
 */
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { ListFlowsCommand } from '@aws-sdk/client-mediaconnect';
import { ListInputSecurityGroupsCommand } from '@aws-sdk/client-medialive';
import { ListChannelsCommand } from '@aws-sdk/client-mediapackage';
import { HeadObjectCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { servedServices } from './served.ts';
import { useWalkStage } from './walk-stage.ts';

/** Answers to an unimplemented operation: AWS's errors for an unknown operation. */
const UNKNOWN_OPERATION = ['UnknownOperationException', 'InvalidAction', 'NotImplemented'];

/** Errors that any operation of a service may return and that no model lists. */
const COMMON_ERRORS: Record<string, readonly string[]> = {
  dynamodb: ['ValidationException', 'SerializationException'],
  kms: ['ValidationException', 'SerializationException'],
  sfn: ['ValidationException', 'SerializationException'],
  cloudwatch: ['ValidationException'],
  'cloudwatch-logs': ['ValidationException'],
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  s3: ['MalformedXML', 'InvalidRequest', 'InvalidArgument', 'NoSuchKey', 'NoSuchBucket'],
};

/** Their requests have no credentials, and the front refuses such requests. */
const UNSIGNED = new Set(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity']);

const services = servedServices();
const stage = useWalkStage(services);

const operationsOf = (isImplemented: boolean) =>
  services.flatMap(({ name, operations }) =>
    operations
      .filter((operation) => operation.isImplemented === isImplemented && !UNSIGNED.has(operation.name))
      .map((operation) => [name, operation.name, operation] as const),
  );

describe('an unimplemented operation', () => {
  it.each(operationsOf(false))('%s %s is refused by name', async (service, name, operation) => {
    const { error, message, status } = await stage.call(service, operation);
    expect([error, status], message).toEqual([expect.toBeOneOf(UNKNOWN_OPERATION), expect.any(Number)]);
    // Lambda's operations are identified by path, and S3 signs a few operations for another service.
    expect(message).toMatch(new RegExp(`${name}|Invoke only|^there is no local endpoint for s3`));
  });
});

describe('the walk over unimplemented operations', () => {
  it('leaves every resource unchanged', async () => {
    const { s3, table, kms, mediaConnect, mediaLive, mediaPackage, sfn } = stage.aws.clients;
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
      { Flows: [{ FlowArn: stage.known['FlowArn'], Status: 'STANDBY' }] },
      { InputSecurityGroups: [{ Id: stage.known['InputSecurityGroupId'], State: 'IDLE' }] },
      { Channels: [{ Id: 'walked' }] },
      { stateMachines: [{ name: 'walked' }] },
    ]);
  });
});

describe('an implemented operation', () => {
  it.each(operationsOf(true))('%s %s succeeds or fails with a declared error', async (service, _name, operation) => {
    const { error, message, status } = await stage.call(service, operation);
    const allowed = [null, ...operation.declaredErrors, ...(COMMON_ERRORS[service] ?? [])];
    expect([error, status], message).toEqual([expect.toBeOneOf(allowed), expect.any(Number)]);
  });
});

describe('the walk', () => {
  it('covers every operation of the clients and every implemented operation', () => {
    const counts = Object.fromEntries(
      services.map(({ name, operations }) => [name, operations.filter(({ isImplemented }) => isImplemented).length]),
    );
    expect(counts).toEqual({
      mediaconnect: 18,
      medialive: 27,
      mediapackage: 11,
      dynamodb: 17,
      kms: 19,
      'secrets-manager': 5,
      sfn: 9,
      s3: 11,
      cloudwatch: 2,
      'cloudwatch-logs': 1,
      lambda: 1,
      sns: 6,
      sts: 1,
    });
    expect(services.reduce((sum, { operations }) => sum + operations.length, 0)).toBeGreaterThan(700);
  });
});
