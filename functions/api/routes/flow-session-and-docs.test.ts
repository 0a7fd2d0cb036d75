import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { makeFlow, makePrimary, NOW, SRT_PASSPHRASE, TOKEN, useTestApi } from '../../../test/support/api.ts';

const test = useTestApi();

const flowIs = (status: string, changes: object = {}) => {
  test.mediaConnect.flow = makeFlow(status, changes);
};
const callsOf = (command: string) => test.mediaConnect.calls.filter((name) => name === command);
const status = () => test.call('GET', '/api/mediaconnect/flow/status');
const secondsAgo = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);
/** Returns a result with a value for every five seconds, newest first. */
const seriesOf = (Id: string, ...Values: number[]) => ({
  Id,
  Values,
  Timestamps: Values.map((_value, index) => secondsAgo(5 * (index + 1))),
});
const sourceIs = (connected: number) =>
  test.mocks.cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: [
      seriesOf('connected', connected, connected, 1 - connected),
      seriesOf('bitrate', 5_000_000.4),
      seriesOf('continuity', 1, 2),
      seriesOf('loss', 0.4012, 0.1),
      seriesOf('roundtrip', 37.96),
      seriesOf('profile', 100),
      seriesOf('level', 41),
      seriesOf('chromaformat', 1),
      seriesOf('bitdepth', 8),
      seriesOf('interlaced', 1),
      seriesOf('colourprimaries', 1),
      seriesOf('transfercharacteristics', 1),
      seriesOf('matrixcoefficients', 1),
      seriesOf('fullrange', 0),
    ],
  });

describe('GET /api/mediaconnect/flow/status', () => {
  it('200 off while the flow is stopped', async () => {
    flowIs('STANDBY');
    expect((await status()).body).toMatchObject({ status: 'STANDBY', source: { state: 'off', video: null } });
  });

  it('200 waiting while no encoder is connected, with the encoder’s URL', async () => {
    sourceIs(0);
    expect((await status()).body).toMatchObject({
      source: { state: 'waiting', remedy: expect.stringContaining('encoder') },
      ingest: { host: 'localhost', port: 9998, srtUrl: 'srt://localhost:9998?mode=caller&latency=200000' },
      preview: { hlsUrl: '/out/v1/abc/index.m3u8', destinationId: 'primary' },
      outputs: { used: 0, limit: 50 },
    });
  });

  it('200 connected, with the streams of the source', async () => {
    sourceIs(1);
    test.mediaConnect.media = {
      TransportMediaInfo: {
        Programs: [
          {
            PcrPid: 1,
            ProgramNumber: 1,
            ProgramPid: 1,
            Streams: [
              {
                Pid: 1,
                StreamType: 'Video',
                Codec: 'H264',
                FrameRate: '30000/1001',
                FrameResolution: { FrameWidth: 1920, FrameHeight: 1080 },
              },
              { Pid: 2, StreamType: 'Audio', Codec: 'AAC', SampleRate: 48000, Channels: 2 },
            ],
          },
        ],
      },
    };
    expect((await status()).body.source).toMatchObject({
      state: 'connected',
      bitrateBps: 5_000_000,
      continuityErrors: 3,
      packetLossPercent: 0.4,
      roundTripMs: 38,
      jitterMs: null,
      since: secondsAgo(10).toISOString(),
      video: {
        ...{ codec: 'H264', width: 1920, height: 1080 },
        ...{ profile: 'High', level: '4.1', chroma: '4:2:0', bitDepth: 8, scan: 'interlaced' },
        ...{ dynamicRange: 'SDR', primaries: 'BT.709', range: 'limited' },
      },
      audio: { channels: 2 },
    });
  });

  it('200 connected, with a warning, when another encoder is refused', async () => {
    sourceIs(1);
    flowIs('ACTIVE', { Messages: { Errors: ['another encoder calls'] } });
    const { source } = (await status()).body;
    expect(source).toMatchObject({ state: 'connected', video: null });
    expect(source.warnings[0]).toMatchObject({ code: 'flow_message', detail: 'another encoder calls' });
  });

  it('200 failed, with a remedy, when the flow is in error or reports why it refuses encoders', async () => {
    flowIs('ERROR', { Messages: { Errors: ['The source failed'] } });
    expect((await status()).body.source).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('The source failed'),
    });
    await test.reset();
    sourceIs(0);
    flowIs('ACTIVE', { Messages: { Errors: ['Passphrase mismatch'] } });
    expect((await status()).body.source).toMatchObject({
      state: 'failed',
      remedy: expect.stringContaining('passphrase'),
    });
  });

  it('200 shows a placeholder for the passphrase, never the passphrase', async () => {
    const flow = makeFlow('ACTIVE');
    Object.assign(flow.Flow.Source, { Decryption: { RoleArn: 'r', SecretArn: 's', KeyType: 'srt-password' } });
    test.mediaConnect.flow = flow;
    const { ingest } = (await status()).body;
    expect(ingest).toMatchObject({ encrypted: true, srtUrl: expect.stringContaining('passphrase=<your passphrase>') });
  });

  it('200 calls MediaConnect once per second for all callers', async () => {
    await Promise.all(Array.from({ length: 20 }, status));
    expect(callsOf('DescribeFlowCommand')).toHaveLength(1);
    test.time.now = new Date(NOW.getTime() + 1001);
    await status();
    expect(callsOf('DescribeFlowCommand')).toHaveLength(2);
  });

  it('200 without metrics and preview when they are unavailable', async () => {
    test.mocks.cloudWatch.on(GetMetricDataCommand).rejects(new Error('no'));
    test.mocks.mediaPackage.rejects(new Error('no'));
    const answer = await status();
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ source: { bitrateBps: null }, preview: { hlsUrl: null } });
  });

  it('200 derives `since` from an observed change or from the metrics', async () => {
    const always = seriesOf('connected', 0, 0);
    test.mocks.cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [always] });
    expect((await status()).body.source.since).toBeNull();
    sourceIs(1);
    test.time.now = new Date(NOW.getTime() + 2000);
    expect((await status()).body.source.since).toBe('2026-11-21T18:00:02.000Z');
  });

  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', '/api/mediaconnect/flow/status?x=1')).status).toBe(422);
  });
});

