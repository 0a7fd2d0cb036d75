import { DescribeFlowCommand, ListFlowsCommand } from '@aws-sdk/client-mediaconnect';
import { ListInputsCommand } from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import { makeManualClock } from '../../infra/local/media/testing/media-endpoint.ts';
import { useMediaEndpoints } from '../../infra/local/media/testing/media-resources.ts';

const start = useMediaEndpoints();

/** How many calls of a row are taken before one is refused, and what it is refused with. */
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

describe('request rates as AWS has them', () => {
  it('take MediaLive’s burst, refuse what comes on top with 429, and take calls again with time', async () => {
    const clock = makeManualClock();
    const { mediaLive } = await start({ clock, isRateLimited: true });
    const list = () => mediaLive.send(new ListInputsCommand({}));
    const first = await countTaken(list, 60);
    expect(first.taken).toBe(40);
    expect(first.error).toMatchObject({ name: 'TooManyRequestsException', $metadata: { httpStatusCode: 429 } });
    clock.advance(1000);
    expect((await countTaken(list, 60)).taken).toBe(20);
  });

  it('keep MediaConnect’s describing calls apart from the others', async () => {
    const clock = makeManualClock();
    const { mediaConnect } = await start({ clock, isRateLimited: true });
    expect((await countTaken(() => mediaConnect.send(new ListFlowsCommand({})), 60)).taken).toBe(30);
    const FlowArn = 'arn:aws:mediaconnect:us-east-1:000000000000:flow:1-a:none';
    expect((await countTaken(() => mediaConnect.send(new DescribeFlowCommand({ FlowArn })), 60)).taken).toBe(30);
    clock.advance(1000);
    expect((await countTaken(() => mediaConnect.send(new ListFlowsCommand({})), 60)).taken).toBe(5);
  });

  it('are not held up where nobody asked for them', async () => {
    const { mediaLive } = await start({ clock: makeManualClock() });
    expect((await countTaken(() => mediaLive.send(new ListInputsCommand({})), 60)).error).toBeNull();
  });
});
