import { DECLARED } from './declared.ts';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateKeyCommand } from '@aws-sdk/client-kms';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { ConfirmSubscriptionCommand, CreateTopicCommand } from '@aws-sdk/client-sns';
import { ListOriginEndpointsCommand } from '@aws-sdk/client-mediapackage';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { startAwsFront } from '../../infra/local/endpoints/wire/aws-front.ts';
import { createDynamodb } from '../../infra/local/endpoints/dynamodb/create-dynamodb.ts';
import { TABLE_DEFINITION } from '../../infra/local/endpoints/dynamodb/table-definition.ts';
import { createKms } from '../../infra/local/endpoints/kms/create-kms.ts';
import { createS3 } from '../../infra/local/endpoints/s3/create-s3.ts';
import { createSns, type TopicMail } from '../../infra/local/endpoints/sns/create-sns.ts';
import { systemClock } from '../../infra/local/host/clock.ts';
import { createAwsClients, destroyAwsClients } from '../../functions/aws/clients.ts';
import { getDestination, insertDestination } from '../../functions/aws/destination-table.ts';
import { orphanIdOf, type Orphan } from '../../functions/aws/orphan-table.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import type { ApiDeps } from '../../functions/api/api-deps.ts';
import { createApi } from '../../functions/api/app.ts';
import { ENDED } from '../../functions/api/openapi-document.ts';
import { createAccessTokens } from '../../functions/api/auth/access-tokens.ts';
import { createTokenAuthentication } from '../../functions/api/auth/authentication.ts';
import { createRevokedSessions, type RevokedSessions } from '../../functions/api/auth/revoked-sessions.ts';
import { readDestinationKeys } from '../../functions/api/transfer/reveal-keys.ts';
import type { SimulatedFault, Rehearsal } from '../../functions/api/rehearsal.ts';
import { makeProbe } from './make-probe.ts';
import type { DestinationResource } from '../../functions/api/schemas/destinations.ts';
import type { ProblemBody } from '../../functions/api/schemas/problem.ts';

/**
 * The API on the local DynamoDB and KMS, with the rest of AWS mocked call by call. State machines never run, so a
 * record stays as the API wrote it.
 */

export const TOKEN = 'test-token-0123456789';
export const NOW = new Date('2026-11-21T18:00:00.000Z');
/** Keeps ended sessions for the life of the process. */
export function keepRevoked(now: () => Date): RevokedSessions {
  return createRevokedSessions({ store: { load: () => null, save: () => {} }, now });
}

export const SRT_PASSPHRASE = 'a pass&phrase of the tests $!';
export const STREAM_KEY = 'zq7x-canary-81kd-w3pm-77vb';
export const DESTINATION_ID = 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc';
export const OTHER_ID = 'dst_01k8m3v0s5n2q8w4x6y7z9a1bd';
export const MISSING_ID = 'dst_01k8m3v0s5n2q8w4x6y7z9a1zz';