describe('GET /api/mediaconnect/flow/encoder-address', () => {
  const address = () => test.call('GET', '/api/mediaconnect/flow/encoder-address');

  it('200 has the passphrase, escaped for URL and shell, and no-store', async () => {
    const { body, headers } = await address();
    expect(body).toEqual({
      srtUrl:
        'srt://localhost:9998?mode=caller&latency=200000&passphrase=a%20pass%26phrase%20of%20the%20tests%20%24%21',
      passphrase: SRT_PASSPHRASE,
      backup: null,
    });
    expect(new URL(body.srtUrl).searchParams.get('passphrase')).toBe(SRT_PASSPHRASE);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(test.log.join()).not.toContain('pass&phrase');
  });

  it('200 has no passphrase for an open listener, and 404 where the API does not know it', async () => {
    test.rebuild({ srtPassphrase: null });
    expect((await address()).body).toEqual({
      srtUrl: 'srt://localhost:9998?mode=caller&latency=200000',
      passphrase: null,
      backup: null,
    });
    test.rebuild({ srtPassphrase: undefined });
    expect((await address()).status).toBe(404);
  });

  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', '/api/mediaconnect/flow/encoder-address?host=x')).status).toBe(422);
  });

  it('the flow status never contains the passphrase', async () => {
    await address();
    const others = test.answers.filter(({ path }) => !path.endsWith('/encoder-address'));
    expect(JSON.stringify(others)).not.toMatch(/pass(&|%26)phrase/);
  });
});

/** Answers as a flow with a backup does. @param selected null: the metrics do not say which source is in use */
function twoSources(selected: 'main' | 'backup' | null, backupConnected = 1): void {
  const { Flow: flow } = makeFlow('ACTIVE');
  const backup = { ...flow.Source, Name: 'backup', SourceArn: 'arn:backup', IngestPort: 9999, Decryption: {} };
  test.mediaConnect.flow = { Flow: { ...flow, Sources: [flow.Source, backup] }, Messages: { Errors: [] } };
  const isSelected = (role: string) => (selected === null ? [] : [selected === role ? 1 : 0]);
  const values = {
    ...{ connected: [1], mainselected: isSelected('main'), backupselected: isSelected('backup') },
    ...{
      mainconnected: [1],
      backupconnected: [backupConnected],
      backupbitrate: [4_000_000.4],
      backuploss: [0.123],
      backuproundtrip: [12.34],
    },
  };
  test.mocks.cloudWatch.on(GetMetricDataCommand).resolves({
    MetricDataResults: Object.entries(values).map(([Id, Values]) => ({
      Id,
      Values,
      Timestamps: Values.map(() => NOW),
    })),
  });
}

