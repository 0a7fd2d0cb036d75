import { GetItemCommand, PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeKeyCommand } from '@aws-sdk/client-kms';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeShow, SHOW_ID } from '../../../test/support/make-show.ts';
import { startTestDeployment, type TestDeployment } from '../../../test/support/test-deployment.ts';
import type { Audience } from '../../../functions/audience/audience-deps.ts';
import { createAwsClients, destroyAwsClients, type AwsClients } from '../../../functions/aws/clients.ts';
import { getChatSettings, putChatSettings } from '../../../functions/aws/chat-table.ts';
import { insertRecording } from '../../../functions/aws/recording-table.ts';
import { archiveShow, insertShow } from '../../../functions/aws/show-table.ts';
import { insertWatchLink } from '../../../functions/aws/watch-link-table.ts';
import { DEFAULT_CHAT_SETTINGS } from '../../../functions/domain/chat.ts';
import { newRecording } from '../../../functions/domain/recording.ts';
import { watchLinkDigestOf, watchLinkSecret } from '../../../functions/domain/watch-link.ts';
import { LOCAL_REGION } from '../endpoints/wire/local-service.ts';
import { createAudienceKey } from './audience-key.ts';
import { openAudience } from './open-audience.ts';

/** The public side on the local AWS with its limited key: what its process can reach, and what it cannot. */

const ID = SHOW_ID.slice(4);
const PAST_ID = ID.replace(/bc$/, 'bd');
const LIVE_ID = ID.replace(/bc$/, 'bg');
const PRIVATE_ID = ID.replace(/bc$/, 'bf');
const RECORDING_ID = 'rec_01k8m3v0s5n2q8w4x6y7z9a1bc';
const NAMES = { tableName: 'sluice', reportBucket: 'sluice-local-reports', recordingBucket: 'sluice-local-recordings' };
const BINDINGS = { incoming: { socket: { remoteAddress: '203.0.113.9' }, headers: {} } };
const key = createAudienceKey(NAMES);
const linkSecret = watchLinkSecret.create();
let test: TestDeployment;
let audience: Audience;
let clients: AwsClients;
const failures: string[] = [];

const get = async (path: string, host = '127.0.0.1') => {
  const response = await audience.request(`http://${host}${path}`, {}, BINDINGS);
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const open = (origin: string | null, host = '127.0.0.1') =>
  openAudience(
    {
      settings: { host, port: 8081, origin, viewersMax: 3 },
      dashboardDirectory: null,
      aws: { endpoint: test.aws.endpoint, accessKeyId: key.accessKeyId },
      deployment: test.deps.deployment,
      cdnIdentifier: 'identifier',
      chatKey: '07'.repeat(32),
    },
    { logger: { error: (message) => void failures.push(message) } },
  );

async function store(): Promise<void> {
  const cover = { coverId: 'cov_1', ownerId: SHOW_ID, width: 1, height: 1 };
  await insertShow(test.deps, makeShow({ cover } as Parameters<typeof makeShow>[0]));
  await insertShow(test.deps, makeShow({ showId: `shw_${PRIVATE_ID}`, privacy: 'private' }));
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await insertWatchLink(test.deps, watchLinkDigestOf(linkSecret), {
    ...{ linkId: 'wli_01k8m3v0s5n2q8w4x6y7z9a1bc', showId: `shw_${PRIVATE_ID}`, name: 'Board', createdBy: 'operator' },
    ...{ createdAt: new Date().toISOString(), expiresAt, revokedAt: null, revokedBy: null },
  });
  const startedAt = '2026-11-21T17:59:00.000Z';
  const past = makeShow({
    ...{ showId: `shw_${PAST_ID}`, state: 'ended', endReason: 'hand', liveAt: startedAt, endedAt: startedAt },
    recording: { recordingId: RECORDING_ID, problem: null },
  });
  await insertShow(test.deps, past);
  await archiveShow(test.deps, past);
  const chosen = { recordingId: RECORDING_ID, name: 'x', origin: 'show', keepDays: null, createdBy: 'x' } as const;
  const recording = newRecording({ ...chosen, startedAt, showId: `shw_${PAST_ID}` }, new Date());
  await insertRecording(test.deps, { ...recording, state: 'ready' });
  for (const [Bucket, Key] of [
    [NAMES.recordingBucket, `recordings/${RECORDING_ID}/index.m3u8`],
    [NAMES.reportBucket, `covers/${SHOW_ID}/cov_1.png`],
    [NAMES.reportBucket, 'reports/2026-11-21.json'],
  ]) {
    await test.deps.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: '#EXTM3U\n' }));
  }
}

beforeAll(async () => {
  test = await startTestDeployment({ limitedKeys: [key] });
  await store();
  await test.addDestination({ destinationId: `dst_${ID}` });
  audience = open(null);
  clients = createAwsClients({
    ...{ region: LOCAL_REGION, endpoint: test.aws.endpoint, attemptsMax: 1 },
    credentials: { accessKeyId: key.accessKeyId, secretAccessKey: 'unused' },
  });
});
afterAll(async () => {
  destroyAwsClients(clients);
  await test.close();
});