const FLOW_ARN = 'arn:aws:mediaconnect:us-east-1:000000000000:flow:1-aa:sluice';
const stateMachineArn = (kind: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:destination-${kind}`;

/** Statuses contract.test.ts provokes on every route that documents them. */
const TESTED_FOR_ALL_ROUTES = [400, 401, 403, 413, 415, 429, 500, 503];

interface CallOptions {
  /** Sent as JSON; a string is sent unchanged. */
  body?: unknown;
  headers?: Record<string, string>;
  /** False sends no credentials. */
  signedIn?: boolean;
}

type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Parsed body; null without one. */
  body: any;
  problem: ProblemBody;
}

/** Creates a rehearsal that only records its faults. */
function makeRehearsal(): Rehearsal {
  let active: SimulatedFault[] = [];
  return {
    active: () => active,
    async switch(fault, isActive) {
      const others = active.filter((other) => JSON.stringify(other) !== JSON.stringify(fault));
      active = isActive ? [...others, fault] : others;
    },
  };
}

/** Starts the API. Close it in `afterAll`. */
export async function startTestApi() {
  const dynamodb = await createDynamodb({ directory: null });
  const topicMails: TopicMail[] = [];
  const sns = createSns({
    clock: { ...systemClock, now: () => time.now.getTime() },
    mailbox: (mail) => void topicMails.push(mail),
  });
  const front = await startAwsFront({
    port: 0,
    services: [dynamodb, createKms({ directory: null }), createS3({ dataDirectory: null }), sns],
  });
  const clients = createAwsClients({
    region: 'us-east-1',
    endpoint: front.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    attemptsMax: 1,
  });
  const { KeyMetadata: key } = await clients.kms.send(new CreateKeyCommand({}));
  const mocks = {
    sfn: mockClient(clients.sfn),
    mediaPackage: mockClient(clients.mediaPackage),
    cloudWatch: mockClient(clients.cloudWatch),
  };
  // Mocked by hand, because the mocking library's types do not support this older client.
  const mediaConnect = { ...makeFlowState(), calls: [] as string[] };
  Object.assign(clients.mediaConnect, {
    async send(command: object) {
      const { name } = command.constructor;
      mediaConnect.calls.push(name);
      if (mediaConnect.failure) throw mediaConnect.failure;
      if (name === 'DescribeFlowCommand') return mediaConnect.flow;
      if (name === 'DescribeFlowSourceThumbnailCommand') return { ThumbnailDetails: mediaConnect.thumbnail };
      return name === 'DescribeFlowSourceMetadataCommand' ? mediaConnect.media : {};
    },
  });
  const log: string[] = [];
  const write = (level: string) => (message: string, details?: object) =>
    void log.push(JSON.stringify({ level, message, ...details }));
  const time = { now: NOW };
  const addresses: Record<string, string[]> = {};
  let count = 0;
  const deployment: ApiDeps['deployment'] = {
    deploymentId: 'test',
    tableName: '',
    keyId: key!.KeyId!,
    flowArn: FLOW_ARN,
    packageChannelId: 'sluice',
    reportBucket: '',
    recordingBucket: '',
    recordingMachineArn: stateMachineArn('recording'),
    stateMachineArns: {
      create: stateMachineArn('create'),
      start: stateMachineArn('start'),
      stop: stateMachineArn('stop'),
      teardown: stateMachineArn('teardown'),
    },
    incidentMachineArn: stateMachineArn('incident'),
    deliveryMachineArn: stateMachineArn('delivery'),
    showMachineArn: stateMachineArn('show'),
    slateMachineArn: stateMachineArn('slate'),
    groupMachineArn: stateMachineArn('group'),
    declaredInput: DECLARED.declaredInput,
    channelQuota: 5,
    pushInputQuota: 5,
    isSourceAnalysed: true,
    copiesSource: false,
    defaultStandby: 'warm',
    pricedInput: DECLARED.declaredInput,
    hasBackupSource: false,
    fingerprintSecret: 'for tests only',
    loopbackTargetsAllowed: false,
    privateHosts: [],
  };
  const now = () => time.now;
  const logger = { info: write('info'), warn: write('warn'), error: write('error') };
  const deps: ApiDeps = {
    clients,
    deployment,
    now,
    sleep: async (delayMs) => void (time.now = new Date(time.now.getTime() + delayMs)),
    resolveHost: async (host) => addresses[host] ?? ['203.0.114.7'],
    startSeconds: 180,
    startPace: { atOnceMax: 20, intervalMs: 0 },
    preflight: { probe: makeProbe(), freshSeconds: 5, recordingDisk: () => null },
    mail: { kind: 'outbox' },
    logger,
    authentication: createTokenAuthentication({
      token: TOKEN,
      now,
      revoked: keepRevoked(now),
      accessTokens: createAccessTokens({ clients, deployment, now, logger }),
    }),
    embedded: true,
    version: '0.1.0',
    newId: (prefix) => `${prefix}_01k8m3v0s5n2q8w4x6${String(++count).padStart(8, '0')}`,
    freshSeconds: 5,
    metrics: { windowSeconds: 60, periodSeconds: 1, keptMs: 1000 },
    source: { lookKeptMs: 1000, figuresAgeMsMax: 1000, periodSeconds: 5 },
    primaryMode: 'always',
    ingestHost: null,
    docs: { directory: dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json')) },
    isHostAllowed: (host) => host === 'localhost',
    rehearsal: makeRehearsal(),
    revealKeys: (record) => readDestinationKeys(deps, record),
    srtPassphrase: SRT_PASSPHRASE,
  };
  /** Every answer, for checks over all of them. */
  const answers: { method: string; path: string; status: number; text: string; headers: string }[] = [];
  let api = createApi(deps);

  const call: Call = async (method, path, { body, headers = {}, signedIn = true } = {}) => {
    const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await api.request(path, {
      method,
      headers: {
        ...(signedIn ? { authorization: `Bearer ${TOKEN}` } : {}),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent as string }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed = isJson && text !== '' ? JSON.parse(text) : null;
    answers.push({
      method,
      path,
      status: response.status,
      text,
      headers: JSON.stringify([...response.headers]),
    });
    return { status: response.status, headers: response.headers, text, body: parsed, problem: parsed };
  };

  return {
    deps,
    mocks,
    /** What SNS sent by e-mail, oldest first. */
    topicMails,
    sns,
    mediaConnect,
    log,
    time,
    addresses,
    answers,
    call,
    get api() {
      return api;
    },
    /** Resets the table and the mocks to a healthy AWS. */
    async reset() {
      deps.deployment.tableName = `sluice-${randomUUID()}`;
      await clients.table.send(
        new CreateTableCommand({
          TableName: deps.deployment.tableName,
          ...TABLE_DEFINITION,
        }),
      );
      deps.deployment.reportBucket = deps.deployment.tableName;
      deps.deployment.recordingBucket = deps.deployment.tableName;
      await clients.s3.send(new CreateBucketCommand({ Bucket: deps.deployment.reportBucket }));
      for (const mock of Object.values(mocks)) mock.reset();
      mocks.sfn.on(StartExecutionCommand).resolves({});
      Object.assign(mediaConnect, makeFlowState());
      mediaConnect.calls.length = 0;
      mocks.mediaPackage.on(ListOriginEndpointsCommand).resolves({
        OriginEndpoints: [
          {
            Id: 'preview',
            HlsPackage: {},
            StartoverWindowSeconds: 86_400,
            Url: 'https://pkg.example/out/v1/abc/index.m3u8',
          },
        ],
      });
      mocks.cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
      for (const host of Object.keys(addresses)) delete addresses[host];
      log.length = 0;
      topicMails.length = 0;
      time.now = NOW;
      api = createApi(deps);
    },
    /** Creates another API on the same table with other dependencies. */
    rebuild(changes: Partial<ApiDeps>) {
      api = createApi({ ...deps, ...changes });
    },
    /** Another API on the same table whose e-mail leaves through an SNS topic. @returns the topic and its mail way */
    async useTopic(changes: Partial<ApiDeps> = {}) {
      const { TopicArn: topicArn } = await clients.sns.send(new CreateTopicCommand({ Name: `mails-${randomUUID()}` }));
      const mail = { kind: 'topic' as const, topicArn: topicArn! };
      api = createApi({ ...deps, mail, ...changes });
      return mail;
    },
    /** Opens the link of the newest request for confirmation, as the owner of the address does. */
    async confirmAddress(email: string) {
      const mail = topicMails.findLast(({ kind, to }) => kind === 'confirmation' && to === email);
      if (mail?.kind !== 'confirmation') throw new Error(`${email} got no request for confirmation`);
      await clients.sns.send(new ConfirmSubscriptionCommand({ TopicArn: mail.topicArn, Token: mail.token }));
    },
    /** The same, recording every table access: the partition of a Query, else the command's name. */
    watchTable(): string[] {
      const { table } = clients;
      const seen: string[] = [];
      const send = (command: { input: { ExpressionAttributeValues?: Record<string, unknown> } }) => {
        const values = command.input.ExpressionAttributeValues ?? {};
        seen.push(String(values[':pk'] ?? values[':day'] ?? command.constructor.name));
        return table.send(command as never);
      };
      api = createApi({ ...deps, clients: { ...clients, table: { send } as never } });
      return seen;
    },
    /** Another API on the same table whose writes take some time, so that requests at the same time read before them. */
    delayWrites(delayMs: number, changes: Partial<ApiDeps> = {}) {
      const { table } = clients;
      const send = async (command: object) => {
        if (command.constructor.name !== 'QueryCommand') await new Promise((resolve) => setTimeout(resolve, delayMs));
        return table.send(command as never);
      };
      api = createApi({ ...deps, ...changes, clients: { ...clients, table: { send } as never } });
    },
    /** Another API on the same table with stale replicas, where only consistent reads find an item. */
    readStale() {
      const { table } = clients;
      const send = async (command: { input: { ConsistentRead?: boolean } }) =>
        command.constructor.name === 'GetCommand' && !command.input.ConsistentRead ? {} : table.send(command as never);
      api = createApi({ ...deps, clients: { ...clients, table: { send } as never } });
    },
    /** Another API on the same table that loses the first answer to each write, so that the SDK retries. */
    loseAnswers(commandName: 'PutCommand' | 'UpdateCommand') {
      const { table } = clients;
      const send = async (command: object) => {
        if (command.constructor.name === commandName) await table.send(command as never);
        return table.send(command as never);
      };
      api = createApi({ ...deps, clients: { ...clients, table: { send } as never } });
    },
    async put(record: Destination) {
      await insertDestination(deps, record);
      return record;
    },
    read: (destinationId: string) => getDestination(deps, destinationId),
    /** Adds a destination through the API. */
    async add(fields: object = {}): Promise<DestinationResource> {
      const answer = await call('POST', '/api/destinations', { body: { ...makeBody(), ...fields } });
      if (answer.status !== 201) throw new Error(`not added: ${answer.text}`);
      return answer.body;
    },
    /**
     * Returns documented statuses of these paths that no call has returned yet, without those tested for all routes.
     */
    async unmetStatuses(...paths: string[]): Promise<string[]> {
      const { body: document } = await call('GET', '/api/openapi.json');
      const unmet: string[] = [];
      for (const path of paths) {
        const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/?]+')}(\\?.*)?$`);
        const operations = Object.entries<{ responses: Record<string, { description: string }> }>(document.paths[path]);
        for (const [method, { responses }] of operations) {
          // The answers after a wait are tested for all routes.
          const own = Object.entries(responses).filter(([, { description }]) => !description.startsWith(ENDED));
          for (const status of own.map(([each]) => Number(each))) {
            const met = answers.some(
              (answer) =>
                answer.status === status && answer.method.toLowerCase() === method && pattern.test(answer.path),
            );
            if (!met && !TESTED_FOR_ALL_ROUTES.includes(status)) unmet.push(`${method} ${path} ${status}`);
          }
        }
      }
      return unmet;
    },
    executions: () =>
      mocks.sfn.commandCalls(StartExecutionCommand).map(({ args: [command] }) => command.input.name ?? ''),
    async close() {
      destroyAwsClients(clients);
      await front.close();
      await dynamodb.close();
    },
  };
}

