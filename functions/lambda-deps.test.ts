import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLambdaLogger, withRequestId } from './lambda-deps.ts';

const lines: string[] = [];

beforeEach(() => {
  // Without this the lines bypass the console and go straight to standard output.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.spyOn(console, 'info').mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  lines.length = 0;
});

it('withRequestId adds the id of the current invocation to every log line', async () => {
  const logger = createLambdaLogger('sluice-test');
  const handler = withRequestId(logger, async (event: { step: string }) => {
    await Promise.resolve();
    logger.info('checked', { step: event.step });
    return event.step;
  });
  expect(await handler({ step: 'first' }, { awsRequestId: 'request-1' })).toBe('first');
  await handler({ step: 'second' }, { awsRequestId: 'request-2' });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ message: 'checked', service: 'sluice-test', step: 'first', awsRequestId: 'request-1' }),
    expect.objectContaining({ message: 'checked', service: 'sluice-test', step: 'second', awsRequestId: 'request-2' }),
  ]);
});