describe('the two sources of a flow', () => {
  const switchTo = (to: string) => test.call('POST', '/api/mediaconnect/flow/switch', { body: { to } });
  const prefer = (source: string | null) =>
    test.call('PUT', '/api/mediaconnect/flow/preferred-source', { body: { source } });

  it('are both in the status, with the one in use as the metrics show it', async () => {
    twoSources('backup');
    const { body } = await status();
    expect(body.sources).toMatchObject([
      { role: 'main', isInUse: false, isConnected: true, ingest: { port: 9998, encrypted: false } },
      {
        ...{
          role: 'backup',
          isInUse: true,
          isConnected: true,
          bitrateBps: 4_000_000,
          packetLossPercent: 0.12,
          roundTripMs: 12.3,
        },
        lastSeenAt: NOW.toISOString(),
        ingest: { port: 9999, encrypted: true },
      },
    ]);
    expect(body.preferredSource).toBeNull();
    twoSources(null);
    test.rebuild({});
    expect((await status()).body.sources.map(({ isInUse }: { isInUse: unknown }) => isInUse)).toEqual([null, null]);
  });

  it('are switched: 200 when the metrics show it, 202 when they do not yet', async () => {
    twoSources('backup');
    expect((await switchTo('backup')).status).toBe(200);
    expect(callsOf('UpdateFlowCommand')).toHaveLength(0);
    twoSources('main');
    expect((await switchTo('backup')).status).toBe(202);
    expect(callsOf('UpdateFlowCommand')).toHaveLength(1);
  });

  it('are switched without a lasting preference, once the metrics show the change', async () => {
    test.rebuild({ source: { ...test.deps.source, periodSeconds: 1 }, sleep: async () => twoSources('backup') });
    twoSources('main');
    expect((await switchTo('backup')).status).toBe(200);
    // To the backup, and back to no preference.
    expect(callsOf('UpdateFlowCommand')).toHaveLength(2);
  });

  it('are preferred', async () => {
    twoSources('main');
    expect((await prefer('main')).status).toBe(200);
    expect(callsOf('UpdateFlowCommand')).toHaveLength(1);
    expect((await prefer(null)).status).toBe(200);
    expect(callsOf('UpdateFlowCommand')).toHaveLength(1);
  });

  it('are named on the timeline with who switched and who preferred one', async () => {
    twoSources('main');
    await switchTo('backup');
    await prefer('backup');
    const { body } = await test.call('GET', '/api/timeline?kind=source&to=2026-11-22');
    const lines = body.data.map(({ actor, detail }: { actor: string; detail: string }) => `${actor} ${detail}`);
    expect(lines.toSorted()).toEqual([
      'operator prefers the backup source',
      'operator switched to the backup source by hand',
    ]);
  });

  it('409 without a backup, or when it receives nothing', async () => {
    for (const answer of [await switchTo('backup'), await prefer('backup')]) {
      expect([answer.status, answer.problem.code]).toEqual([409, 'illegal_transition']);
      expect(answer.problem.remedy).toContain('SRT_BACKUP_PORT');
    }
    twoSources('main', 0);
    const { problem } = await switchTo('backup');
    expect(problem.detail).toBe('the backup source receives nothing');
    expect(callsOf('UpdateFlowCommand')).toHaveLength(0);
  });

  it('422 for a source that does not exist', async () => {
    expect((await switchTo('third')).status).toBe(422);
    expect((await prefer('third')).status).toBe(422);
  });
});

