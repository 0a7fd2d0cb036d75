import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAwsFront } from '../../infra/local/aws-front.ts';
import { makeCloudWatchLogsService } from '../../infra/local/media/cloudwatch-logs.ts';

const lines = [1, 2, 3].map((second) => ({ timestampMs: second * 1000, message: `line ${second}` }));
let front: Awaited<ReturnType<typeof startAwsFront>>;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  const service = makeCloudWatchLogsService({
    observe: () => {},
    read: (streamName) => (streamName === 'stream' ? lines : null),
  });
  front = await startAwsFront({ port: 0, services: [service] });
  client = new CloudWatchLogsClient({
    region: 'us-east-1',
    endpoint: front.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await front.close();
});

const read = (over: object) =>
  client.send(new GetLogEventsCommand({ logGroupName: 'ElementalMediaLive', logStreamName: 'stream', ...over }));
const messagesOf = async (over: object) => (await read(over)).events!.map(({ message }) => message);

describe('CloudWatch Logs GetLogEvents', () => {
  test('gives events oldest first, with their times and both tokens', async () => {
    const answer = await read({});
    expect(answer.events).toEqual(
      lines.map(({ timestampMs, message }) => ({ timestamp: timestampMs, ingestionTime: timestampMs, message })),
    );
    expect(answer.nextForwardToken).toEqual(expect.any(String));
    expect(answer.nextBackwardToken).toEqual(expect.any(String));
  });

  test('limits from the end, or from the head when asked', async () => {
    expect(await messagesOf({ limit: 2 })).toEqual(['line 2', 'line 3']);
    expect(await messagesOf({ limit: 2, startFromHead: true })).toEqual(['line 1', 'line 2']);
    expect(await messagesOf({ startTime: 2000 })).toEqual(['line 2', 'line 3']);
  });

  test.each([{ logStreamName: 'other' }, { logGroupName: 'other' }])('knows no %j', async (over) => {
    await expect(read(over)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('refuses a limit out of range', async () => {
    await expect(read({ limit: 10_001 })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});
