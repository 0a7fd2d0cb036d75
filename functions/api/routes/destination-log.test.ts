import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { mockClient, type AwsClientStub } from 'aws-sdk-client-mock';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, makeRunning, NOW, STREAM_KEY, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();
let logs: AwsClientStub<CloudWatchLogsClient>;
beforeAll(() => {
  logs = mockClient(test.deps.clients.cloudWatchLogs);
});
beforeEach(() => void logs.reset());

const path = `/api/destinations/${DESTINATION_ID}/log`;
const read = (query = '') => test.call('GET', `${path}${query}`);
const line = (severity: string, message: string, second = 0) => ({
  timestamp: NOW.getTime() + second * 1000,
  message: JSON.stringify({ encoder_pipeline: 0, severity, message }),
});

describe('GET /api/destinations/{destinationId}/log', () => {
  it('200 returns the newest lines of the channel without address and key', async () => {
    const record = { ...makeRunning(), streamKeyLast4: STREAM_KEY.slice(-4) };
    await test.put(record);
    logs.on(GetLogEventsCommand).resolves({
      events: [line('W', `refused by rtmp://live.example/app/${STREAM_KEY}`), line('I', `stream ${STREAM_KEY} begins`)],
    });
    const answer = await read('?limit=20');
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual([
      {
        at: NOW.toISOString(),
        severity: 'warning',
        message: 'refused by rtmp://live.example/[redacted]',
        ingest: null,
      },
      { at: NOW.toISOString(), severity: 'info', message: 'stream [redacted] begins', ingest: null },
    ]);
    expect(logs.call(0).args[0].input).toEqual({
      logGroupName: 'ElementalMediaLive',
      logStreamName: `${record.held.channel!.channelArn.replaceAll(':', '_')}_0`,
      limit: 20,
      startFromHead: false,
    });
  });

  it('200 with the newest lines of both pipelines in their order, without the key of either ingest', async () => {
    const record = makeRunning();
    const channel = { ...record.held.channel!, channelClass: 'STANDARD' as const };
    const held = { ...record.held, channel };
    await test.put({ ...record, held, streamKeyLast4: STREAM_KEY.slice(-4), backupStreamKeyLast4: 'wxyz' });
    const ofPipeline = (id: string) =>
      logs.on(GetLogEventsCommand, { logStreamName: `${channel.channelArn.replaceAll(':', '_')}_${id}` });
    ofPipeline('0').resolves({ events: [line('I', 'old'), line('I', `stream ${STREAM_KEY}`, 2)] });
    ofPipeline('1').resolves({ events: [line('W', 'stream second-key-wxyz', 1), line('I', 'newest', 3)] });
    const shown = (await read('?limit=3')).body.data.map(({ ingest, message }: Record<string, string>) => [
      ingest,
      message,
    ]);
    expect(shown).toEqual([
      ['backup', 'stream [redacted]'],
      ['main', 'stream [redacted]'],
      ['backup', 'newest'],
    ]);
    ofPipeline('1').rejects(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' }));
    expect((await read()).body.data).toHaveLength(2);
  });

  it('200 with an empty list when the channel has not logged yet', async () => {
    await test.put(makeRunning());
    logs.on(GetLogEventsCommand).rejects(Object.assign(new Error('no'), { name: 'ResourceNotFoundException' }));
    expect((await read()).body).toEqual({ data: [] });
  });

  it('200 with an empty list and no AWS call when there is no channel', async () => {
    await test.put(makeRecord());
    expect((await read()).body).toEqual({ data: [] });
    expect(logs.calls()).toHaveLength(0);
  });

  it('404 for an unknown destination', async () => {
    expect((await read()).status).toBe(404);
  });

  it.each(['?limit=0', '?limit=501', '?limit=ten', '?lines=5'])('422 for %s', async (query) => {
    expect((await read(query)).status).toBe(422);
  });

  it('503 when CloudWatch Logs does not answer', async () => {
    await test.put(makeRunning());
    logs.on(GetLogEventsCommand).rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
    expect((await read()).status).toBe(503);
  });

  it('has a case for every status it documents', async () => {
    expect(await test.unmetStatuses('/api/destinations/{destinationId}/log')).toEqual([]);
  });
});