describe('GET /api/mediaconnect/flow/thumbnail', () => {
  const thumbnail = (headers: Record<string, string> = {}) =>
    test.call('GET', '/api/mediaconnect/flow/thumbnail', { headers });
  const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0x00, 0x80, 0xff, 0xd9]);
  const takenIs = (at: Date) => {
    test.mediaConnect.thumbnail = { Thumbnail: JPEG.toString('base64'), ThumbnailMessages: [], Timestamp: at };
  };

  it('200 returns the picture byte for byte with its time, cacheable privately for a moment', async () => {
    takenIs(secondsAgo(3));
    const answer = await test.api.request('/api/mediaconnect/flow/thumbnail', {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(JPEG);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'cache-control': 'private, max-age=5',
      'last-modified': 'Sat, 21 Nov 2026 17:59:57 GMT',
      etag: expect.stringMatching(/^"[\w-]{43}"$/),
    });
    await thumbnail();
  });

  it('304 for the same picture, but not for the next picture of a still source', async () => {
    takenIs(secondsAgo(3));
    const etag = (await thumbnail()).headers.get('etag')!;
    const again = await thumbnail({ 'if-none-match': etag });
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    takenIs(NOW);
    test.time.now = new Date(NOW.getTime() + 2000);
    expect((await thumbnail({ 'if-none-match': etag })).status).toBe(200);
  });

  it('200 calls MediaConnect once per two seconds for all callers', async () => {
    takenIs(NOW);
    await Promise.all(Array.from({ length: 10 }, () => thumbnail()));
    test.time.now = new Date(NOW.getTime() + 1999);
    await thumbnail();
    expect(callsOf('DescribeFlowSourceThumbnailCommand')).toHaveLength(1);
    test.time.now = new Date(NOW.getTime() + 2000);
    await thumbnail();
    expect(callsOf('DescribeFlowSourceThumbnailCommand')).toHaveLength(2);
  });

  it.each([
    ['AWS has none', { ThumbnailMessages: [{ Code: 'x', Message: 'y' }] }],
    ['the time of the picture is unknown', { Thumbnail: JPEG.toString('base64'), ThumbnailMessages: [] }],
    ['AWS returns nothing', undefined],
  ])('404 with a remedy when %s', async (_, details) => {
    test.mediaConnect.thumbnail = details!;
    const { status: code, problem } = await thumbnail();
    expect([code, problem.code, problem.remedy]).toEqual([404, 'not_found', expect.stringContaining('encoder')]);
  });

  it.each(['NotFoundException', 'BadRequestException'])('404 when AWS refuses with %s', async (name) => {
    test.mediaConnect.failure = Object.assign(new Error('thumbnails are not enabled'), { name, $metadata: {} });
    expect((await thumbnail()).problem.code).toBe('not_found');
  });

  it('503 when AWS throttles', async () => {
    test.mediaConnect.failure = Object.assign(new Error('slow down'), { name: 'TooManyRequestsException' });
    expect((await thumbnail()).status).toBe(503);
  });

  it('422 for an unknown query parameter or source', async () => {
    for (const query of ['x=1', 'source=', 'source=spare', 'source=main&x=1', 'source=main&source=backup']) {
      const answer = await test.call('GET', `/api/mediaconnect/flow/thumbnail?${query}`);
      expect([query, answer.status]).toEqual([query, 422]);
    }
  });

  describe('of a named source', () => {
    const named = (source: string) => test.call('GET', `/api/mediaconnect/flow/thumbnail?source=${source}`);
    const withBackup = () => ({ deployment: { ...test.deps.deployment, hasBackupSource: true } });

    it('200 returns the picture of that source, taken once per two seconds, without a call of AWS', async () => {
      const taken: string[] = [];
      test.rebuild({
        ...withBackup(),
        async takeSourcePicture(role) {
          taken.push(role);
          return { jpeg: new Uint8Array(Buffer.from(role)), takenAt: secondsAgo(1) };
        },
      });
      const answers = await Promise.all(['main', 'backup', 'main', 'backup'].map(named));
      expect(answers.map(({ status: code, text }) => [code, text])).toEqual([
        ...[
          [200, 'main'],
          [200, 'backup'],
        ],
        ...[
          [200, 'main'],
          [200, 'backup'],
        ],
      ]);
      expect(taken).toEqual(['main', 'backup']);
      expect(callsOf('DescribeFlowSourceThumbnailCommand')).toEqual([]);
      test.time.now = new Date(NOW.getTime() + 2000);
      await named('backup');
      expect(taken).toEqual(['main', 'backup', 'backup']);
    });

    it('404 names the encoder while that source delivers nothing', async () => {
      test.rebuild({ ...withBackup(), takeSourcePicture: async () => null });
      const { status: code, problem } = await named('backup');
      expect([code, problem.detail, problem.remedy]).toEqual([
        404,
        'no picture of the backup source is available',
        'connect the backup encoder and try again in a few seconds',
      ]);
    });

    it('404 without a backup source', async () => {
      test.rebuild({ takeSourcePicture: async () => expect.unreachable() });
      expect((await named('backup')).problem).toMatchObject({ status: 404, detail: 'the flow has no backup source' });
    });

    it('404 on AWS, which takes pictures of the source in use only', async () => {
      test.rebuild(withBackup());
      takenIs(NOW);
      for (const source of ['main', 'backup']) {
        expect((await named(source)).problem).toMatchObject({
          ...{ status: 404, code: 'not_found', remedy: 'leave out the parameter source' },
          detail: 'MediaConnect takes pictures of the source in use only',
        });
      }
      expect(callsOf('DescribeFlowSourceThumbnailCommand')).toEqual([]);
    });
  });
});

