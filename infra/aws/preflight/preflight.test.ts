import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { ListChannelsCommand as ListPackageChannelsCommand } from '@aws-sdk/client-mediapackage';
import { ListChannelsCommand, ListInputSecurityGroupsCommand, ListInputsCommand } from '@aws-sdk/client-medialive';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { parseConfiguration } from '../configuration.ts';
import { formatFindings } from './finding.ts';
import { createPreflightClients, runPreflight } from './preflight.ts';

const REGION = 'eu-central-1';
const named = (name: string) => Object.assign(new Error(`${name} from AWS`), { name });

function makeConfiguration(over: object = {}) {
  return parseConfiguration(
    {
      deploymentId: 'dev',
      source: { allowedCidr: '51.100.7.1/32' },
      alarmEmail: 'operator@broadcaster.tv',
      monthlyBudgetUsd: 100,
      ...over,
    },
    'dev.json',
  );
}

const CHANNEL_LOGS = { logGroupName: 'ElementalMediaLive', retentionInDays: 30 };

/** Creates a mocked account that passes every check. */
function makeAccount(region = REGION) {
  const clients = createPreflightClients(region);
  const mocks = {
    cloudWatchLogs: mockClient(clients.cloudWatchLogs),
    sts: mockClient(clients.sts),
    iam: mockClient(clients.iam),
    mediaLive: mockClient(clients.mediaLive),
    mediaPackage: mockClient(clients.mediaPackage),
    serviceQuotas: mockClient(clients.serviceQuotas),
  };
  mocks.sts.on(GetCallerIdentityCommand).resolves({
    Account: '111122223333',
    Arn: 'arn:aws:sts::111122223333:assumed-role/Admin/alice',
  });
  mocks.iam.on(GetRoleCommand).resolves({});
  mocks.iam.on(SimulatePrincipalPolicyCommand).resolves({ EvaluationResults: [] });
  mocks.mediaLive.on(ListChannelsCommand).resolves({ Channels: [{}, {}] });
  mocks.mediaLive.on(ListInputsCommand).resolves({ Inputs: [{ Type: 'RTP_PUSH' }, { Type: 'URL_PULL' }] });
  mocks.mediaLive.on(ListInputSecurityGroupsCommand).resolves({ InputSecurityGroups: [{}] });
  mocks.mediaPackage.on(ListPackageChannelsCommand).resolves({});
  mocks.cloudWatchLogs
    .on(DescribeLogGroupsCommand)
    .resolves({ logGroups: [{ logGroupName: 'ElementalMediaLive2' }, CHANNEL_LOGS] });
  mocks.serviceQuotas
    .on(GetServiceQuotaCommand)
    .resolves({ Quota: { Value: 20 } })
    .on(GetServiceQuotaCommand, { ServiceCode: 'lambda' })
    .resolves({ Quota: { Value: 1000 } });
  let pages = 2;
  // Replaced manually: the types of the mocking library do not fit this older client.
  Object.assign(clients.mediaConnect, {
    send: async () => ({ Flows: [{}], NextToken: --pages > 0 ? 'more' : undefined }),
  });
  return { clients, mocks };
}

const findingsOf = async (account: ReturnType<typeof makeAccount>, configuration = makeConfiguration()) =>
  new Map((await runPreflight(account.clients, configuration)).map((finding) => [finding.check, finding]));

