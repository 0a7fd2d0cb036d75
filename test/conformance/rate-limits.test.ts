import { DescribeFlowCommand, ListFlowsCommand } from '@aws-sdk/client-mediaconnect';
import { ListInputsCommand } from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import { makeManualClock } from '../support/media-endpoint.ts';
import { useMediaEndpoints } from '../support/media-resources.ts';

const start = useMediaEndpoints();

/** Counts the calls in a row that are accepted before one is refused, and returns the error. */
async function countTaken(call: () => Promise<unknown>, most: number): Promise<{ taken: number; error: Error | null }> {
  for (let taken = 0; taken < most; taken++) {
    try {
      await call();
    } catch (error) {
      if ((error as Error).name !== 'NotFoundException') return { taken, error: error as Error };
    }
  }
  return { taken: most, error: null };
}

describe('request rate limits', () => {
  it('allow MediaLive’s burst, refuse further calls with 429, and allow calls again with time', async () => {
    const clock = makeManualClock();
    const { mediaLive } = await start({ clock, isRateLimited: true });
    const list = () => mediaLive.send(new ListInputsCommand({}));
    const first = await countTaken(list, 60);
    expect(first.taken).toBe(40);
    expect(first.error).toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } });
    clock.advance(1000);
    expect((await countTaken(list, 60)).taken).toBe(20);
  });

  it('count MediaConnect’s describe calls separately', async () => {
    const clock = makeManualClock();
    const { mediaConnect } = await start({ clock, isRateLimited: true });
    expect((await countTaken(() => mediaConnect.send(new ListFlowsCommand({})), 60)).taken).toBe(30);
    const FlowArn = 'arn:aws:mediaconnect:us-east-1:000000000000:flow:1-a:none';
    expect((await countTaken(() => mediaConnect.send(new DescribeFlowCommand({ FlowArn })), 60)).taken).toBe(30);
    clock.advance(1000);
    expect((await countTaken(() => mediaConnect.send(new ListFlowsCommand({})), 60)).taken).toBe(5);
  });

  it('are off by default', async () => {
    const { mediaLive } = await start({ clock: makeManualClock() });
    expect((await countTaken(() => mediaLive.send(new ListInputsCommand({})), 60)).error).toBeNull();
  });
});
