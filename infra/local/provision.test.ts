import { CreateTableCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { DescribeFlowCommand } from '@aws-sdk/client-mediaconnect';
import { ListOriginEndpointsCommand } from '@aws-sdk/client-mediapackage';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { DEFAULT_DECLARED_INPUT } from '../../functions/domain/declared-input.ts';
import { listHistory, putTimelineEntry, readHistory, type HistoryEntry } from '../../functions/aws/history-table.ts';
import { systemClock } from './host/clock.ts';
import { TABLE_DEFINITION } from './endpoints/dynamodb/table-definition.ts';
import { startLocalAws, type LocalAws } from './endpoints/local-aws.ts';
import { createIdleEngine } from './engine/contract.ts';
import { CDN_IDENTIFIER_SECRET_ARN, provision } from './provision.ts';

let aws: LocalAws;
afterEach(() => aws.close());

const owner = { destinationId: 'dst_1', name: 'Main' };
const entryAt = (at: string) => ({ at, actor: 'operator', kind: 'edited' as const, detail: 'name' });

const provisionLocally = (isSrtEncrypted = false, cdnIdentifierSecretArn?: string) =>
  provision({
    ...(cdnIdentifierSecretArn === undefined ? {} : { cdnIdentifierSecretArn }),
    clients: aws.clients,
    isSrtEncrypted,
    settings: {
      analysis: true,
      srtPort: 9998,
      srtLatencyMs: 200,
      srtBackup: null,
      loopbackTargetsAllowed: true,
      privateHosts: [],
    },
    workflowFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:sluice-workflow',
    fingerprintSecret: 'for tests only',
    quotas: { channelQuota: 5, pushInputQuota: 5 },
  });

it('provision creates an encrypted flow with a request that MediaConnect accepts', async () => {
  aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: systemClock,
    engine: createIdleEngine(),
    profile: 'instant',
    hooks: { resolveSecret: () => 'a passphrase for tests' },
  });
  const { flowArn } = await provisionLocally(true);
  const { Flow: flow } = await aws.clients.mediaConnect.send(new DescribeFlowCommand({ FlowArn: flowArn }));
  expect(flow?.Source?.Decryption).toMatchObject({ KeyType: 'srt-password' });
  expect(flow?.Source?.Decryption).not.toHaveProperty('Algorithm');
});

it('provision adds the CDN authorization to an earlier version’s endpoint once', async () => {
  aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: systemClock,
    engine: createIdleEngine(),
    profile: 'instant',
    hooks: { resolveSecret: () => JSON.stringify({ MediaPackageCDNIdentifier: 'identifier-for-tests' }) },
  });
  const endpoint = async () => {
    const { OriginEndpoints: endpoints } = await aws.clients.mediaPackage.send(new ListOriginEndpointsCommand({}));
    expect(endpoints).toHaveLength(1);
    return endpoints![0]!;
  };
  await provisionLocally();
  expect(await endpoint()).not.toHaveProperty('Authorization');
  await provisionLocally(false, CDN_IDENTIFIER_SECRET_ARN);
  const authorized = await endpoint();
  expect(authorized.Authorization?.CdnIdentifierSecret).toBe(CDN_IDENTIFIER_SECRET_ARN);
  await provisionLocally(false, CDN_IDENTIFIER_SECRET_ARN);
  expect((await endpoint()).Url).toBe(authorized.Url);
});

it('provision adds the index to an earlier version’s table once and keeps its rows', async () => {
  aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: systemClock,
    engine: createIdleEngine(),
    profile: 'instant',
  });
  const { table } = aws.clients;
  const { GlobalSecondaryIndexes: _indexes, AttributeDefinitions: attributes, ...definition } = TABLE_DEFINITION;
  const former = { ...definition, AttributeDefinitions: attributes.slice(0, 2) };
  await table.send(new CreateTableCommand({ TableName: 'sluice', ...former }));
  const row = { pk: 'HISTORY#dst_1', sk: 'entry#2026-11-20T00:00:00.000Z#1', ...entryAt('2026-11-20T00:00:00.000Z') };
  await table.send(new PutCommand({ TableName: 'sluice', Item: row }));

  const deps = { clients: aws.clients, deployment: await provisionLocally() };
  expect(await provisionLocally()).toEqual(deps.deployment);
  const { Table } = await table.send(new DescribeTableCommand({ TableName: 'sluice' }));
  expect(Table!.GlobalSecondaryIndexes).toHaveLength(1);

  await putTimelineEntry(deps, owner, entryAt('2026-11-21T10:00:00.000Z'), 1);
  const indexed: HistoryEntry[] = [];
  const between = { from: new Date('2026-11-19'), to: new Date('2026-11-22') };
  for await (const rows of readHistory(deps, between)) indexed.push(...rows);
  // History of the earlier version appears with its destination only, not in the list of all.
  expect(indexed).toMatchObject([{ destinationId: 'dst_1', destinationName: 'Main', at: '2026-11-21T10:00:00.000Z' }]);
  expect(await listHistory(deps, 'dst_1')).toHaveLength(2);
});

it('provision declares the widest input but prices the input that a deployment on AWS would declare', async () => {
  aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: systemClock,
    engine: createIdleEngine(),
    profile: 'instant',
  });
  const { declaredInput, pricedInput } = await provisionLocally();
  expect(declaredInput).toEqual({ Codec: 'HEVC', Resolution: 'UHD', MaximumBitrate: 'MAX_50_MBPS' });
  expect(pricedInput).toEqual(DEFAULT_DECLARED_INPUT);
});
