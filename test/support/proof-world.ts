import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  CostExplorerClient,
  GetCostAndUsageCommand,
  GetDimensionValuesCommand,
  type Group,
} from '@aws-sdk/client-cost-explorer';
import { DescribeFlowCommand, MediaConnectClient, StopFlowCommand } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { listChannels } from '../../functions/aws/channel.ts';
import type { Deployment } from '../../functions/aws/clients.ts';
import { observeFlow } from '../../functions/aws/flow.ts';
import { listInputs } from '../../functions/aws/input.ts';
import { parseConfiguration } from '../../infra/aws/configuration.ts';
import type { AssumptionId } from '../../infra/aws/prove/assumptions.ts';
import { wrongKeyOf } from '../../infra/aws/prove/finding.ts';
import type { ProofRequest } from '../../infra/aws/prove/proof.ts';
import type { ProofDeps } from '../../infra/aws/prove/proof-deps.ts';
import type { ProofReport } from '../../infra/aws/prove/report.ts';
import { startLocalAws, type LocalAws } from '../../infra/local/endpoints/local-aws.ts';
import { AwsError } from '../../infra/local/endpoints/wire/aws-error.ts';
import { makeRecordingEngine } from './media-endpoint.ts';
import { makeReport } from './media-resources.ts';
import { provision } from '../../infra/local/provision.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';
import { makeProofAws, type Truth } from './proof-aws.ts';
import { makeRole, watch } from './proof-role.ts';
import { waitFor } from './wait-for.ts';

type Call = { operation: string; input: Record<string, any> };

/** A deployment on the local endpoints, ready for a proof, and mocks of the services that are not served locally. */
export interface ProofWorld {
  aws: LocalAws;
  deployment: Deployment;
  deps: ProofDeps;
  request: ProofRequest;
  said: string[];
  mocks: ReturnType<typeof mockAccount>;
  now(): number;
  /** Makes one assumption false, or none for null, and disconnects the encoder. */
  makeFalse(broken: AssumptionId | null): void;
  /** Faults that a test injects; it may change them between two proofs. */
  faults: {
    /** Called before each call of a proof; a throw refuses the call. */
    before?: (call: Call) => void;
    /** Returns an error that the endpoints respond with instead. */
    answer?: (operation: string) => AwsError | undefined;
  };
  /** Advances the time. */
  pass(byMs: number): void;
  /** Returns the newest report. */
  report(): ProofReport;
  /** Returns the outcomes in the newest report, except those that hold. */
  outcomes(): Record<string, string>;
  /** Lists leftovers of a proof, including a flow in another state than before. */
  left(): Promise<string[]>;
  /** Kills the process before, or right after, its nth call that changes something. */
  dieAt(call: number, when: 'before' | 'after'): void;
  /** Starts a new process, without the journal entries that the dead one wrote after its death. */
  revive(): void;
  mutations(): number;
  close(): Promise<void>;
}

const PASSPHRASE = 'a passphrase of the tests';
const QUOTA = 5;
/** Calls that change something on AWS. */
const CHANGES = /^(Create|Update|Delete|Start|Stop|Add|Remove)/;