describe.each([
  ['start', 'StartFlowCommand', 'STANDBY', 'ACTIVE'],
  ['stop', 'StopFlowCommand', 'ACTIVE', 'STANDBY'],
] as const)('POST /api/mediaconnect/flow/%s', (action, command, from, done) => {
  const post = () => test.call('POST', `/api/mediaconnect/flow/${action}`);

  it('202 sends the request to MediaConnect', async () => {
    flowIs(from);
    expect((await post()).status).toBe(202);
    expect(callsOf(command)).toHaveLength(1);
  });

  it('200 without a request to AWS when the flow is already as requested', async () => {
    flowIs(done);
    expect((await post()).status).toBe(200);
    expect(callsOf(command)).toHaveLength(0);
  });

  it('200 when AWS refuses because another caller was faster', async () => {
    const { mediaConnect } = test.deps.clients;
    const meanwhile = done === 'ACTIVE' ? 'STARTING' : 'STOPPING';
    const send = async (asked: object) => {
      if (asked.constructor.name !== command) return mediaConnect.send(asked as never);
      flowIs(meanwhile);
      throw Object.assign(new Error('not in this state'), { name: 'BadRequestException', $metadata: {} });
    };
    test.rebuild({ clients: { ...test.deps.clients, mediaConnect: { send } as never } });
    flowIs(from);
    expect((await post()).body).toMatchObject({ status: meanwhile });
  });

  it('409 illegal_transition for a flow that is being deleted', async () => {
    flowIs('DELETING');
    const { status: answered, problem } = await post();
    expect([answered, problem.code, problem.remedy]).toEqual([
      409,
      'illegal_transition',
      'deploy the media source again',
    ]);
  });

  it('422 for a body with fields', async () => {
    expect((await test.call('POST', `/api/mediaconnect/flow/${action}`, { body: { now: true } })).status).toBe(422);
  });
});

describe('GET /api/presets', () => {
  it('200 lists platforms with their encodings', async () => {
    const { body } = await test.call('GET', '/api/presets');
    const linkedin = body.platforms.find((each: { platformId: string }) => each.platformId === 'linkedin');
    expect(linkedin).toMatchObject({ rtmpUrl: null, defaultEncoding: '720p30' });
    expect(linkedin.encodings).not.toContain('1080p60');
    expect(body.encodings.at(-1)).toMatchObject({ encodingId: 'source', width: null });
  });

  it('200 lists the bitrate sent to each platform by encoding, within the platform’s limits', async () => {
    const { body } = await test.call('GET', '/api/presets');
    const bitrates = (id: string) =>
      body.platforms.find((each: { platformId: string }) => each.platformId === id).videoBitrateBpsByEncoding;
    expect(bitrates('youtube')).toMatchObject({ '1080p30': 9_900_000, source: 20_000_000 });
    for (const { platformId, encodings, videoBitrateBpsMax } of body.platforms) {
      expect(Object.keys(bitrates(platformId)), platformId).toEqual(encodings);
      for (const bps of Object.values<number>(bitrates(platformId)))
        expect(bps).toBeLessThanOrEqual(videoBitrateBpsMax);
    }
  });

  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', '/api/presets?x=1')).status).toBe(422);
  });
});

