import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createCloudWatchLogsService } from '../../infra/local/endpoints/cloudwatch/cloudwatch-logs.ts';

const lines = [
  ...[1, 2, 3].map((second) => ({ timestampMs: second * 1000, message: `line ${second}` })),
  { timestampMs: 3000, message: 'line 3 again' },
];
let front: Awaited<ReturnType<typeof startAwsFront>>;
let client: CloudWatchLogsClient;

beforeAll(async () => {
  const service = createCloudWatchLogsService({
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
  test('returns events oldest first with timestamps and both tokens', async () => {
    const answer = await read({});
    expect(answer.events).toEqual(
      lines.map(({ timestampMs, message }) => ({ timestamp: timestampMs, ingestionTime: timestampMs, message })),
    );
    expect(answer.nextForwardToken).toEqual(expect.any(String));
    expect(answer.nextBackwardToken).toEqual(expect.any(String));
  });

  test('limits from the tail, or from the head on request', async () => {
    expect(await messagesOf({ limit: 2 })).toEqual(['line 3', 'line 3 again']);
    expect(await messagesOf({ limit: 2, startFromHead: true })).toEqual(['line 1', 'line 2']);
    expect(await messagesOf({ startTime: 2000 })).toEqual(['line 2', 'line 3', 'line 3 again']);
  });

  test.each([{ logStreamName: 'other' }, { logGroupName: 'other' }])(
    'returns ResourceNotFoundException for %j',
    async (over) => {
      await expect(read(over)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    },
  );

  test('refuses a limit out of range', async () => {
    await expect(read({ limit: 10_001 })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('includes startTime and excludes endTime', async () => {
    expect(await messagesOf({ startTime: 2000, endTime: 3000 })).toEqual(['line 2']);
    expect(await messagesOf({ endTime: 3000 })).toEqual(['line 1', 'line 2']);
  });

  test('pages forward from the head until a token repeats', async () => {
    const found: (string | undefined)[] = [];
    let token: string | undefined;
    for (;;) {
      const page = await read({ limit: 2, startFromHead: true, nextToken: token });
      found.push(...page.events!.map(({ message }) => message));
      if (page.nextForwardToken === token) break;
      token = page.nextForwardToken;
    }
    expect(found).toEqual(['line 1', 'line 2', 'line 3', 'line 3 again']);
  });

  test('pages backward from the tail and forward again', async () => {
    const last = await read({ limit: 2 });
    const before = await read({ limit: 2, nextToken: last.nextBackwardToken });
    expect(before.events!.map(({ message }) => message)).toEqual(['line 1', 'line 2']);
    const again = await read({ limit: 2, startFromHead: true, nextToken: before.nextForwardToken });
    expect(again.events).toEqual(last.events);
    expect((await read({ nextToken: before.nextBackwardToken })).events).toEqual([]);
  });

  test.each([
    ['InvalidParameterException', { nextToken: 'x' }],
    ['ValidationException', { unmask: true }],
    ['ValidationException', { logGroupIdentifier: 'ElementalMediaLive' }],
  ])('refuses with %s: %j', async (name, over) => {
    await expect(read(over)).rejects.toMatchObject({ name });
  });
});