describe('npm run preflight', () => {
  it('passes for an account that is ready', async () => {
    const account = makeAccount();
    const findings = await findingsOf(account);
    const ofAccount = [...findings.values()].filter(({ check }) => check !== 'prices');
    expect(ofAccount.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 11 }, () => 'ok'));
    // The repository has no price file for this Region.
    expect(findings.get('prices')).toMatchObject({
      outcome: 'warning',
      remedy: 'npm run preflight -- --environment NAME --prices',
    });
    expect(findings.get('MediaLive push inputs')?.detail).toBe('20 allowed, 1 in use, 5 needed');
    expect(findings.get('MediaConnect flows')?.detail).toBe('20 allowed, 2 in use, 1 needed');
    const [simulation] = account.mocks.iam.commandCalls(SimulatePrincipalPolicyCommand);
    expect(simulation!.args[0].input.PolicySourceArn).toBe('arn:aws:iam::111122223333:role/Admin');
  });

  it('requests a larger quota if it is too small and warns if part of it is in use', async () => {
    const account = makeAccount();
    account.mocks.serviceQuotas
      .on(GetServiceQuotaCommand)
      .rejects(named('NoSuchResourceException'))
      .on(GetAWSDefaultServiceQuotaCommand)
      .resolves({ Quota: { Value: 5 } });
    const findings = await findingsOf(account, makeConfiguration({ quotas: { channels: 9, pushInputs: 5 } }));
    expect(findings.get('MediaLive channels')).toMatchObject({
      outcome: 'failed',
      detail: '5 allowed, 2 in use, 9 needed',
      remedy: expect.stringContaining('at least 11 in Service Quotas (medialive, L-D1AFAF75)'),
    });
    expect(findings.get('MediaLive push inputs')).toMatchObject({ outcome: 'warning' });
  });

  it('names the bootstrap command and the role that the caller may not assume', async () => {
    const account = makeAccount();
    account.mocks.iam.on(GetRoleCommand).rejects(named('NoSuchEntityException'));
    account.mocks.iam.on(SimulatePrincipalPolicyCommand).resolves({
      EvaluationResults: [
        {
          EvalActionName: 'sts:AssumeRole',
          EvalDecision: 'implicitDeny',
          EvalResourceName: 'arn:aws:iam::111122223333:role/cdk-hnb659fds-deploy-role-111122223333-eu-central-1',
        },
      ],
    });
    const findings = await findingsOf(account);
    expect(findings.get('CDK bootstrap')).toMatchObject({
      outcome: 'failed',
      remedy: 'npx cdk bootstrap aws://111122223333/eu-central-1',
    });
    expect(findings.get('permission to deploy')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('deploy-role'),
    });
  });

  it('checks the roles in the caller’s partition', async () => {
    const account = makeAccount();
    account.mocks.sts.on(GetCallerIdentityCommand).resolves({
      Account: '111122223333',
      Arn: 'arn:aws-us-gov:sts::111122223333:assumed-role/Admin/alice',
    });
    await findingsOf(account);
    const [simulation] = account.mocks.iam.commandCalls(SimulatePrincipalPolicyCommand);
    const { PolicySourceArn: caller, ResourceArns: roles = [] } = simulation!.args[0].input;
    expect(caller).toBe('arn:aws-us-gov:iam::111122223333:role/Admin');
    expect(roles).toHaveLength(3);
    for (const role of roles) expect(role).toMatch(/^arn:aws-us-gov:iam::111122223333:role\/cdk-/);
  });

  it('fails in a Region that cannot host a deployment, even one from the command line', async () => {
    const findings = await findingsOf(makeAccount('me-south-1'));
    expect(findings.get('Region')).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('me-south-1: CloudFront delivers no access logs'),
    });
    expect(findings.get('credentials')).toBeUndefined();
  });

  it('distinguishes a Region without MediaPackage from a denied call', async () => {
    const account = makeAccount();
    account.mocks.mediaPackage.rejects(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }));
    expect((await findingsOf(account)).get('MediaPackage v1')?.outcome).toBe('failed');
    account.mocks.mediaPackage.rejects(named('ForbiddenException'));
    expect((await findingsOf(account)).get('MediaPackage v1')?.outcome).toBe('unknown');
  });

  it('fails while channel logs have no retention period and names the command that sets one', async () => {
    const account = makeAccount();
    const limit = 'aws logs put-retention-policy --log-group-name ElementalMediaLive --retention-in-days 14';
    const found = async () =>
      (await findingsOf(account, makeConfiguration({ logRetentionDays: 14 }))).get('channel logs');
    account.mocks.cloudWatchLogs
      .on(DescribeLogGroupsCommand)
      .resolves({ logGroups: [{ ...CHANNEL_LOGS, retentionInDays: undefined }] });
    expect(await found()).toMatchObject({ outcome: 'failed', remedy: limit });
    account.mocks.cloudWatchLogs.on(DescribeLogGroupsCommand).resolves({});
    expect(await found()).toMatchObject({
      outcome: 'failed',
      remedy: `aws logs create-log-group --log-group-name ElementalMediaLive && ${limit}`,
    });
  });

  it('reports a check that could not run as unknown', async () => {
    const account = makeAccount();
    account.mocks.serviceQuotas.rejects(named('AccessDeniedException'));
    account.mocks.iam.rejects(named('AccessDenied'));
    account.mocks.cloudWatchLogs.rejects(named('AccessDeniedException'));
    const outcomes = [...(await findingsOf(account)).values()].map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'unknown')).toHaveLength(8);
  });

  it('stops when credentials are missing or belong to another account', async () => {
    const account = makeAccount();
    const wrong = await findingsOf(account, makeConfiguration({ account: '999999999999' }));
    expect([...wrong.values()]).toMatchObject([
      { check: 'environment file' },
      { check: 'credentials', outcome: 'failed', detail: expect.stringContaining('111122223333') },
    ]);
    account.mocks.sts.rejects(named('CredentialsProviderError'));
    expect([...(await findingsOf(account)).values()]).toMatchObject([{}, { check: 'credentials', outcome: 'failed' }]);
  });

  it('fails for an environment file with placeholder values', async () => {
    const over = { source: { allowedCidr: '198.51.100.0/24' }, alarmEmail: 'operator@example.com' };
    expect((await findingsOf(makeAccount(), makeConfiguration(over))).get('environment file')).toMatchObject({
      outcome: 'failed',
      detail: 'source.allowedCidr is still 198.51.100.0/24 and alarmEmail is still operator@example.com',
    });
  });

  it('prints each remedy below its finding', () => {
    const text = formatFindings([
      { check: 'one', outcome: 'ok', detail: 'fine' },
      { check: 'three', outcome: 'failed', detail: 'bad', remedy: 'do this' },
    ]);
    expect(text).toBe('✓ one    fine\n✗ three  bad\n         → do this');
  });
});