export type TestApi = Awaited<ReturnType<typeof startTestApi>>;

/** The API of a test file: started once, reset before every test, closed at the end. */
export function useTestApi(): TestApi {
  const test = {} as TestApi;
  beforeAll(async () => {
    Object.defineProperties(test, Object.getOwnPropertyDescriptors(await startTestApi()));
  });
  beforeEach(() => test.reset());
  afterAll(() => test.close());
  return test;
}

/** A valid body of POST /api/destinations. */
export function makeBody() {
  return { name: 'Main', platform: 'youtube', streamKey: STREAM_KEY };
}

/** An idle, cold record. */
export function makeRecord(changes: Partial<Destination> = {}): Destination {
  return {
    destinationId: DESTINATION_ID,
    name: 'Main',
    group: null,
    platform: 'youtube',
    rtmpUrl: 'rtmps://a.rtmps.youtube.com:443/live2',
    streamKeyCiphertext: 'AAAA',
    streamKeyLast4: 'abcd',
    streamKeyFingerprint: '0011223344556677',
    preset: '1080p30',
    standby: 'cold',
    desired: 'idle',
    status: 'idle',
    generation: 3,
    revision: 4,
    writeCount: 9,
    operation: null,
    held: {},
    restartRequested: false,
    lastError: null,
    observation: null,
    runningSince: null,
    createdAt: '2026-11-21T10:00:00.000Z',
    lastModified: '2026-11-21T11:00:00.000Z',
    ...changes,
  };
}