describe('with its own key the public side', () => {
  it('reads shows, watch links, covers and recordings', async () => {
    const { text } = await get('/audience/v1/shows');
    expect(JSON.parse(text)).toMatchObject({ before: [{ id: ID }], after: [{ id: PAST_ID }] });
    expect(await get(`/audience/v1/shows/${ID}/cover.png`)).toMatchObject({ status: 200, text: '#EXTM3U\n' });
    expect((await get(`/audience/v1/shows/${PAST_ID}/recording/index.m3u8`)).status).toBe(200);
    expect((await get(`/watch/${PRIVATE_ID}`)).status).toBe(404);
    expect((await get(`/watch/${PRIVATE_ID}?key=${linkSecret}`)).status).toBe(303);
    expect(failures).toEqual([]);
  });

  it('writes what watchers write', async () => {
    const item = { pk: { S: 'audience#test' }, sk: { S: 'x' } };
    await clients.table.send(new PutItemCommand({ TableName: NAMES.tableName, Item: item }));
    const { Item: found } = await clients.table.send(
      new GetItemCommand({ TableName: NAMES.tableName, Key: { pk: item.pk, sk: item.sk } }),
    );
    expect(found).toEqual(item);
  });

  it('lets watchers of a show with a chat write, react, vote and read', async () => {
    const showId = `shw_${LIVE_ID}`;
    await insertShow(test.deps, makeShow({ showId, state: 'live', liveAt: new Date().toISOString() }));
    const before = await getChatSettings(test.deps, showId);
    const wanted = { ...DEFAULT_CHAT_SETTINGS, mode: 'open', hasReactions: true, revision: before.revision } as const;
    expect(await putChatSettings(test.deps, showId, before, wanted)).not.toBeNull();
    const headers: Record<string, string> = { origin: 'http://127.0.0.1' };
    const send = async (method: string, path: string, body: object): Promise<number> => {
      const address = `http://127.0.0.1/audience/v1/shows/${LIVE_ID}/chat${path}`;
      const response = await audience.request(address, { method, headers, body: JSON.stringify(body) }, BINDINGS);
      const cookie = response.headers.get('set-cookie');
      if (cookie !== null) headers['cookie'] = cookie.split(';')[0]!;
      return response.status;
    };
    expect(await send('PUT', '/name', { name: 'Anna' })).toBe(200);
    expect(await send('POST', '/messages', { text: 'Hello' })).toBe(201);
    expect(await send('PUT', '/like', { isLiked: true })).toBe(200);
    expect((await get(`/audience/v1/shows/${LIVE_ID}/chat`)).text).toContain('Hello');
    expect(failures).toEqual([]);
  });

  const { tableName: TableName } = NAMES;
  const ofShow = { pk: { S: 'SHOWS' }, sk: { S: SHOW_ID } };
  const queryFor = (pk: string) =>
    new QueryCommand({
      ...{ TableName, KeyConditionExpression: 'pk = :pk' },
      ExpressionAttributeValues: { ':pk': { S: pk } },
    });

  it.each([
    ['destinations', () => clients.table.send(queryFor('DESTINATIONS'))],
    ['the whole table', () => clients.table.send(new ScanCommand({ TableName }))],
    ['access tokens', () => clients.table.send(queryFor('ACCESS-TOKENS'))],
    ['a change of a show', () => clients.table.send(new PutItemCommand({ TableName, Item: ofShow }))],
    ['a key', () => clients.kms.send(new DescribeKeyCommand({ KeyId: test.deps.deployment.keyId }))],
    [
      'a report',
      () => clients.s3.send(new GetObjectCommand({ Bucket: NAMES.reportBucket, Key: 'reports/2026-11-21.json' })),
    ],
    [
      'a change of a cover',
      () => clients.s3.send(new PutObjectCommand({ Bucket: NAMES.reportBucket, Key: 'covers/x.png', Body: 'x' })),
    ],
  ])('is denied %s', async (_what, call) => {
    await expect(call()).rejects.toMatchObject({
      name: expect.stringMatching(/^AccessDenied/),
      message: expect.stringContaining('not authorized'),
    });
  });
});

describe('the address of the public side', () => {
  it('is only this machine’s own while it listens on loopback', async () => {
    expect((await get('/audience/v1/shows', 'localhost')).status).toBe(200);
    expect((await get('/audience/v1/shows', 'rebound.example')).status).toBe(421);
  });

  it('is the public one behind a proxy, in links, in cookies and for browsers', async () => {
    audience = open('https://watch.example.com', '0.0.0.0');
    try {
      const { headers, text } = await get(`/watch/${ID}`, 'watch.example.com');
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(text).toContain('https://watch.example.com/watch/');
      expect((await get(`/watch/${ID}`, '192.0.2.1')).status).toBe(421);
      const { headers: set } = await get(`/watch/${PRIVATE_ID}?key=${linkSecret}`, '127.0.0.1');
      expect(set.get('set-cookie')).toContain('; Secure');
    } finally {
      audience = open(null);
    }
  });
});
