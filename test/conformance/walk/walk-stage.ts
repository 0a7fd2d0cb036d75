import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateFlowCommand } from '@aws-sdk/client-mediaconnect';
import { CreateInputSecurityGroupCommand } from '@aws-sdk/client-medialive';
import { CreateChannelCommand } from '@aws-sdk/client-mediapackage';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand } from '@aws-sdk/client-sfn';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll } from 'vitest';
import { systemClock } from '../../../infra/local/host/clock.ts';
import { startLocalAws, type LocalAws } from '../../../infra/local/endpoints/local-aws.ts';
import { makeRecordingEngine } from '../../support/media-endpoint.ts';
import { makeFlowRequest } from '../../support/media-requests.ts';
import type { KnownValues } from './least-input.ts';
import type { AnyClient, ServedOperation, ServedService } from './served.ts';

/** The result of a call. */
export interface Outcome {
  /** Null for a success. */
  error: string | null;
  message: string;
  /** Absent if the client received no answer. */
  status: number | undefined;
}

/** A local AWS with one resource of each kind, and the SDK clients of every service it serves. */
export interface WalkStage {
  aws: LocalAws;
  known: KnownValues;
  /** Calls an operation with the smallest input plus `more`. */
  call(service: string, operation: ServedOperation, more?: object): Promise<Outcome>;
}

/** Starts the local AWS for the tests of a file. Use the stage only inside tests. */
export function useWalkStage(services: ServedService[]): WalkStage {
  const clients = new Map<string, AnyClient>();
  const stage = {
    async call(service, operation, more) {
      const known = { ...stage.known, ...OWN_VALUES[service] };
      try {
        await operation.call(clients.get(service)!, known, more);
        return { error: null, message: '', status: 200 };
      } catch (error) {
        const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
        return { error: name, message, status: $metadata?.httpStatusCode };
      }
    },
  } as WalkStage;
  beforeAll(async () => {
    stage.aws = await startLocalAws({
      dataDirectory: null,
      port: 0,
      clock: systemClock,
      engine: makeRecordingEngine(),
      profile: 'instant',
      mailbox: () => {},
    });
    stage.aws.lambda.register('walked', async () => ({}));
    stage.known = await makeResources(stage.aws);
    const credentials = await stage.aws.clients.s3.config.credentials();
    for (const { name, makeClient } of services) {
      const { endpoint } = stage.aws;
      clients.set(
        name,
        makeClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1, disableHostPrefix: true }),
      );
    }
  });
  afterAll(async () => {
    for (const client of clients.values()) client.destroy();
    await stage.aws.close();
  });
  return stage;
}

/** Members whose meaning differs between services. */
const OWN_VALUES: Record<string, KnownValues> = {
  dynamodb: {
    Key: { x: { S: 'x' } },
    Item: { x: { S: 'x' } },
    ResourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/walked',
  },
  cloudwatch: { EndTime: new Date(60_000) },
  sns: { Protocol: 'email' },
};

/** Creates one resource of each kind, so that a misrouted call would change something. */
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
  const { TopicArn } = await made.sns.send(new CreateTopicCommand({ Name: 'walked' }));
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
    TopicArn,
    stateMachineArn,
    IsEnabled: true,
  };
}
