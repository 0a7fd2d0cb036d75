import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listErrorCodes, AppError } from '../../domain/errors.ts';
import {
  DESTINATION_ID,
  makeBody,
  makePrimary,
  makeRecord,
  makeRunning,
  STREAM_KEY,
  TOKEN,
  useTestApi,
  keepRevoked,
} from '../../../test/support/api.ts';
import { SHOW_ID } from '../../../test/support/make-show.ts';
import { TARGET_ID } from '../../../test/support/make-target.ts';
import { deliveryIdOf } from '../../domain/delivery.ts';
import { createAccessTokens } from '../auth/access-tokens.ts';
import { createTokenAuthentication } from '../auth/authentication.ts';
import { statusOf } from '../http/problem.ts';

/** Tests every route alike: authentication, body parsing, error answers, and that no stream key leaks. */

const test = useTestApi();
const DELIVERY_ID = deliveryIdOf(TARGET_ID, { eventId: 'evt_1', at: '2026-11-21T18:00:00.000Z' });

interface DocumentedRoute {
  method: string;
  path: string;
  statuses: number[];
  body: object | undefined;
}

const BODIES: Record<string, object> = {
  'POST /api/access-tokens': { name: 'x', role: 'viewer' },
  'POST /api/mediaconnect/flow/switch': { to: 'backup' },
  'PUT /api/mediaconnect/flow/preferred-source': { source: null },
  'PUT /api/primary': { mode: 'off' },
  'PUT /api/destinations/{destinationId}/detailed-log': { hours: 1 },
  'POST /api/destinations': makeBody(),
  'PUT /api/destinations/by-reference/{reference}': makeBody(),
  'PATCH /api/destinations/{destinationId}': { name: 'x' },
  'PUT /api/destinations/{destinationId}': {
    name: 'x',
    platform: 'youtube',
    rtmpUrl: 'rtmps://a.rtmps.youtube.com/live2',
    preset: '720p30',
    standby: 'cold',
  },
  'PUT /api/destinations/{destinationId}/stream-key': { streamKey: STREAM_KEY },
  'POST /api/group-starts': { ids: [DESTINATION_ID] },
  'POST /api/group-starts/plan': { ids: [DESTINATION_ID] },
  'POST /api/group-starts/{groupStartId}/stop': { begun: 'keep' },
  'POST /api/destinations/start': { ids: [DESTINATION_ID] },
  'POST /api/destinations/stop': { ids: [DESTINATION_ID] },
  'POST /api/destinations/show-slate': { ids: [DESTINATION_ID] },
  'POST /api/destinations/end-slate': { ids: [DESTINATION_ID] },
  'POST /api/estimates': { destinationIds: [DESTINATION_ID], hours: 1 },
  // One that is looked up in the table.
  'POST /api/session': { token: `sluice_token_${'x'.repeat(43)}` },
  'POST /api/incidents/{incidentId}/comments': { text: 'x' },
  'PUT /api/ceilings/{period}': { amount: 900_000, action: 'warn' },
  'POST /api/ceilings/{period}/answer': { answer: 'keep' },
  'PUT /api/no-source-limit': { minutes: 10, action: 'warn' },
  'POST /api/no-source-limit/answer': { answer: 'keep' },
  'PUT /api/incident-rules': { rules: {} },
  'PUT /api/sound': { track: { by: 'first' }, channels: 'source', loudnessLufs: null },
  'PUT /api/destinations/{destinationId}/incident-rules': { rules: {} },
  'POST /api/incident-mutes': { rule: 'source_lost', until: '2026-11-21T19:00:00Z', reason: 'x' },
  'POST /api/notification-targets': { name: 'x', kind: 'webhook', url: 'https://hooks.example.com/x' },
  'PATCH /api/notification-targets/{targetId}': { name: 'x' },
  'POST /api/recordings': {},
  'PATCH /api/recordings/{recordingId}': { name: 'x' },
  'PUT /api/recording-settings': { mode: 'always', keepDays: null, limitBytes: null },
  'POST /api/preflight': { destinationIds: [DESTINATION_ID] },
  'POST /api/shows': { title: 'x', zone: 'UTC', localStart: '2026-11-22T10:00' },
  'PATCH /api/shows/{showId}': { title: 'x' },
  'POST /api/shows/{showId}/ceiling/answer': { answer: 'keep' },
  'POST /api/shows/{showId}/watch-links': { name: 'x' },
  'PUT /api/shows/{showId}/chat': { mode: 'open' },
  'POST /api/shows/{showId}/chat/actions': { action: 'clear' },
  'POST /api/flags/{flagId}/close': { reason: 'x' },
  'PUT /api/public-pages': { isOpen: false },
  'POST /api/shows/{showId}/duplicate': { localStart: '2026-11-22T10:00' },
  'POST /api/export': {},
  'POST /api/import': { csv: 'name,platform\nx,youtube', dryRun: true },
  'POST /api/invitations': { name: 'Anna', role: 'operator' },
  'POST /api/invitations/preview': { invitation: `sluice_invitation_${'x'.repeat(43)}` },
  'POST /api/invitations/redeem': { invitation: `sluice_invitation_${'x'.repeat(43)}` },
  'PUT /api/presence/{presenceId}': { page: '/', editing: null },
  'POST /api/rehearsal': { fault: 'key_refused', destinationId: DESTINATION_ID, isActive: true },
};

