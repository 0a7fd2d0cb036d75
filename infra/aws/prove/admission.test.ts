import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeStackEventsCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateChannelCommand,
  CreateInputCommand,
  DeleteChannelCommand,
  DeleteInputCommand,
  StartChannelCommand,
  StopChannelCommand,
} from '@aws-sdk/client-medialive';
import { GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { tagsOf } from '../../../functions/aws/names.ts';
import { makeProofWorld, type ProofWorld } from '../../../test/support/proof-world.ts';
import { waitFor } from '../../../test/support/wait-for.ts';
import { makeChannelRequest } from '../../../test/support/media-requests.ts';
import { FIRST_DAY_CHECKS } from './checks/all-checks.ts';
import { boundCost, COST_MAX_USD, totalOf } from './cost-bound.ts';
import { clean, prove } from './proof.ts';
import { PROOF_TAG } from './proof-context.ts';

// Each test runs a proof or sets up a deployment, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let world: ProofWorld;
beforeEach(async () => {
  world = await makeProofWorld();
});
afterEach(() => world.close());

const refusal = async (): Promise<string> => {
  expect(await prove(world.deps, world.request)).toBe(2);
  expect(world.mutations(), 'the proof must create nothing that costs').toBe(0);
  return world.said.join('\n');
};
const named = (name: string, message = 'from AWS') => Object.assign(new Error(message), { name });

/** Creates an idle input of another owner. */
async function makeInput(Name: string, Tags: Record<string, string>): Promise<string> {
  const InputSecurityGroups = [world.deployment.inputSecurityGroupId];
  const { mediaLive } = world.aws.clients;
  const { Input } = await mediaLive.send(new CreateInputCommand({ Name, Type: 'RTP_PUSH', InputSecurityGroups, Tags }));
  return Input!.Id!;
}

describe('npm run prove creates nothing and refuses', () => {
  it('without a deployment or in the wrong Region, naming the command that deploys', async () => {
    world.mocks.cloudFormation
      .on(DescribeStacksCommand, { StackName: 'sluice-dev-source' })
      .rejects(named('ValidationError', 'Stack with id sluice-dev-source does not exist'));
    expect(await refusal()).toContain(
      'the stack sluice-dev-source does not exist in Region us-east-1: deploy it with npx cdk deploy --all --context environment=dev, or correct the Region',
    );
  });

  it.each([
    ['AWS-01', 'AWS::MediaConnect::Flow', 'Encryption algorithm is required'],
    ['AWS-02', 'AWS::MediaLive::InputSecurityGroup', 'Invalid CIDR'],
    ['AWS-03', 'AWS::MediaPackage::Channel', 'MediaPackage v1 is not available to new customers'],
  ])('if the source stack failed, which decides %s', async (id, ResourceType, ResourceStatusReason) => {
    const failed = {
      StackName: 'sluice-dev-source',
      CreationTime: new Date(0),
      StackStatus: 'ROLLBACK_COMPLETE' as const,
    };
    world.mocks.cloudFormation
      .on(DescribeStacksCommand, { StackName: 'sluice-dev-source' })
      .resolves({ Stacks: [failed] });
    const event = { StackId: 's', EventId: 'e', StackName: 's', Timestamp: new Date(0) };
    world.mocks.cloudFormation.on(DescribeStackEventsCommand).resolves({
      StackEvents: [
        { ...event, ResourceStatus: 'CREATE_FAILED', ResourceType, ResourceStatusReason },
        {
          ...event,
          ResourceStatus: 'CREATE_FAILED',
          ResourceType: 'AWS::IAM::Role',
          ResourceStatusReason: 'Resource creation cancelled',
        },
      ],
    });
    expect(await refusal()).toContain('the stack sluice-dev-source is ROLLBACK_COMPLETE');
    expect(world.outcomes()).toEqual({ [id]: 'does not hold' });
    expect(world.report().findings[0]!.seen).toEqual([
      `CloudFormation could not create ${ResourceType}: ${ResourceStatusReason}`,
    ]);
  });

  it('with credentials of another account', async () => {
    world.request.configuration.account = '999999999999';
    expect(await refusal()).toContain(
      'the credentials belong to account 000000000000, the environment to 999999999999',
    );
  });

  it('with credentials that AWS refuses', async () => {
    world.mocks.sts.on(GetCallerIdentityCommand).rejects(named('ExpiredTokenException'));
    expect(await refusal()).toContain('credentials: AWS refuses the credentials (ExpiredTokenException)');
  });

  it('if the roles do not trust the caller, naming the setting that makes them', async () => {
    world.mocks.sts.on(AssumeRoleCommand).rejects(named('AccessDenied', 'not authorized to perform: sts:AssumeRole'));
    const text = await refusal();
    expect(text).toContain('the role of the function workflow cannot be assumed: AccessDenied');
    expect(text).toContain(
      'set proof.principalArn in infra/aws/environments/dev.json to the IAM role or user behind arn:aws:iam::000000000000:user/operator',
    );
  });

  it('if a quota has no room, counting the resources of other deployments', async () => {
    world.mocks.serviceQuotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 1 } });
    const inputId = await makeInput('another team', {});
    expect(await refusal()).toMatch(
      /MediaLive push inputs: 1 allowed, 1 in use, 1 more needed\n {2}→ delete push inputs .*L-9E233AF7/,
    );
    await world.aws.clients.mediaLive.send(new DeleteInputCommand({ InputId: inputId }));
  });

  it('if a quota cannot be read', async () => {
    world.mocks.serviceQuotas.on(GetServiceQuotaCommand).rejects(named('AccessDeniedException'));
    expect(await refusal()).toContain('allow servicequotas:GetServiceQuota');
  });

  it('while a destination of the deployment is on air', async () => {
    const { mediaLive } = world.aws.clients;
    const tags = tagsOf(world.deployment, 'dst_00000000000000000000000001');
    const inputId = await makeInput('sluice-local-dst', tags);
    const channel = await waitFor('the channel', async () => {
      const request = { ...makeChannelRequest(inputId), Tags: tags };
      return mediaLive.send(new CreateChannelCommand(request)).catch(() => null);
    });
    const ChannelId = channel.Channel!.Id!;
    await waitFor('the start', () =>
      mediaLive.send(new StartChannelCommand({ ChannelId })).then(
        () => true,
        () => false,
      ),
    );
    expect(await refusal()).toMatch(
      /channel \d+ of dst_0{25}1 is (STARTING|RUNNING), and the proof stops the flow it reads\n {2}→ stop the destination/,
    );
    await waitFor('the stop', () =>
      mediaLive.send(new StopChannelCommand({ ChannelId })).then(
        () => true,
        () => false,
      ),
    );
    await waitFor('the deletion', () =>
      mediaLive.send(new DeleteChannelCommand({ ChannelId })).then(
        () => true,
        () => false,
      ),
    );
  });

  it('if another proof left resources that this machine has no record of', async () => {
    const inputId = await makeInput('sluice-local-proof-20260101-000000-x', { [PROOF_TAG]: '20260101-000000' });
    expect(await refusal()).toContain(
      `another proof left, or is using: input ${inputId} of run 20260101-000000\n  → when no other proof is running, remove it with npm run prove -- --environment dev --clean`,
    );
  });

  it('while another proof runs in the same folder', async () => {
    const { folder } = world.request;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'in-use.json'), JSON.stringify({ pid: process.pid, startTime: null }));
    expect(await refusal()).toContain('another proof is running in');
  });

  it('if the operator declines after the cost bound is shown', async () => {
    world.request.confirm = async () => false;
    expect(await refusal()).toMatch(
      /flow +\d+ minutes +0\.\d\d USD[\s\S]*At most [01]\.\d\d USD[\s\S]*Nothing was changed\./,
    );
  });
});

