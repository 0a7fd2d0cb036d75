import { CreateFlowCommand, ListFlowsCommand, StartFlowCommand, StopFlowCommand } from '@aws-sdk/client-mediaconnect';
import { CreateChannelCommand, CreateInputCommand, StartChannelCommand } from '@aws-sdk/client-medialive';
import { describe, expect, it } from 'vitest';
import { makeManualClock } from '../../../test/support/media-endpoint.ts';
import { makeChannelRequest } from '../../../test/support/media-requests.ts';
import { makeGroup, useMediaEndpoints } from '../../../test/support/media-resources.ts';
import { createSecret } from '../../../functions/aws/passphrase-secret.ts';
import { StreamKey } from '../../../functions/domain/stream-key.ts';
import { parseConfiguration } from '../configuration.ts';
import { refusal, stacksToRemove } from './destroy.ts';
import { listMediaLeft, releaseMedia } from './media-left.ts';

const start = useMediaEndpoints();

/**
 * Creates two channels of `mine`, one on air, one channel of another deployment, and an active flow for each
 * deployment.
 */
async function makeMedia() {
  const clock = makeManualClock();
  const endpoint = await start({ clock, profile: 'fast' });
  const { mediaLive, mediaConnect, secretsManager } = endpoint;
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
  const flows: string[] = [];
  for (const [index, deployment] of ['mine', 'other'].entries()) {
    const Source = {
      Name: 'encoder',
      Protocol: 'srt-listener' as const,
      IngestPort: 5000 + index,
      WhitelistCidr: '0.0.0.0/0',
    };
    const { Flow: flow } = await mediaConnect.send(new CreateFlowCommand({ Name: `sluice-${deployment}`, Source }));
    await mediaConnect.send(new StartFlowCommand({ FlowArn: flow!.FlowArn }));
    flows.push(flow!.FlowArn!);
  }
  for (const deployment of ['mine', 'other']) {
    const settings = { passphrase: StreamKey.from('a passphrase'), generation: 1, ciphertextHash: 'any' };
    const deps = { clients: { secretsManager }, deployment: { deploymentId: deployment } };
    await createSecret(deps, { destinationId: 'dst_3', ...settings });
  }
  await clock.advance(600_000);
  const depsOf = (deploymentId: string) => ({
    clients: { mediaLive, mediaConnect, secretsManager },
    deployment: { deploymentId },
  });
  return { clock, made, flows, depsOf };
}

describe('npm run destroy', () => {
  it('lists only the media resources that carry the deployment’s tags', async () => {
    const { made, depsOf } = await makeMedia();
    const left = await listMediaLeft(depsOf('mine'));
    expect(left.map(({ resource, state, destinationId }) => `${resource} ${state} ${destinationId}`)).toEqual([
      'channel RUNNING dst_0',
      'channel IDLE dst_1',
      'input ATTACHED dst_0',
      'input ATTACHED dst_1',
      'secret STORED dst_3',
      'flow ACTIVE null',
    ]);
    expect(left.map(({ resourceId }) => resourceId)).not.toContain(made[2]!.channelId);
    expect(await listMediaLeft(depsOf('unknown'))).toEqual([]);
  });

  it('refuses with a message that names every resource and both ways to continue', async () => {
    const { made, flows, depsOf } = await makeMedia();
    const text = refusal('dev', 'mine', await listMediaLeft(depsOf('mine')));
    expect(text).toContain(`channel ${made[0]!.channelId} RUNNING of dst_0`);
    expect(text).toContain(`flow ${flows[0]} ACTIVE\n`);
    expect(text).toContain('npm run destroy -- --environment dev --release mine');
    expect(text).toContain('Nothing was changed.');
  });

  it('leaves out the data stack if the configuration keeps data', () => {
    const configurationWith = (keepsData: boolean) =>
      parseConfiguration(
        {
          deploymentId: 'mine',
          source: { allowedCidr: '203.0.113.7/32' },
          alarmEmail: 'operator@example.com',
          monthlyBudgetUsd: 100,
          github: { repository: 'owner/name' },
          keepsData,
        },
        'dev.json',
      );
    const above = ['source', 'dashboard', 'control-plane', 'observability', 'deploy-role'];
    const named = (stacks: string[]) => stacks.map((stack) => `sluice-dev-${stack}`);
    expect(stacksToRemove('dev', configurationWith(true))).toEqual(named(above));
    expect(stacksToRemove('dev', configurationWith(false))).toEqual(named(['data', ...above]));
  });

  it('stops and deletes its own media and leaves that of other deployments', async () => {
    const { clock, depsOf } = await makeMedia();
    const steps: number[] = [];
    await releaseMedia(depsOf('mine'), {
      sleep: (delayMs) => clock.advance(delayMs),
      onProgress: (left) => steps.push(left.length),
    });
    expect(steps.at(-1)).toBe(0);
    expect(await listMediaLeft(depsOf('mine'))).toEqual([]);
    expect((await listMediaLeft(depsOf('other'))).map(({ state }) => state)).toEqual([
      'IDLE',
      'ATTACHED',
      'STORED',
      'ACTIVE',
    ]);
  });

  it('polls again while the flow changes state, which MediaConnect reports as a bad request', async () => {
    const { clock, flows, depsOf } = await makeMedia();
    const deps = depsOf('mine');
    const { mediaConnect } = deps.clients;
    // Another caller stops the flow just before we do.
    const send = (command: StopFlowCommand | ListFlowsCommand) =>
      (command instanceof StopFlowCommand
        ? mediaConnect.send(new StopFlowCommand({ FlowArn: flows[0] })).then(() => mediaConnect.send(command))
        : mediaConnect.send(command)) as Promise<object>;
    const contended = { ...deps, clients: { ...deps.clients, mediaConnect: { send } as never } };
    await releaseMedia(contended, { sleep: (delayMs) => clock.advance(delayMs), onProgress: () => {} });
    expect(await listMediaLeft(deps)).toEqual([]);
  });

  it('gives up after twenty minutes and names what remains', async () => {
    const { depsOf } = await makeMedia();
    const stuck = releaseMedia(depsOf('mine'), { sleep: async () => {}, onProgress: () => {} });
    await expect(stuck).rejects.toThrow(/still there after twenty minutes: channel \S+ \(STOPPING\)/);
  });
});
