import { CreateChannelCommand, CreateInputCommand, StartChannelCommand } from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import { makeManualClock } from '../../local/media/testing/media-endpoint.ts';
import { makeChannelRequest } from '../../local/media/testing/media-requests.ts';
import { makeGroup, useMediaEndpoints } from '../../local/media/testing/media-resources.ts';
import { refusal } from './destroy.ts';
import { listMediaLeft, releaseMedia } from './media-left.ts';

const start = useMediaEndpoints();

/** Two channels of `mine`, one on air, and one of somebody else, on the local MediaLive. */
async function makeMedia() {
  const clock = makeManualClock();
  const endpoint = await start({ clock, profile: 'fast' });
  const { mediaLive } = endpoint;
  const groupId = await makeGroup(endpoint);
  const made: { channelId: string; inputId: string }[] = [];
  for (const [index, deployment] of ['mine', 'mine', 'other'].entries()) {
    const Tags = { 'sluice:deployment': deployment, 'sluice:destination': `dst_${index}` };
    const request = { Name: `in-${index}`, Type: 'RTP_PUSH' as const, InputSecurityGroups: [groupId], Tags };
    const { Input: input } = await mediaLive.send(new CreateInputCommand(request));
    await clock.advance(60_000);
    const settings = { ...makeChannelRequest(input!.Id!), Tags };
    const { Channel: channel } = await mediaLive.send(new CreateChannelCommand(settings));
    made.push({ channelId: channel!.Id!, inputId: input!.Id! });
  }
  await clock.advance(60_000);
  await mediaLive.send(new StartChannelCommand({ ChannelId: made[0]!.channelId }));
  await clock.advance(600_000);
  const depsOf = (deploymentId: string) => ({ clients: { mediaLive }, deployment: { deploymentId } });
  return { clock, made, depsOf };
}

describe('removing a deployment', () => {
  it('finds what carries its tags, and nothing else', async () => {
    const { made, depsOf } = await makeMedia();
    const left = await listMediaLeft(depsOf('mine'));
    expect(left.map(({ resource, state, destinationId }) => `${resource} ${state} ${destinationId}`)).toEqual([
      'channel RUNNING dst_0',
      'channel IDLE dst_1',
      'input ATTACHED dst_0',
      'input ATTACHED dst_1',
    ]);
    expect(left.map(({ resourceId }) => resourceId)).not.toContain(made[2]!.channelId);
    expect(await listMediaLeft(depsOf('nobody'))).toEqual([]);
  });

  it('refuses in words that name everything and both ways on', async () => {
    const { made, depsOf } = await makeMedia();
    const text = refusal('dev', 'mine', await listMediaLeft(depsOf('mine')));
    expect(text).toContain(`channel ${made[0]!.channelId} RUNNING of dst_0`);
    expect(text).toContain('npm run destroy -- --environment dev --release mine');
    expect(text).toContain('Nothing was changed.');
  });

  it('stops, deletes and sees gone, and leaves what is not its own', async () => {
    const { clock, depsOf } = await makeMedia();
    const steps: number[] = [];
    await releaseMedia(depsOf('mine'), {
      sleep: (delayMs) => clock.advance(delayMs),
      onProgress: (left) => steps.push(left.length),
    });
    expect(steps.at(-1)).toBe(0);
    expect(await listMediaLeft(depsOf('mine'))).toEqual([]);
    expect((await listMediaLeft(depsOf('other'))).map(({ state }) => state)).toEqual(['IDLE', 'ATTACHED']);
  });

  it('gives up in the end and says what is still there', async () => {
    const { depsOf } = await makeMedia();
    const stuck = releaseMedia(depsOf('mine'), { sleep: async () => {}, onProgress: () => {} });
    await expect(stuck).rejects.toThrow(/still there after twenty minutes: channel \S+ \(STOPPING\)/);
  });
});