describe('npm run prove -- --clean', () => {
  it('leaves resources that have only the tag or only the name of a proof', async () => {
    await makeInput('another team', { [PROOF_TAG]: '20260101-000000' });
    await makeInput('sluice-local-proof-20260101-000000-x', {});
    await makeInput('sluice-other-proof-20260101-000000-x', { [PROOF_TAG]: '20260101-000000' });
    expect(await clean(world.deps, world.request)).toBe(0);
    expect(await world.left()).toHaveLength(3);
  });
});

describe('the cost bound of a proof', () => {
  const limits = Object.fromEntries(FIRST_DAY_CHECKS.map((check) => [check.checkId, check.limits]));

  it.each([
    ['us-east-1', 'off'],
    ['us-east-1', 'always'],
    ['eu-central-1', 'always'],
  ] as const)('is at most the promised amount in %s with the preview mode %s', (region, primary) => {
    const usd = totalOf(boundCost(limits, { region, primary }));
    expect(usd).toBeGreaterThan(1);
    expect(usd).toBeLessThanOrEqual(COST_MAX_USD);
  });

  it('grows with the time a check may hold resources', () => {
    const where = { region: 'us-east-1', primary: 'off' } as const;
    const longer = { ...limits, 'rtmp-channel': { ...limits['rtmp-channel']!, channelMinutes: 85 } };
    const more = totalOf(boundCost(longer, where)) - totalOf(boundCost(limits, where));
    // An hour of a channel and the traffic it sends.
    expect(more).toBeCloseTo(0.5976 + 1.35 * 0.09, 4);
  });
});