describe('GET /api/health', () => {
  const health = () => test.call('GET', '/api/health', { signedIn: false });

  it('200 without signing in', async () => {
    expect((await health()).body).toMatchObject({ status: 'ok', version: '0.1.0' });
  });

  it('503 names the unreachable part without details', async () => {
    test.mediaConnect.failure = new Error('secret internals');
    const answer = await health();
    expect(answer.status).toBe(503);
    expect(answer.body.checks).toEqual([
      { name: 'table', ok: true, detail: 'reachable' },
      { name: 'flow', ok: false, detail: 'not reachable' },
    ]);
  });
  it('422 for an unknown query parameter', async () => {
    expect((await test.call('GET', '/api/health?x=1')).status).toBe(422);
  });
});

describe('/api/session', () => {
  const signIn = (token = TOKEN) => test.call('POST', '/api/session', { body: { token }, signedIn: false });
  const withCookie = (cookie: string, method = 'GET', headers = {}) =>
    test.call(method, '/api/session', { signedIn: false, headers: { cookie, ...headers } });
  const cookieOf = async () => (await signIn()).headers.get('set-cookie')!.split(';')[0]!;

  it('POST 200 sets an HttpOnly, SameSite=Strict cookie without the token', async () => {
    const answer = await signIn();
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(answer.status).toBe(200);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    expect(cookie).not.toContain(Buffer.from(TOKEN).toString('base64url'));
  });

  it('GET 200 with the cookie, 401 with an expired or changed one', async () => {
    const cookie = await cookieOf();
    expect((await withCookie(cookie)).body).toEqual({
      principal: 'operator',
      role: 'admin',
      signIn: { kind: 'token' },
      embedded: true,
      loopbackTargetsAllowed: false,
      version: '0.1.0',
      ffmpeg: null,
    });
    expect((await withCookie(cookie.replace(/=\d/, '=9'))).status).toBe(401);
    test.time.now = new Date(NOW.getTime() + 31 * 86_400_000);
    expect((await withCookie(cookie)).status).toBe(401);
  });

  it('POST 401 for a wrong token, without quoting it', async () => {
    const answer = await signIn('wrong-token-value');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.text).not.toContain('wrong-token-value');
  });

  it('POST 404 where an identity provider creates sessions', async () => {
    test.rebuild({
      authentication: { signIn: { kind: 'redirect', url: '/api/session/sign-in' }, authenticate: async () => null },
    });
    expect((await signIn()).status).toBe(404);
  });

  it('DELETE 204 ends the session in this browser, also an expired one', async () => {
    const answer = await withCookie(await cookieOf(), 'DELETE');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await withCookie('x=y', 'DELETE')).status).toBe(204);
  });

  it('422 for unknown fields and parameters', async () => {
    expect((await test.call('POST', '/api/session', { body: { token: TOKEN, remember: true } })).status).toBe(422);
    expect((await test.call('GET', '/api/session?x=1')).status).toBe(422);
    expect((await test.call('DELETE', '/api/session?x=1')).status).toBe(422);
  });

  it('401 for a wrong bearer token, even with a valid cookie', async () => {
    expect((await withCookie(await cookieOf(), 'GET', { authorization: 'Bearer nonsense' })).status).toBe(401);
  });

  it('403 for a write by cookie from another origin', async () => {
    const cookie = await cookieOf();
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'http://evil.example' },
      { origin: 'http://localhost:3000' },
      { origin: 'null' },
    ];
    for (const headers of foreign) {
      const answer = await test.call('POST', '/api/mediaconnect/flow/start', {
        signedIn: false,
        headers: { cookie, ...headers },
      });
      expect([answer.status, answer.problem.code], `${JSON.stringify(headers)}`).toEqual([403, 'forbidden']);
    }
    const own = { cookie, origin: 'http://localhost', 'sec-fetch-site': 'same-origin' };
    expect((await test.call('POST', '/api/mediaconnect/flow/start', { signedIn: false, headers: own })).status).toBe(
      200,
    );
  });
});

describe('documentation', () => {
  it('GET /api/openapi.json is OpenAPI 3.1 with all routes', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toHaveLength(110);
  });

  it('GET /api/docs uses only local files and no inline script', async () => {
    const { text, headers } = await test.call('GET', '/api/docs');
    expect(text).not.toMatch(/https?:\/\//);
    expect(text).not.toMatch(/<script>|onload=|<style/);
    expect(headers.get('content-security-policy')).toContain("script-src 'self';");
    for (const [, asset] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect((await test.call('GET', asset!)).status, `${asset}`).toBe(200);
    }
  });

  it('GET /api/docs/… serves its own files only', async () => {
    for (const name of ['package.json', '..%2f..%2fpackage.json', '__proto__', 'constructor']) {
      expect((await test.call('GET', `/api/docs/${name}`)).status).toBe(404);
    }
  });
});

