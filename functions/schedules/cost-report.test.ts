import { DECLARED } from '../../test/support/declared.ts';
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, describe, it, beforeEach } from 'vitest';
import { startAwsFront, type AwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createDynamodb, type LocalDynamodb } from '../../infra/local/endpoints/dynamodb/create-dynamodb.ts';
import { TABLE_DEFINITION } from '../../infra/local/endpoints/dynamodb/table-definition.ts';
import { createS3 } from '../../infra/local/endpoints/s3/create-s3.ts';
import { insertDestination } from '../aws/destination-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { createS3Client, createSfnClient, createTableClient } from '../aws/clients.ts';
import { getReport } from '../aws/report-store.ts';
import { NOT_RECORDED } from '../domain/deployment-cost.ts';
import { newDestination } from '../domain/new-destination.ts';
import { newPrimary } from '../domain/primary.ts';
import { listDeliveries } from '../aws/delivery-table.ts';
import { insertTarget } from '../aws/notification-target-table.ts';
import { DEFAULT_FILTER, type NotificationTarget } from '../domain/notification-target.ts';
import { reportCosts, type CostReportDeps } from './cost-report.ts';

let dynamodb: LocalDynamodb;
let front: AwsFront;
let clients: CostReportDeps['clients'];
let deps: CostReportDeps;
let now: Date;
let lines: object[];
let count = 0;

beforeAll(async () => {
  dynamodb = await createDynamodb({ directory: null });
  front = await startAwsFront({ port: 0, services: [dynamodb, createS3({ dataDirectory: null })] });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const options = { region: 'us-east-1', endpoint: front.endpoint, credentials, attemptsMax: 1 };
  clients = { s3: createS3Client(options), sfn: createSfnClient(options), table: createTableClient(options) };
});
afterAll(async () => {
  clients.s3.destroy();
  clients.sfn.destroy();
  clients.table.destroy();
  await front.close();
  await dynamodb.close();
});

beforeEach(async () => {
  count += 1;
  now = new Date('2026-11-21T06:00:00.000Z');
  lines = [];
  const name = `reports-${count}`;
  await clients.table.send(new CreateTableCommand({ TableName: name, ...TABLE_DEFINITION }));
  await clients.s3.send(new CreateBucketCommand({ Bucket: name }));
  deps = {
    clients,
    deployment: {
      tableName: name,
      reportBucket: name,
      deliveryMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:sluice-delivery',
      flowArn: 'arn:aws:mediaconnect:us-east-1:0:flow:1:a',
      pricedInput: DECLARED.declaredInput,
      hasBackupSource: false,
    },
    now: () => now,
    logger: {
      info: (message, details) => void lines.push({ message, ...details }),
      warn: (message, details) => void lines.push({ message, ...details }),
    },
    isBilled: false,
  };
});

const TARGET: NotificationTarget = {
  targetId: 'tgt_01k8m3v0s5n2q8w4x6y7z9a1bc',
  name: 'Office',
  kind: 'email',
  email: 'office@example.com',
  urlHost: null,
  urlCiphertext: null,
  secrets: [],
  filter: DEFAULT_FILTER,
  isEnabled: true,
  disabledReason: null,
  failuresInSequence: 0,
  failingSince: null,
  createdAt: '2026-11-01T00:00:00.000Z',
  lastModified: '2026-11-01T00:00:00.000Z',
  createdBy: 'operator',
  writeCount: 1,
};

const OUTPUT = { width: 1920, height: 1080, framesPerSecond: 30, videoBitrateBps: 4_500_000, audioBitrateBps: 128_000 };

function makeDestination(destinationId: string, startedAt?: string) {
  return newDestination(
    {
      destinationId,
      name: destinationId === 'dst_1' ? '=Main' : 'Other',
      platform: 'twitch',
      rtmpUrl: '',
      preset: '1080p30',
      standby: 'warm',
      ...(startedAt === undefined ? {} : { held: { channelRun: { startedAt, generation: 1 } } }),
    },
    now,
  );
}