async function listRoutes(status: number): Promise<DocumentedRoute[]> {
  const { body: document } = await test.call('GET', '/api/openapi.json');
  return Object.entries<Record<string, { responses: object }>>(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([name, { responses }]) => {
        const method = name.toUpperCase();
        return {
          method,
          path: path
            .replace('{destinationId}', DESTINATION_ID)
            .replace('{operationId}', `${DESTINATION_ID}-start-4`)
            .replace('{orphanId}', 'channel-MQ')
            .replace('{incidentId}', 'inc_01m7zm7r78qr9emcxemrm9fa3h')
            .replace('{muteId}', `mut_${'0'.repeat(32)}`)
            .replace('{targetId}', TARGET_ID)
            .replace('{recordingId}', DESTINATION_ID.replace('dst_', 'rec_'))
            .replace('{deliveryId}', DELIVERY_ID)
            .replace('{showId}', SHOW_ID)
            .replace('{flagId}', SHOW_ID)
            .replace('{groupStartId}', DESTINATION_ID.replace('dst_', 'gst_'))
            .replace('{reference}', 'sunday')
            .replace('{linkId}', DESTINATION_ID.replace('dst_', 'wli_'))
            .replace('{invitationId}', DESTINATION_ID.replace('dst_', 'inv_'))
            .replace('{presenceId}', '0'.repeat(32))
            .replace('{period}', 'month')
            .replace('{tokenId}', DESTINATION_ID.replace('dst_', 'tok_'))
            .replace('{name}', '2026-11-20.csv'),
          statuses: Object.keys(responses).map(Number),
          body: BODIES[`${method} ${path}`],
        };
      }),
    )
    .filter(({ statuses }) => statuses.includes(status));
}

const cookieOf = async () => {
  const answer = await test.call('POST', '/api/session', { body: { token: TOKEN }, signedIn: false });
  return answer.headers.get('set-cookie')!.split(';')[0]!;
};

/** Routes that answer from memory. */
const NEED_NOTHING = ['/api/event-types', '/api/presets', '/api/session'];