/** Creates a proof world. Close it after the test. */
export async function makeProofWorld(): Promise<ProofWorld> {
  const truth: Truth = { broken: null };
  const faults: ProofWorld['faults'] = {};
  let nowMs = Date.parse('2026-12-01T10:00:00Z');
  const now = () => nowMs;
  const timers = makeTimers(now);
  const engine = makeRecordingEngine();
  const proofAws = makeProofAws({ now, truth });
  const aws = await startLocalAws({
    dataDirectory: null,
    port: 0,
    clock: { now, after: timers.after },
    engine,
    profile: 'instant',
    quotas: { pushInputs: QUOTA, channels: QUOTA },
    hooks: {
      resolveSecret: () => PASSPHRASE,
      around: async (call, proceed) => {
        const refusal = faults.answer?.(call.operation);
        if (refusal) throw refusal;
        return proofAws.around(call, proceed);
      },
    },
  });
  const deployment = await provision({
    clients: aws.clients,
    isSrtEncrypted: true,
    settings: {
      analysis: true,
      srtPort: 9998,
      srtLatencyMs: 200,
      srtBackup: null,
      loopbackTargetsAllowed: true,
      privateHosts: [],
    },
    workflowFunctionArn: `arn:aws:lambda:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:function:none`,
    fingerprintSecret: 'for tests only',
    quotas: { channelQuota: QUOTA, pushInputQuota: QUOTA },
  });
  // A deployment leaves a flow that is not started.
  await untilFlow(aws, deployment, 'ACTIVE');
  await aws.clients.mediaConnect.send(new StopFlowCommand({ FlowArn: deployment.flowArn }));
  await untilFlow(aws, deployment, 'STANDBY');

  const folder = mkdtempSync(join(tmpdir(), 'sluice-proof-'));
  const said: string[] = [];
  const death = { atCall: Infinity, when: 'before' as 'before' | 'after', calls: 0, isDead: false };
  let journalAtDeath: { path: string; text: string } | null = null;
  const die = () => {
    if (!death.isDead) journalAtDeath = readJournal(folder);
    death.isDead = true;
    throw new Error('the process is dead');
  };
  const around = {
    before: (call: Call) => {
      // A refused call has no "after", so the process dies at the next call.
      if (death.isDead || (death.when === 'after' && death.calls >= death.atCall)) die();
      faults.before?.(call);
      if (!CHANGES.test(call.operation)) return;
      death.calls += 1;
      if (death.calls === death.atCall && death.when === 'before') die();
    },
    after: ({ operation }: Call) => {
      if (CHANGES.test(operation) && death.calls === death.atCall && death.when === 'after') die();
    },
  };
  const mocks = mockAccount(deployment, { truth, folder });
  const credentials = await aws.clients.sfn.config.credentials();
  const config = { endpoint: aws.endpoint, region: LOCAL_REGION, credentials, maxAttempts: 1 };
  const clients = {
    ...mocks.clients,
    cloudWatch: aws.clients.cloudWatch,
    cloudWatchLogs: aws.clients.cloudWatchLogs,
    mediaConnect: new MediaConnectClient(config),
    mediaLive: new MediaLiveClient(config),
    mediaPackage: new MediaPackageClient(config),
  };
  for (const client of [clients.mediaConnect, clients.mediaLive, clients.mediaPackage]) watch(client, around);
  const role = { endpoint: aws.endpoint, clients: aws.clients, deploymentId: deployment.deploymentId, truth };
  const deps: ProofDeps = {
    clients,
    makeRoleClients: await makeRole({ ...role, ...around }),
    fetch: async () =>
      redirectOf(truth.broken === 'AWS-04' ? 'abc.execute-api.us-east-1.amazonaws.com' : 'show.example.com'),
    now,
    async sleep(delayMs, signal) {
      if (death.isDead) die();
      signal.throwIfAborted();
      nowMs += delayMs;
      timers.fireDue();
      const detail = truth.broken === 'AWS-27' ? `no such stream: ${keyOf(folder)}` : 'the server refused the stream';
      const problem = { code: 'stream_key_rejected' as const, detail, attempt: 1 };
      const channels = [...engine.channels.keys()].map((id) => makeReport(id, { state: 'rejected', problem }));
      engine.send({ atMs: nowMs, channels });
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    say(line) {
      said.push(line);
      if (line.startsWith('connect the encoder')) proofAws.setEncoder(true);
    },
  };
  const configuration = parseConfiguration(
    {
      deploymentId: 'local',
      region: LOCAL_REGION,
      source: { allowedCidr: '203.0.113.7/32' },
      alarmEmail: 'operator@example.com',
      monthlyBudgetUsd: 100,
      primary: 'off',
    },
    'dev.json',
  );
  const world: ProofWorld = {
    aws,
    deployment,
    deps,
    said,
    mocks,
    faults,
    now,
    makeFalse(broken) {
      truth.broken = broken;
      proofAws.setEncoder(false);
    },
    pass: (byMs) => void (nowMs += byMs),
    request: {
      environment: 'dev',
      configuration,
      region: LOCAL_REGION,
      folder,
      hasEncoder: true,
      confirm: async () => true,
      signal: new AbortController().signal,
    },
    report: () => JSON.parse(readFileSync(newestReport(folder), 'utf8')) as ProofReport,
    outcomes: () =>
      Object.fromEntries(
        world
          .report()
          .findings.filter(({ outcome }) => outcome !== 'holds')
          .map(({ id, outcome }) => [id, outcome]),
      ),
    async left() {
      const deploymentDeps = { clients: aws.clients, deployment };
      const [channels, inputs, flow] = await Promise.all([
        listChannels(deploymentDeps),
        listInputs(deploymentDeps),
        observeFlow(deploymentDeps),
      ]);
      const outputs = flow?.outputs.map(({ flowOutputName }) => flowOutputName) ?? [];
      const names = [...channels, ...inputs].map(({ name, state }) => `${name} ${state}`);
      return [...names, ...outputs, ...(flow?.status === 'STANDBY' ? [] : [`flow ${flow?.status}`])];
    },
    dieAt(atCall, when) {
      Object.assign(death, { atCall, when });
    },
    revive() {
      Object.assign(death, { atCall: Infinity, isDead: false });
      if (journalAtDeath !== null) writeFileSync(journalAtDeath.path, journalAtDeath.text);
      journalAtDeath = null;
    },
    mutations: () => death.calls,
    async close() {
      await aws.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** Creates timers for the local endpoints. They fire when the proof has slept long enough, or in real time. */
function makeTimers(now: () => number) {
  const timers = new Set<{ dueMs: number; fire: () => void }>();
  return {
    after(delayMs: number, action: () => void): () => void {
      const timer = {
        dueMs: now() + delayMs,
        fire() {
          cancel();
          action();
        },
      };
      const handle = setTimeout(timer.fire, delayMs);
      handle.unref();
      const cancel = () => {
        clearTimeout(handle);
        timers.delete(timer);
      };
      timers.add(timer);
      return cancel;
    },
    fireDue(): void {
      for (const timer of timers) if (timer.dueMs <= now()) timer.fire();
    },
  };
}

async function untilFlow({ clients }: LocalAws, { flowArn: FlowArn }: Deployment, status: string): Promise<void> {
  await waitFor(`the flow to be ${status}`, async () => {
    const { Flow: flow } = await clients.mediaConnect.send(new DescribeFlowCommand({ FlowArn }));
    return flow?.Status === status;
  });
}

function redirectOf(host: string): Response {
  const back = encodeURIComponent(`https://${host}/api/session/callback`);
  const location = `https://pool.auth.us-east-1.amazoncognito.com/oauth2/authorize?redirect_uri=${back}&state=s`;
  return new Response(null, { status: 302, headers: { location } });
}

function runFolders(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^\d{8}-\d{6}$/.test(name))
    .toSorted();
}

function keyOf(folder: string): string {
  return wrongKeyOf(runFolders(folder).at(-1) ?? '');
}

function readJournal(folder: string): { path: string; text: string } | null {
  const newest = runFolders(folder).at(-1);
  if (newest === undefined) return null;
  const path = join(folder, newest, 'journal.jsonl');
  return { path, text: readFileSync(path, 'utf8') };
}

function newestReport(folder: string): string {
  const run = join(folder, runFolders(folder).at(-1)!);
  const costs = readdirSync(run)
    .filter((name) => name.startsWith('costs-'))
    .toSorted()
    .at(-1);
  return join(run, costs ?? '', 'report.json');
}

const stack = (StackName: string, outputs: Record<string, string> = {}) => ({
  StackName,
  CreationTime: new Date(0),
  StackStatus: 'CREATE_COMPLETE' as const,
  Outputs: Object.entries(outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
});

const resource = (ResourceType: string, LogicalResourceId: string, PhysicalResourceId: string) => ({
  ResourceType,
  LogicalResourceId,
  PhysicalResourceId,
  LastUpdatedTimestamp: new Date(0),
  ResourceStatus: 'CREATE_COMPLETE' as const,
});

/** Mocks the account around the deployment: stacks, identity, quotas, trail and bill. */
function mockAccount(deployment: Deployment, { truth, folder }: { truth: Truth; folder: string }) {
  const config = { region: LOCAL_REGION, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const clients = {
    cloudFormation: new CloudFormationClient(config),
    cloudTrail: new CloudTrailClient(config),
    costExplorer: new CostExplorerClient(config),
    serviceQuotas: new ServiceQuotasClient(config),
    sts: new STSClient(config),
  };
  const cloudFormation = mockClient(clients.cloudFormation);
  cloudFormation.on(DescribeStacksCommand, { StackName: 'sluice-dev-source' }).resolves({ Stacks: [stack('source')] });
  cloudFormation
    .on(DescribeStacksCommand, { StackName: 'sluice-dev-dashboard' })
    .resolves({ Stacks: [stack('dashboard', { DashboardUrl: 'https://show.example.com/' })] });
  cloudFormation
    .on(DescribeStacksCommand, { StackName: 'sluice-dev-control-plane' })
    .resolves({ Stacks: [stack('control-plane')] });
  cloudFormation.on(DescribeStackEventsCommand).resolves({ StackEvents: [] });
  cloudFormation.on(ListStackResourcesCommand, { StackName: 'sluice-dev-source' }).resolves({
    StackResourceSummaries: [
      resource('AWS::IAM::Role', 'FlowRoleAB12', 'FlowRole'),
      resource('AWS::MediaConnect::Flow', 'Flow', deployment.flowArn),
      resource('AWS::MediaLive::InputSecurityGroup', 'InputSecurityGroup', deployment.inputSecurityGroupId),
      resource('AWS::MediaPackage::Channel', 'PackageChannel', deployment.packageChannelId),
      resource('AWS::IAM::Role', 'MediaLiveRoleCD34', 'sluice-medialive'),
    ],
  });
  cloudFormation.on(ListStackResourcesCommand, { StackName: 'sluice-dev-control-plane' }).resolves({
    StackResourceSummaries: [
      resource('AWS::IAM::Role', 'RoleapiEF56', 'api'),
      resource('AWS::IAM::Role', 'RoleworkflowGH78', 'workflow'),
    ],
  });
  const sts = mockClient(clients.sts);
  sts.on(GetCallerIdentityCommand).resolves({
    Account: LOCAL_ACCOUNT_ID,
    Arn: `arn:aws:iam::${LOCAL_ACCOUNT_ID}:user/operator`,
  });
  sts.on(AssumeRoleCommand).resolves({
    Credentials: {
      AccessKeyId: 'ASIAROLE',
      SecretAccessKey: 'never shown',
      SessionToken: 'never shown',
      Expiration: new Date(4e12),
    },
  });
  const serviceQuotas = mockClient(clients.serviceQuotas);
  serviceQuotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: QUOTA } });
  const cloudTrail = mockClient(clients.cloudTrail);
  cloudTrail.on(LookupEventsCommand).callsFake(() => {
    const key = truth.broken === 'AWS-28' ? keyOf(folder) : 'HIDDEN_DUE_TO_SECURITY_REASONS';
    const name = `sluice-local-proof-${runFolders(folder).at(-1)}-rtmp`;
    return { Events: [{ CloudTrailEvent: JSON.stringify({ requestParameters: { name, streamName: key } }) }] };
  });
  const costExplorer = mockClient(clients.costExplorer);
  costExplorer
    .on(GetDimensionValuesCommand)
    .resolves({ DimensionValues: [{ Value: 'AWS Elemental MediaLive' }, { Value: 'Amazon S3' }] });
  costExplorer.on(GetCostAndUsageCommand).callsFake(() => ({
    ResultsByTime: [
      {
        Groups: [
          usage('EUC1-IdleChannel', 'INACTIVE_CHANNEL', 2, truth.broken === 'AWS-29' ? 0.4 : 0.02),
          usage('EUC1-MediaConnect-DataTransfer-Out-Bytes', 'Output', 3, truth.broken === 'AWS-30' ? 0.27 : 0.03),
          usage('EML1-OUT-AVC-HD', 'CHANNEL_OUTPUT', 0.25, 0.11),
        ],
      },
    ],
  }));
  return { clients, cloudFormation, sts, serviceQuotas, cloudTrail, costExplorer };
}

function usage(usageType: string, operation: string, quantity: number, usd: number): Group {
  return {
    Keys: [usageType, operation],
    Metrics: {
      UsageQuantity: { Amount: String(quantity), Unit: 'Hrs' },
      UnblendedCost: { Amount: String(usd), Unit: 'USD' },
    },
  };
}