async function putRun(destinationId: string, startedAt: string, endedAt: string): Promise<void> {
  const entry = { at: endedAt, actor: 'sweep', kind: 'drift' as const, detail: 'stopped' };
  const run = { startedAt, endedAt, platform: 'twitch', preset: '1080p30' };
  await putTimelineEntry(deps, makeDestination(destinationId), entry, 1, run);
}

async function keys(): Promise<string[]> {
  const { Contents: objects = [] } = await clients.s3.send(
    new ListObjectsV2Command({ Bucket: deps.deployment.reportBucket }),
  );
  return objects.map(({ Key }) => Key!);
}

const read = async (day: string) => ({
  csv: await getReport(deps, { day, format: 'csv' }),
  json: await getReport(deps, { day, format: 'json' }),
});

const UNKNOWN = 'transfer from MediaConnect to MediaLive; transfer to the internet (bitrate not known)';
const NOT_RECORDED_TEXT = NOT_RECORDED.unknownParts.join('; ');

describe('the cost report', () => {
  it('is announced once to targets that want it, and a failure to announce it keeps the report', async () => {
    const filter = { ...DEFAULT_FILTER, eventTypes: ['report.ready' as const] };
    await insertTarget(deps, { ...TARGET, filter });
    await reportCosts(deps);
    await reportCosts(deps);
    // A run that did not get to store the CSV is made once more, and its message is the same one.
    const { reportBucket: Bucket } = deps.deployment;
    await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: 'reports/cost/2026/11/20.csv' }));
    await reportCosts({ ...deps, now: () => new Date(deps.now().getTime() + 60_000) });
    const [delivery, ...others] = await listDeliveries(deps, TARGET.targetId, 10);
    expect(others).toEqual([]);
    expect(delivery?.event).toMatchObject({ type: 'report.ready', data: { report: 'cost', day: '2026-11-20' } });
    // No state machine runs here.
    expect(lines).toContainEqual(expect.objectContaining({ message: 'a delivery was not started, the sweep will' }));
    expect(await keys()).toHaveLength(2);
  });

  it('shows yesterday and the month, per destination and part, in both formats', async () => {
    await putRun('dst_1', '2026-11-20T10:00:00.000Z', '2026-11-20T12:00:00.000Z');
    await putRun('dst_1', '2026-11-05T10:00:00.000Z', '2026-11-05T10:00:05.000Z');
    await putRun('dst_1', '2026-10-31T10:00:00.000Z', '2026-10-31T11:00:00.000Z');
    // Started the day before yesterday and still runs, so it counts for the whole day of 24 hours.
    await insertDestination(deps, makeDestination('dst_2', '2026-11-19T22:00:00.000Z'));
    // The deployment began at noon of the reported day.
    await insertDestination(deps, newPrimary('720p30', new Date('2026-11-20T12:00:00.000Z')));
    expect(await reportCosts(deps)).toEqual(['2026-11-20']);
    expect(await keys()).toEqual(['reports/cost/2026/11/20.csv', 'reports/cost/2026/11/20.json']);
    const { csv, json } = await read('2026-11-20');
    expect(csv!.split('\r\n')).toEqual([
      'period,destinationId,name,platform,runs,minutes,billedMinutes,costUsd,isComplete,unknownParts,' +
        'encodingUsd,transferUsd,egressUsd,ingestUsd,viewingUsd',
      `day,dst_1,'=Main,twitch,1,120,120,1.1952,false,${UNKNOWN},1.1952,,,,`,
      `day,dst_2,Other,twitch,0,1440,1440,14.3424,false,${UNKNOWN},14.3424,,,,`,
      // Twelve hours of fixed costs.
      `day,,"Monitoring, around the clock",,,,,0.21534,true,,,,,,`,
      `day,,"Keys and secrets, around the clock",,,,,0.075624,true,,,,,,`,
      `day,,Total,,1,1560,1560,15.828564,false,${UNKNOWN}; ${NOT_RECORDED_TEXT},15.5376,,,,`,
      `month to date,dst_1,'=Main,twitch,2,120.08,130,1.2948,false,${UNKNOWN},1.2948,,,,`,
      `month to date,dst_2,Other,twitch,1,1560,1560,15.5376,false,${UNKNOWN},15.5376,,,,`,
      `month to date,,"Monitoring, around the clock",,,,,0.21534,true,,,,,,`,
      `month to date,,"Keys and secrets, around the clock",,,,,0.075624,true,,,,,,`,
      `month to date,,Total,,3,1680.08,1690,17.123364,false,${UNKNOWN}; ${NOT_RECORDED_TEXT},16.8324,,,,`,
      '',
    ]);
    expect(JSON.parse(json!)).toMatchObject({
      day: '2026-11-20',
      currency: 'USD',
      isBilled: false,
      ofDay: {
        total: { costUsd: 15.828564 },
        fixed: [
          { part: 'monitoring', costUsd: 0.21534, isComplete: true },
          { part: 'keysAndSecrets', costUsd: 0.075624, isComplete: true },
        ],
      },
      ofMonth: { from: '2026-11-01', total: { costUsd: 17.123364 } },
    });
    expect(lines).toEqual([
      {
        message: 'cost report',
        day: '2026-11-20',
        costUsd: 15.828564,
        monthToDateUsd: 17.123364,
        isComplete: false,
      },
    ]);
  });

  it('is written once, and again with the same bytes after it was deleted', async () => {
    const run = { startedAt: '2026-11-19T22:00:30.000Z', generation: 1, outputs: [OUTPUT] };
    await insertDestination(deps, { ...makeDestination('dst_2'), held: { channelRun: run } });
    await insertDestination(deps, newPrimary('720p30', new Date('2026-11-10T00:00:00.000Z')));
    await reportCosts(deps);
    const first = await read('2026-11-20');
    expect(JSON.parse(first.json!).ofDay.destinations[0].parts).toEqual({
      encoding: 14.3424,
      transfer: null,
      egress: 4.498416,
    });
    now = new Date('2026-11-21T17:00:00.000Z');
    expect(await reportCosts(deps)).toEqual([]);
    for (const Key of await keys()) {
      await clients.s3.send(new DeleteObjectCommand({ Bucket: deps.deployment.reportBucket, Key }));
    }
    expect(await reportCosts(deps)).toEqual(['2026-11-20']);
    expect(await read('2026-11-20')).toEqual(first);
    expect(lines).toHaveLength(2);
  });

  it('is written again when only one of its formats was stored', async () => {
    await reportCosts(deps);
    const first = await read('2026-11-20');
    const Key = 'reports/cost/2026/11/20.csv';
    await clients.s3.send(new DeleteObjectCommand({ Bucket: deps.deployment.reportBucket, Key }));
    await reportCosts(deps);
    expect(await read('2026-11-20')).toEqual(first);
  });

  it('catches up on missed days, a week at most, also across the end of a month', async () => {
    await reportCosts(deps);
    now = new Date('2026-11-24T06:00:00.000Z');
    expect(await reportCosts(deps)).toEqual(['2026-11-21', '2026-11-22', '2026-11-23']);
    await putRun('dst_1', '2026-11-30T10:00:00.000Z', '2026-11-30T11:00:00.000Z');
    now = new Date('2026-12-04T00:00:00.000Z');
    expect(await reportCosts(deps)).toEqual([
      '2026-11-27',
      '2026-11-28',
      '2026-11-29',
      '2026-11-30',
      '2026-12-01',
      '2026-12-02',
      '2026-12-03',
    ]);
    expect(JSON.parse((await read('2026-12-01')).json!).ofMonth.total.runs).toBe(0);
    expect(JSON.parse((await read('2026-11-30')).json!).ofMonth.total.runs).toBe(1);
  });
});