/** A record on air for a minute, with a channel of generation 3. */
export function makeRunning(changes: Partial<Destination> = {}): Destination {
  return makeRecord({
    desired: 'running',
    status: 'running',
    runningSince: '2026-11-21T17:59:00.000Z',
    held: {
      input: { inputId: '11', address: '10.0.0.1', port: 5000 },
      channel: { channelId: '22', channelArn: 'arn:aws:medialive:us-east-1:0:channel:22', configurationHash: 'aa' },
      flowOutput: { flowOutputArn: 'arn:aws:mediaconnect:us-east-1:0:output:1-a:x', flowOutputName: 'x' },
      channelRun: { startedAt: '2026-11-21T17:58:50.000Z', generation: 3 },
    },
    observation: {
      observedAt: '2026-11-21T17:59:58.000Z',
      channelState: 'RUNNING',
      alerts: [],
      sourceConnected: true,
      activeOutputs: 1,
      bitrateBps: 4_400_000,
      framesPerSecond: 30,
    },
    ...changes,
  });
}

/** A running channel without a destination, seen once. */
export function makeOrphan(changes: Partial<Orphan> = {}): Orphan {
  const orphan = { resource: 'channel' as const, resourceId: '1234567', state: 'RUNNING', ...changes };
  return {
    orphanId: orphanIdOf(orphan),
    destinationId: DESTINATION_ID,
    isTagged: true,
    reason: 'no_destination',
    firstSeenAt: NOW.toISOString(),
    lastSeenAt: NOW.toISOString(),
    sightings: 1,
    releaseRequestedBy: null,
    ...orphan,
  };
}

/** The always-on channel. */
export function makePrimary(): Destination {
  return makeRunning({
    destinationId: 'primary',
    name: 'HLS preview',
    streamKeyCiphertext: null,
    streamKeyLast4: null,
    streamKeyFingerprint: null,
  });
}

/** Answers of a healthy MediaConnect. */
function makeFlowState() {
  return {
    flow: makeFlow('ACTIVE') as object,
    media: {} as object,
    thumbnail: {} as object,
    failure: null as Error | null,
  };
}

/** DescribeFlow's answer. */
export function makeFlow(status: string, changes: object = {}) {
  return {
    Flow: {
      FlowArn: FLOW_ARN,
      Name: 'sluice',
      Status: status,
      AvailabilityZone: 'us-east-1a',
      EgressIp: '198.51.100.4',
      Entitlements: [],
      Outputs: [],
      Source: {
        Name: 'srt',
        SourceArn: 'arn:aws:mediaconnect:us-east-1:0:source:1-a:srt',
        IngestIp: '198.51.100.3',
        IngestPort: 9998,
        Transport: { Protocol: 'srt-listener', MinLatency: 200 },
      },
    },
    Messages: { Errors: [] as string[] },
    ...changes,
  };
}