describe('every route', () => {
  it('401 with the challenge without credentials, whatever else is wrong with the request', async () => {
    for (const { method, path } of await listRoutes(401)) {
      if (method === 'POST' && path === '/api/session') continue;
      for (const authorization of [
        undefined,
        '',
        'Bearer',
        'Bearer wrong',
        `Basic ${TOKEN}`,
        `Bearer ${TOKEN}x`,
        `Bearer ${TOKEN} x`,
      ]) {
        const answer = await test.call(method, path, {
          signedIn: false,
          body: method === 'GET' ? undefined : '{broken',
          headers: authorization === undefined ? {} : { authorization },
        });
        expect(answer.status, `${method} ${path} ${authorization}`).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
        expect(answer.problem.code).toBe('unauthenticated');
      }
    }
    expect((await test.call('GET', '/api/nowhere', { signedIn: false })).status).toBe(401);
    expect((await test.call('GET', '/api/docs', { signedIn: false })).status).toBe(401);
    expect((await test.call('GET', '/api/openapi.json', { signedIn: false })).status).toBe(401);
  });

  it('302 to the sign-in page only for a browser that opens the documentation', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const docs = await test.call('GET', '/api/docs', { signedIn: false, headers });
    expect([docs.status, docs.headers.get('location')]).toEqual([302, '/?next=/api/docs']);
    expect((await test.call('GET', '/api/docs', { headers })).status).toBe(200);
    for (const path of ['/api/openapi.json', '/api/destinations', '/api/docs/init.js'])
      expect((await test.call('GET', path, { signedIn: false, headers })).status).toBe(401);
  });

  it('429 with Retry-After for every bearer token after too many wrong ones from one address', async () => {
    const routes = await listRoutes(429);
    const { now } = test.deps;
    test.rebuild({ authentication: createTokenAuthentication({ token: TOKEN, now, revoked: keepRevoked(now) }) });
    for (let guess = 0; guess < 100; guess += 1) {
      const headers = { authorization: `Bearer wrong-${guess}` };
      expect((await test.call('GET', '/api/presets', { signedIn: false, headers })).status).toBe(401);
    }
    for (const { method, path, body } of routes) {
      // They take another secret than a bearer token.
      if (method === 'POST' && /^\/api\/(session|invitations\/(preview|redeem))$/.test(path)) continue;
      const answer = await test.call(method, path, { body });
      expect(answer.status, `${method} ${path}`).toBe(429);
      expect(answer.problem).toMatchObject({ code: 'throttled', retryAfterSeconds: 60 });
      expect(answer.headers.get('retry-after')).toBe('60');
    }
  });

  it('403 for a write by cookie from another origin, and for a foreign Host', async () => {
    const cookie = await cookieOf();
    for (const { method, path, body } of await listRoutes(403)) {
      if (method === 'GET') continue;
      const headers = { cookie, origin: 'http://evil.example' };
      expect((await test.call(method, path, { signedIn: false, headers, body })).status, `${method} ${path}`).toBe(403);
    }
    const rebound = await test.api.request('http://evil.example/api/destinations', {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(rebound.status).toBe(403);
  });

  it('400 malformed_request for an unreadable body, without quoting it', async () => {
    const deep = `${'['.repeat(11)}${']'.repeat(11)}`;
    const bodies = [
      `{"streamKey":"${STREAM_KEY}"`,
      `{"streamKey":"${STREAM_KEY}","streamKey":"b"}`,
      '{"a":1}trailing',
      deep,
      '['.repeat(60_000),
      '{"__proto__":{"isAdmin":true}}',
      '\ufeff\ufeff{}',
      '{\ufeff}',
    ];
    for (const { method, path } of await listRoutes(400)) {
      for (const body of bodies) {
        const answer = await test.call(method, path, { body });
        expect(answer.status, `${method} ${path} ${body.slice(0, 20)}`).toBe(400);
        expect(answer.problem.code).toBe('malformed_request');
        expect(answer.text).not.toContain(STREAM_KEY);
      }
    }
    const notUtf8 = await test.api.request('/api/destinations', {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]),
    });
    expect(notUtf8.status).toBe(400);
  });

  it('413 for a body that is too large, with any Content-Length', async () => {
    for (const { method, path } of await listRoutes(413)) {
      // A document of an export contains pictures.
      const large = JSON.stringify({ name: 'x'.repeat(path === '/api/import' ? 4_000_100 : 70_000) });
      expect((await test.call(method, path, { body: large })).status, `${method} ${path}`).toBe(413);
      const lying = await test.api.request(path, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', 'content-length': '2' },
        body: large,
      });
      expect(lying.status).toBe(413);
    }
  });

  it.each([
    ['application/json'],
    ['application/json;charset=UTF-8'],
    ['application/json; charset="utf-8"'],
    ['application/json; charset=utf8'],
    ['application/json;'],
    ['application/json ; charset = us-ascii ;'],
    ['Application/JSON; odata.metadata=minimal'],
  ])('a body with the content type %s is read, with and without a byte order mark', async (type) => {
    for (const mark of ['', '\ufeff']) {
      const answer = await test.call('POST', '/api/destinations/start', {
        body: `${mark}{"all": true}`,
        headers: { 'content-type': type },
      });
      expect(answer.status, answer.text).toBe(202);
    }
  });

  it('415 for a compressed body names the compression', async () => {
    const answer = await test.call('POST', '/api/destinations', {
      body: '{}',
      headers: { 'content-encoding': 'gzip' },
    });
    expect([answer.status, answer.problem.detail]).toEqual([415, 'the body is compressed']);
  });

  it('415 for a body that is not JSON', async () => {
    for (const { method, path } of await listRoutes(415)) {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/jsonx',
        'application/json; charset=utf-16',
        'application/json; charset=utf-8; charset=utf-16',
        'text/plain; application/json',
        'multipart/form-data; type=application/json',
      ]) {
        const answer = await test.call(method, path, { body: '{}', headers: { 'content-type': type } });
        expect(answer.status, `${method} ${path} ${type}`).toBe(415);
      }
    }
  });

  it('500 hides an unexpected error and logs it once with the request id', async () => {
    const routes = await listRoutes(500);
    await test.put(makeRunning());
    await test.reset();
    const boom = () => {
      throw new TypeError(`cannot read ${STREAM_KEY} at /var/task`);
    };
    test.rebuild({
      now: boom,
      clients: new Proxy(test.deps.clients, { get: boom }),
      rehearsal: { active: boom, switch: boom },
      authentication: {
        signIn: { kind: 'token' },
        authenticate: async () => ({ id: 'operator', via: 'bearer', role: 'admin' }),
        createSession: boom,
        openSessionOf: boom,
        endSession: boom,
      },
    });
    for (const { method, path, body } of routes) {
      test.log.length = 0;
      const answer = await test.call(method, path, { body });
      if (answer.status < 400 && NEED_NOTHING.includes(path)) continue;
      if (path === '/api/health' && answer.status === 503) continue;
      expect(answer.status, `${method} ${path}`).toBe(500);
      expect(answer.problem).toMatchObject({ code: 'internal', requestId: answer.headers.get('x-request-id') });
      expect(answer.text).not.toMatch(/TypeError|task|canary/);
      const logged = test.log.filter((line) => line.includes('"error"'));
      expect(logged).toHaveLength(1);
      expect(logged[0]).toContain(answer.problem.requestId);
      expect(logged[0]).toContain('TypeError');
      expect(logged[0]).not.toContain(STREAM_KEY);
    }
  });

  it('500 for a thrown value that is not an Error', async () => {
    test.rebuild({
      authentication: {
        signIn: { kind: 'token' },
        authenticate: () => Promise.reject('just a text'),
      },
    });
    const answer = await test.call('GET', '/api/destinations');
    expect([answer.status, answer.problem.code]).toEqual([500, 'internal']);
  });

  it('503 upstream_unavailable when AWS does not answer', async () => {
    const routes = await listRoutes(503);
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const dead = { send: () => Promise.reject(refused) };
    const clients = new Proxy(test.deps.clients, { get: () => dead });
    const { now } = test.deps;
    const accessTokens = createAccessTokens({ ...test.deps, clients });
    test.rebuild({
      clients,
      authentication: createTokenAuthentication({ token: TOKEN, now, revoked: keepRevoked(now), accessTokens }),
    });
    for (const { method, path, body } of routes) {
      const answer = await test.call(method, path, { body });
      expect(answer.status, `${method} ${path}`).toBe(503);
      if (path === '/api/health') continue;
      expect(answer.problem.code).toBe('upstream_unavailable');
      expect(answer.headers.get('retry-after')).toBe('5');
    }
  });

  it('405 with Allow for an unsupported method', async () => {
    for (const [method, path, allow] of [
      ['PUT', '/api/destinations', 'GET, HEAD, POST'],
      ['POST', `/api/destinations/${DESTINATION_ID}`, 'DELETE, GET, HEAD, PATCH, PUT'],
      ['GET', `/api/destinations/${DESTINATION_ID}/start`, 'POST'],
      ['OPTIONS', '/api/presets', 'GET, HEAD'],
      ['POST', '/api/openapi.json', 'GET, HEAD'],
    ] as const) {
      const answer = await test.call(method, path);
      expect([answer.status, answer.headers.get('allow')], `${method} ${path}`).toEqual([405, allow]);
    }
  });

  it('carries a request id and the security headers in every answer', async () => {
    await test.put(makePrimary());
    for (const path of [
      '/api/destinations',
      '/api/nowhere',
      '/api/destinations/primary',
      '/nowhere',
      '/api/health',
      '/api/docs',
    ]) {
      const { headers } = await test.call('GET', path);
      expect(headers.get('x-request-id'), `${path}`).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('every error', () => {
  it('has a status and a problem with a remedy', async () => {
    for (const { code } of listErrorCodes()) {
      expect(statusOf(new AppError(code, { detail: 'd', remedy: 'r' }))).toBeGreaterThanOrEqual(400);
    }
    const answer = await test.call('GET', '/api/nowhere');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.problem).toMatchObject({
      type: 'urn:sluice:problem:not_found',
      title: 'Not found',
      status: 404,
      remedy: expect.any(String),
    });
  });

  it('is aws_refused, not internal, when AWS refuses, without AWS’s text', async () => {
    const refusal = Object.assign(new Error('User arn:aws:iam::123456789012:role/x is wrong'), {
      name: 'SomethingException',
      $metadata: { httpStatusCode: 400, requestId: 'r-1' },
    });
    test.rebuild({ clients: new Proxy(test.deps.clients, { get: () => ({ send: () => Promise.reject(refusal) }) }) });
    const answer = await test.call('GET', '/api/destinations');
    expect([answer.status, answer.problem.code]).toEqual([503, 'aws_refused']);
    expect(answer.text).not.toContain('123456789012');
  });
});

describe('hostile input', () => {
  const ids = [
    '..',
    '%2e%2e',
    '%2F',
    'a%2Fb',
    '..%5c..',
    '%00',
    'dst_%00',
    '%',
    '%zz',
    '%ff',
    'DST_01K8',
    'x'.repeat(10_000),
    `${DESTINATION_ID}%0a`,
    `${DESTINATION_ID}%20`,
    '__proto__',
    'constructor',
    "' OR 1=1",
    '#',
    '{destinationId}',
  ];

  it.each(ids)('an id like %j never causes an internal error', async (id) => {
    for (const [method, rest, body] of [
      ['GET', '', undefined],
      ['DELETE', '', undefined],
      ['POST', '/start', undefined],
      ['GET', '/metrics', undefined],
      ['PUT', '/stream-key', { streamKey: 'abc' }],
    ] as const) {
      const answer = await test.call(method, `/api/destinations/${encodeURI(id).replaceAll('%25', '%')}${rest}`, {
        body,
      });
      expect([200, 404, 405, 422], `${method} ${rest}`).toContain(answer.status);
    }
    expect((await test.call('GET', '/api/destinations')).body.data).toEqual([]);
  });

  it.each([
    'rtmp://127.0.0.1/live',
    'rtmp://localhost/live',
    'rtmp://2130706433/live',
    'rtmp://0x7f.1/live',
    'rtmp://0177.0.0.1/live',
    'rtmp://127.1/live',
    'rtmp://[::1]/live',
    'rtmp://[::ffff:127.0.0.1]/live',
    'rtmp://[64:ff9b::7f00:1]/live',
    'rtmp://169.254.169.254/latest',
    'rtmp://10.0.0.1/live',
    'rtmp://172.16.0.1/live',
    'rtmp://192.168.1.1/live',
    'rtmp://100.64.0.1/live',
    'rtmp://0.0.0.0/live',
    'rtmp://[fe80::1]/live',
    'rtmp://[fd00::1]/live',
    'rtmp:///live',
    'rtmp:/x',
    'rtmp:\\\\host\\live',
    'http://example.com/live',
    'file:///etc/passwd',
    'srt://example.com:9998',
    'rtmp://user:pass@example.com/live',
    'rtmp://example.com:22/live',
    'rtmp://example.com/live#x',
    'rtmp://exa\tmple.com/live',
    'rtmp://example.com/live\r\nX: y',
    'rtmp://ｅxample.com/live',
    'rtmp://metadata.google.internal/live',
    'rtmp://example.com',
    '',
  ])('422 names rtmpUrl for %j', async (rtmpUrl) => {
    const answer = await test.call('POST', '/api/destinations', {
      body: { ...makeBody(), platform: 'custom', rtmpUrl },
    });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.[0]?.field).toBe('rtmpUrl');
    expect(answer.problem.remedy).not.toBe('');
  });

  it.each([
    ['name', 'a\u0000b'],
    ['name', 'a\nb'],
    ['name', '\u202egnp'],
    ['name', '\ud800'],
    ['name', 'x'.repeat(101)],
    ['name', 7],
    ['name', null],
    ['name', ['x']],
    ['platform', 7],
    ['platform', '__proto__'],
    ['platform', 'constructor'],
    ['preset', 'x'.repeat(65)],
    ['preset', 'toString'],
    ['standby', true],
    ['streamKey', ''],
    ['streamKey', 'ü'.repeat(2049)],
    ['streamKey', 12],
    ['streamKey', {}],
    ['status', 'running'],
    ['desired', 'running'],
    ['ownerId', 'x'],
    ['destinationId', DESTINATION_ID],
    ['revision', 9],
  ])('422 names the field for %s: %j', async (field, value) => {
    const answer = await test.call('POST', '/api/destinations', { body: { ...makeBody(), [field]: value } });
    expect(answer.status).toBe(422);
    expect(answer.problem.errors?.map((error) => error.field)).toContain(field);
    expect(answer.text).not.toMatch(/[\u0000-\u001f]/); // oxlint-disable-line no-control-regex
  });

  it.each(['[]', '"text"', '7', 'null', 'true'])('422 for a body that is %s', async (body) => {
    expect((await test.call('POST', '/api/destinations', { body })).status).toBe(422);
  });

  it('422 for a query parameter named __proto__', async () => {
    expect((await test.call('GET', '/api/destinations?__proto__=x')).status).toBe(422);
  });

  it('random JSON starts no operation and causes no internal error', async () => {
    await test.put(makeRecord());
    // An export takes a body without fields, and starts nothing.
    const routes = Object.keys(BODIES).filter((route) => route !== 'POST /api/export');
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(...routes), async (value, route) => {
        const [method = '', path = ''] = route.replace('{destinationId}', DESTINATION_ID).split(' ');
        const answer = await test.call(method, path, { body: JSON.stringify(value) });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
      }),
      { numRuns: 150 },
    );
    expect(test.executions()).toEqual([]);
    expect(test.log.filter((line) => line.includes('"error"'))).toEqual([]);
  });
});