describe('the dashboard', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-dashboard-'));
  mkdirSync(join(directory, 'dist/assets'), { recursive: true });
  writeFileSync(join(directory, 'dist/index.html'), '<!doctype html><title>Sluice</title>');
  writeFileSync(join(directory, 'dist/assets/app-12ab.js'), 'export {};');
  writeFileSync(join(directory, 'secret.txt'), 'secret');
  afterAll(() => rmSync(directory, { recursive: true }));
  beforeEach(() => test.rebuild({ staticFiles: { directory: join(directory, 'dist') } }));
  const get = (path: string, headers = {}) => test.call('GET', path, { signedIn: false, headers });

  it('is served without a sign-in', async () => {
    const answer = await get('/');
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect((await get('/', { 'if-none-match': answer.headers.get('etag') })).status).toBe(304);
  });

  it('serves index.html for page paths and 404 for missing files', async () => {
    expect((await get('/destinations/x')).text).toContain('Sluice');
    expect((await get('/assets/app-0000.js')).status).toBe(404);
    expect((await get('/api')).status).toBe(401);
  });

  it('lets browsers cache hashed files for ever', async () => {
    const answer = await get('/assets/app-12ab.js');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-type')).toContain('text/javascript');
  });

  it('serves nothing outside its directory', async () => {
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/%00.txt',
      '//secret.txt',
    ]) {
      const answer = await get(path);
      expect([200, 404], `${path}`).toContain(answer.status);
      expect(answer.text, `${path}`).not.toBe('secret');
    }
  });
});

describe('GET /out/v1/*', () => {
  const asked: string[] = [];
  beforeEach(() => {
    asked.length = 0;
    test.rebuild({
      hlsProxy: async (path) => {
        asked.push(path);
        if (path.includes('down')) throw new Error('down');
        if (path.includes('restarting')) return new Response('it is being restarted', { status: 503 });
        return new Response('#EXTM3U', {
          status: path.includes('gone') ? 404 : 200,
          headers: {
            'content-type': 'application/vnd.apple.mpegurl',
            'set-cookie': 'a=b',
            'cache-control': 'max-age=1',
          },
        });
      },
    });
  });

  it('passes playlists with their query to signed-in users', async () => {
    const answer = await test.call('GET', '/out/v1/abc/index.m3u8?_HLS_msn=3');
    expect([answer.status, answer.text]).toEqual([200, '#EXTM3U']);
    expect(asked).toEqual(['/out/v1/abc/index.m3u8?_HLS_msn=3']);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('max-age=1');
  });

  it('404 of the origin becomes a problem', async () => {
    const answer = await test.call('GET', '/out/v1/gone.ts');
    expect([answer.status, answer.problem.code]).toEqual([404, 'not_found']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('calls no origin without a sign-in or for an invalid path', async () => {
    expect((await test.call('GET', '/out/v1/abc/index.m3u8', { signedIn: false })).status).toBe(401);
    expect((await test.call('GET', '/out/v1/..%2fsecret')).status).toBe(404);
    expect(asked).toEqual([]);
  });

  it('503 when the origin does not answer', async () => {
    for (const path of ['/out/v1/down.ts', '/out/v1/restarting.ts']) {
      const answer = await test.call('GET', path);
      expect([answer.status, answer.problem.code]).toEqual([503, 'upstream_unavailable']);
    }
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    await test.put(makePrimary());
    expect(
      await test.unmetStatuses(
        '/api/mediaconnect/flow/status',
        '/api/mediaconnect/flow/thumbnail',
        '/api/mediaconnect/flow/encoder-address',
        '/api/mediaconnect/flow/start',
        '/api/mediaconnect/flow/stop',
        '/api/mediaconnect/flow/switch',
        '/api/mediaconnect/flow/preferred-source',
        '/api/presets',
        '/api/health',
        '/api/session',
      ),
    ).toEqual([]);
  });
});
