import { beforeEach, expect, it } from 'vitest';
import { createAlarmEventHandler } from './alarm-event.ts';

let nowMs: number;
let runs: number;
let isBroken: boolean;
let warnings: unknown[];

const event = (change: object = {}) => ({
  version: '0',
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  account: '111122223333',
  region: 'eu-central-1',
  time: new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  resources: ['arn:aws:cloudwatch:eu-central-1:111122223333:alarm:sluice-prod-source-lost'],
  detail: { alarmName: 'sluice-prod-source-lost', state: { value: 'ALARM' } },
  ...change,
});

let handle: (event: unknown) => Promise<void>;

beforeEach(() => {
  nowMs = Date.parse('2026-11-21T18:00:00Z');
  runs = 0;
  isBroken = false;
  warnings = [];
  handle = createAlarmEventHandler(
    {
      now: () => new Date(nowMs),
      logger: { warn: (...warning) => void warnings.push(warning) },
      deployment: { flowArn: 'arn:aws:mediaconnect:eu-central-1:111122223333:flow:1:f' },
      lookEverySeconds: 10,
    },
    async () => {
      runs += 1;
      if (isBroken) throw new Error('no');
    },
  );
});

it('an alarm that rings or ends makes the monitor run at once, and a storm of them once per pause', async () => {
  await Promise.all(Array.from({ length: 100 }, () => handle(event())));
  expect(runs).toBe(1);
  nowMs += 10_000;
  await handle(event());
  expect(runs).toBe(2);
});

it.each([
  ['of another account', { account: '999999999999' }, 1],
  ['of another Region', { region: 'us-east-1' }, 1],
  ['without a time', { time: undefined }, 1],
  ['of another source', { source: 'another' }, 1],
  ['that is an hour old', { time: '2026-11-21T17:00:00Z' }, 0],
  ['of tomorrow', { time: '2026-11-22T18:00:00Z' }, 0],
])('an event %s is ignored', async (_what, change, warned) => {
  await handle(event(change));
  expect([runs, warnings.length]).toEqual([0, warned]);
});

it('an event whose run failed is delivered again and runs again', async () => {
  isBroken = true;
  await expect(handle(event())).rejects.toThrow('no');
  isBroken = false;
  await handle(event());
  expect(runs).toBe(2);
});