describe('a stream key', () => {
  const spellings = (key: string) => [
    key,
    encodeURIComponent(key),
    Buffer.from(key).toString('base64').replace(/=+$/, ''),
    Buffer.from(key).toString('base64url'),
    Buffer.from(key).toString('hex'),
  ];

  it('never appears in an answer, a header, the log or the table', async () => {
    const key = 'zq7x+canary/81kd=w3pm';
    const from = test.answers.length;
    const lines: string[] = [];
    const url = `rtmp://live.example.com/live/${key}`;
    const added = await test.add({ streamKey: key, platform: 'custom', rtmpUrl: 'rtmp://live.example.com/live' });
    const own = `/api/destinations/${added.destinationId}`;
    await test.put(makeRunning());
    const idempotent = { 'idempotency-key': 'canary' };
    const attempts: [string, string, object | string | undefined, Record<string, string>?][] = [
      ['POST', '/api/destinations', { ...makeBody(), streamKey: key, name: 'Other' }, idempotent],
      ['POST', '/api/destinations', { ...makeBody(), streamKey: key, name: 'Other' }, idempotent],
      ['POST', '/api/destinations', { ...makeBody(), streamKey: `${key}1` }, idempotent],
      ['POST', '/api/destinations', { ...makeBody(), streamKey: key, platform: key, preset: key, standby: key }],
      ['POST', '/api/destinations', { ...makeBody(), streamKey: key, [key]: 1 }],
      ['POST', '/api/destinations', { streamKey: key, name: { [key]: key } }],
      ['POST', '/api/destinations', { ...makeBody(), streamKey: key, platform: 'custom', rtmpUrl: url }],
      [
        'POST',
        '/api/destinations',
        { ...makeBody(), streamKey: 'other', platform: 'custom', rtmpUrl: `http://${key}@x/y` },
      ],
      ['POST', '/api/destinations', { ...makeBody(), streamKey: [key] }],
      ['POST', '/api/destinations', { ...makeBody(), streamKey: `${key} ${key}` }],
      ['POST', '/api/destinations', `{"streamKey":"${key}"`],
      ['POST', '/api/destinations', `${key}`],
      [
        'PUT',
        own,
        {
          name: 'x',
          platform: 'custom',
          rtmpUrl: 'rtmp://live.example.com/live',
          preset: 'source',
          standby: 'cold',
          streamKey: key,
        },
      ],
      ['PUT', own, { name: 'x', platform: 'custom', rtmpUrl: url, preset: 'source', standby: 'cold', streamKey: key }],
      ['PATCH', own, { rtmpUrl: url }],
      ['PATCH', own, { streamKey: key }],
      ['PUT', `${own}/stream-key`, { streamKey: key }],
      ['PUT', `${own}/stream-key`, { streamKey: key, key }],
      ['PUT', `/api/destinations/${DESTINATION_ID}/stream-key`, { streamKey: key }],
      ['PUT', `/api/destinations/${DESTINATION_ID}/stream-key?apply=now`, { streamKey: key }],
      ['PUT', `/api/destinations/${encodeURIComponent(key)}/stream-key`, { streamKey: key }],
      ['POST', `${own}/start`, { streamKey: key }],
      ['POST', `${own}/start`, undefined],
      ['POST', `${own}/stop`, undefined],
      ['GET', own, undefined],
      ['GET', `${own}/metrics`, undefined],
      ['GET', `${own}/log`, undefined],
      ['GET', '/api/destinations', undefined],
      ['GET', `/api/operations/${added.operation?.operationId}`, undefined],
      ['GET', '/api/mediaconnect/flow/status', undefined],
      ['GET', '/api/openapi.json', undefined],
      ['POST', '/api/session', { token: key }],
      ['POST', `/api/${encodeURIComponent(key)}`, { streamKey: key }],
      ['DELETE', own, { streamKey: key }],
      ['DELETE', own, undefined],
    ];
    for (const [method, path, body, headers = {}] of attempts) await test.call(method, path, { body, headers });

    const failing = {
      send: () =>
        Promise.reject(Object.assign(new Error(`bad ${key}`), { name: 'KMSInternalException', $metadata: {} })),
    };
    test.rebuild({ clients: { ...test.deps.clients, kms: failing as never } });
    await test.call('POST', '/api/destinations', { body: { ...makeBody(), streamKey: 'another-one', name: 'z' } });

    lines.push(...test.log);
    const { Items: items } = await test.deps.clients.table.send(
      new QueryCommand({
        TableName: test.deps.deployment.tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'DESTINATIONS' },
      }),
    );
    const { Items: kept } = await test.deps.clients.table.send(
      new QueryCommand({
        TableName: test.deps.deployment.tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': 'IDEMPOTENCY' },
      }),
    );
    expect(kept).toHaveLength(1);
    const seen = test.answers.slice(from).map(({ text, headers }) => `${text}\n${headers}`);
    expect(seen.length).toBeGreaterThan(30);
    for (const spelling of spellings(key)) {
      for (const [index, text] of seen.entries()) {
        expect(
          text.includes(spelling),
          `${JSON.stringify(attempts[index - 1]?.slice(0, 2))}: ${text.slice(0, 300)}`,
        ).toBe(false);
      }
      expect(lines.filter((line) => line.includes(spelling))).toEqual([]);
      expect(JSON.stringify([items, kept])).not.toContain(spelling);
    }
  });

  it('is not sent to Step Functions', async () => {
    await test.add();
    expect(JSON.stringify(test.mocks.sfn.calls().map(({ args }) => args[0].input))).not.toContain(STREAM_KEY);
  });
});
