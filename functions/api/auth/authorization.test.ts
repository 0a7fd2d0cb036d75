import { OpenAPIHono } from '@hono/zod-openapi';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiEnv } from '../api-deps.ts';
import { DESTINATION_ID, useTestApi } from '../../../test/support/api.ts';
import { createCognitoAuthentication } from './authentication-cognito.ts';
import { ACTION_ROLES, ROLES, type Role } from './roles.ts';
import { accessOf, listServedRoutes, requireAccessForAll, ROUTE_ACCESS } from '../route-roles.ts';
import { makeTokenDefects } from '../../../test/support/token-defects.ts';
import { GLOBAL_ISSUER, makeUserPool } from '../../../test/support/user-pool.ts';

/**
 * Tests every route with every method, role and token defect, as a bearer token and as a cookie. AWS is unreachable: an
 * authorized request fails there, a refused one never gets that far. A deployment has one tenant; other tenants are
 * other user pools.
 */

const pool = makeUserPool();
const DEFECTS = makeTokenDefects(pool);
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const DASHBOARD = 'sluice.example.com';

const test = useTestApi();
let asked = 0;
beforeEach(() => {
  asked = 0;
  const gone = () => {
    asked += 1;
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  test.rebuild({
    authentication: createCognitoAuthentication(pool.options),
    clients: new Proxy(test.deps.clients, { get: () => ({ send: gone }) }),
    embedded: false,
    publicHost: DASHBOARD,
    isHostAllowed: () => true,
    hlsProxy: async () => gone(),
    userPool: { userPoolId: 'eu-west-1_aB3dE5fG7', scripts: [], listUsers: async () => gone() },
    rehearsal: { active: () => [], switch: async () => gone() },
  });
});

const routes = () =>
  listServedRoutes(test.api).map((name) => {
    const [method = '', template = ''] = name.split(' ');
    const path = template
      .replace('{destinationId}', DESTINATION_ID)
      .replace('{operationId}', `${DESTINATION_ID}-start-4`)
      .replace('{orphanId}', 'channel-MQ')
      .replace('{asset}', 'swagger-ui.css')
      .replace('{name}', '2026-11-20.csv')
      .replace('*', 'abc/index.m3u8');
    return { name, method, path, access: ROUTE_ACCESS[name]! };
  });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const cookie = (token: string) => ({ cookie: `__Host-sluice_access=${token}` });
const CARRIERS = { bearer, cookie };
const send = async (method: string, path: string, headers: Record<string, string> = {}) => {
  const response = await test.api.request(`https://${DASHBOARD}${path}`, { method, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const uniform = (text: string) => text.replace(/"requestId":"[^"]+"/, '"requestId":""');

/** All users and scripts of the pool, with their expected roles. */
const PEOPLE: [string, () => string, Role | null][] = [
  ['a viewer', () => pool.person(['viewer']), 'viewer'],
  ['an operator', () => pool.person(['operator']), 'operator'],
  ['an admin', () => pool.person(['admin']), 'admin'],
  ['a member of several groups', () => pool.person(['admin', 'viewer', 'other']), 'admin'],
  ['a person without groups', () => pool.person(), null],
  ['a person in other groups', () => pool.person(['Admin', 'admins', 'sluice/admin', '']), null],
  ['a person whose groups claim is a string', () => pool.person('[admin operator]'), null],
  ['a person with a script’s scope', () => pool.sign({ ...pool.personClaims(), scope: 'sluice/admin' }), null],
];
const SCRIPTS: [string, () => string, Role | null][] = [
  ['a viewing script', () => pool.script('sluice/viewer'), 'viewer'],
  ['an operating script', () => pool.script('sluice/viewer sluice/operator'), 'operator'],
  ['an administrating script', () => pool.script('sluice/admin'), 'admin'],
  ['a script of another API', () => pool.script('other/admin xsluice/admin sluice/admins sluice/'), null],
  ['a script in a group', () => pool.sign({ ...pool.scriptClaims('openid'), 'cognito:groups': ['admin'] }), null],
];

describe('every route', () => {
  it('has an entry in the table of roles, and the table has no other entries', () => {
    const served = listServedRoutes(test.api);
    expect(served.toSorted()).toEqual(Object.keys(ROUTE_ACCESS).toSorted());
    expect(() => requireAccessForAll(test.api)).not.toThrow();
    test.api.get('/api/new/:id', (context) => context.text(''));
    expect(() => requireAccessForAll(test.api)).toThrow('GET /api/new/{id}');
  });

  it('takes the strictest role when several routes match', async () => {
    const app = new OpenAPIHono<ApiEnv>();
    app.use((context) => Promise.resolve(context.text(String(accessOf(context)))));
    for (const path of ['/api/health', '/api/presets', '/api/unheard/:of', '/*', '/api/presets/*']) {
      app.get(path, (context) => context.text(''));
    }
    const accessTo = async (path: string) => (await app.request(path)).text();
    expect(await accessTo('/api/health')).toBe('anyone');
    expect(await accessTo('/api/unheard/x')).toBe('admin');
    expect(await accessTo('/api/presets')).toBe('admin');
    expect(await accessTo('/elsewhere')).toBe('null');
  });

  it('requires a sign-in except for these', () => {
    expect(routes().flatMap(({ name, access }) => (access === 'anyone' ? [name] : []))).toEqual([
      'POST /api/session',
      'GET /api/session/command-line',
      'GET /api/session/sign-in',
      'GET /api/session/callback',
      'DELETE /api/session',
      'POST /api/session/refresh',
      'GET /api/health',
      'POST /api/invitations/preview',
      'POST /api/invitations/redeem',
    ]);
  });

  it('requires an operator for a change, and an admin for a change of the configuration', () => {
    const changesNothing = new Set(['POST /api/estimates', 'POST /api/export', 'POST /api/group-starts/plan']);
    for (const { name, method, access } of routes()) {
      if (method === 'GET' || changesNothing.has(name) || access === 'anyone') continue;
      // Every visitor says that they are here.
      if (name.includes('/api/presence/')) continue;
      const isConfiguration =
        /^(POST|PUT|PATCH|DELETE) \/api\/(access-tokens(\/\{tokenId\})?|invitations(\/\{invitationId\})?|destinations(\/\{destinationId\}(\/(stream-key|incident-rules))?|\/by-reference\/\{reference\})?|incident-rules|ceilings\/\{period\}|no-source-limit|public-pages|recording-settings|slate-image|sound|import|notification-targets(\/\{targetId\}(\/rotate-secret)?)?)$/;
      const isAdmin = isConfiguration.test(name) || name === 'DELETE /api/recordings/{recordingId}';
      expect(access, name).toBe(isAdmin ? 'admin' : 'operator');
    }
  });

  it('names its required role in the OpenAPI document', async () => {
    const { text } = await send('GET', '/api/openapi.json', bearer(pool.person(['viewer'])));
    const { paths } = JSON.parse(text);
    expect(paths['/api/destinations'].post.security).toEqual([{ bearer: ['admin'] }, { session: ['admin'] }]);
    expect(paths['/api/destinations'].post.description).toContain('Requires the role admin.');
    expect(paths['/api/health'].get.security).toEqual([]);
    for (const [path, operations] of Object.entries<Record<string, { security: object[] }>>(paths)) {
      for (const [method, { security }] of Object.entries(operations)) {
        const access = ROUTE_ACCESS[`${method.toUpperCase()} ${path}`];
        expect(security, `${method} ${path}`).toHaveLength(access === 'anyone' ? 0 : 2);
      }
    }
  });
});

describe.each(Object.keys(CARRIERS) as (keyof typeof CARRIERS)[])('as a %s', (carrier) => {
  const carry = CARRIERS[carrier];

  it('rejects every defective token with the same answer', async () => {
    const reference = uniform((await send('GET', '/api/destinations')).text);
    expect(JSON.parse(reference)).toMatchObject({ code: 'unauthenticated', signIn: { url: '/api/session/sign-in' } });
    for (const { name, method, path, access } of routes()) {
      if (access === 'anyone') continue;
      for (const [defect, token] of Object.entries(DEFECTS)) {
        const answer = await send(method, path, carry(token));
        expect(answer.status, `${name}: ${defect}`).toBe(401);
        expect(uniform(answer.text), `${name}: ${defect}`).toBe(reference);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
        expect(answer.headers.get('set-cookie')).toBeNull();
      }
    }
    expect(asked).toBe(0);
    expect(pool.state.requests.filter(({ url }) => !url.startsWith('https://cognito-idp.eu-west-1.'))).toEqual([]);
  });

  it.each(carrier === 'bearer' ? [...PEOPLE, ...SCRIPTS] : PEOPLE)(
    '%s has exactly the permissions of the role',
    async (_, token, role) => {
      const credentials = carry(token());
      const refused: { code: string; detail: string; remedy: string; needed: string; asked: number }[] = [];
      for (const { name, method, path, access } of routes()) {
        if (access === 'anyone') continue;
        asked = 0;
        const answer = await send(method, path, credentials);
        const isEnough = role !== null && ROLES.indexOf(role) >= ROLES.indexOf(access);
        const isLetIn = answer.status !== 401 && answer.status !== 403;
        expect(isLetIn, `${name} as ${role}: ${answer.status}`).toBe(isEnough);
        if (!isEnough) refused.push({ ...JSON.parse(answer.text), needed: access, asked });
      }
      for (const { code, detail, remedy, needed, asked: askedOfAws } of refused) {
        expect([code, askedOfAws]).toEqual(['forbidden', 0]);
        expect(detail).toContain(`requires the role ${needed}`);
        expect(remedy).toContain(`scope sluice/${needed}`);
      }
    },
  );

  it('answers an unsupported method with 405 only to signed-in users', async () => {
    const viewer = carry(pool.person(['viewer']));
    const roleless = carry(pool.person());
    const known = routes();
    for (const path of new Set(known.map((route) => route.path))) {
      for (const method of METHODS) {
        if (known.some((route) => route.path === path && route.method === method.replace('HEAD', 'GET'))) continue;
        expect((await send(method, path)).status, `${method} ${path}`).toBe(401);
        expect((await send(method, path, roleless)).status, `${method} ${path}`).toBe(403);
        // Where one route's path matches the id parameter of another, the other route answers.
        expect([403, 404, 405], `${method} ${path}`).toContain((await send(method, path, viewer)).status);
      }
    }
    expect(asked).toBe(0);
  });

  it('treats HEAD like GET', async () => {
    for (const { name, method, path, access } of routes()) {
      if (method !== 'GET' || access === 'anyone') continue;
      expect((await send('HEAD', path)).status, name).toBe(401);
      expect((await send('HEAD', path, carry(pool.person()))).status, name).toBe(403);
    }
  });
});

describe('another spelling of a path', () => {
  const SPELLINGS: ((path: string) => string)[] = [
    (path) => path.replace('/api', '/%61pi').replace('/out', '/%6fut'),
    (path) => path.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
    (path) => path.replaceAll(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    (path) => `/${path}`,
    (path) => `/.${path}`,
    (path) => `/x/..${path}`,
    (path) => `${path}/`,
    (path) => `${path}%20`,
    (path) => path.toUpperCase(),
    (path) => path.replaceAll('/', '%2f').replace('%2f', '/'),
    (path) => path.replaceAll('/', '\\'),
  ];

  it('does not bypass the role check', async () => {
    const viewer = bearer(pool.person(['viewer']));
    for (const { name, method, path, access } of routes()) {
      if (access === 'anyone') continue;
      for (const spell of SPELLINGS) {
        expect([401, 404], `${name} as ${spell(path)}`).toContain((await send(method, spell(path))).status);
        if (access === 'viewer') continue;
        expect([403, 404, 405], `${name} as ${spell(path)}`).toContain(
          (await send(method, spell(path), viewer)).status,
        );
      }
    }
    expect(asked).toBe(0);
  });
});

describe('a write by cookie', () => {
  const admin = () => cookie(pool.person(['admin']));
  const writes = () => routes().filter(({ method }) => method !== 'GET');

  it('is refused from a page of another origin on every route, signed in or not', async () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: `https://${DASHBOARD}.evil.example` },
      { origin: `https://${DASHBOARD}:8443` },
      { origin: 'null' },
      { origin: 'https://api.execute.example', 'x-forwarded-host': 'api.execute.example' },
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
    ];
    for (const { name, method, path } of writes()) {
      for (const headers of foreign) {
        const answer = await send(method, path, { ...admin(), ...headers });
        expect([answer.status, JSON.parse(answer.text).code], `${name} ${JSON.stringify(headers)}`).toEqual([
          403,
          'forbidden',
        ]);
        expect(answer.headers.get('set-cookie')).toBeNull();
      }
    }
    expect(asked).toBe(0);
  });

  it('is accepted from the dashboard’s origin, with or without a forwarded host', async () => {
    const own = {
      ...admin(),
      host: 'api.execute.example',
      origin: `https://${DASHBOARD}`,
      'sec-fetch-site': 'same-origin',
    };
    const forwarded: Record<string, string>[] = [
      {},
      { 'x-forwarded-host': DASHBOARD },
      { 'x-forwarded-host': 'api.execute.example' },
    ];
    for (const headers of forwarded) {
      expect((await send('POST', '/api/mediaconnect/flow/start', { ...own, ...headers })).status).toBe(503);
    }
    test.rebuild({ authentication: createCognitoAuthentication(pool.options), embedded: true });
    // On one machine the page's host is the host of the request.
    const local = { ...own, host: 'localhost', 'x-forwarded-host': DASHBOARD };
    expect((await send('POST', '/api/mediaconnect/flow/start', local)).status).toBe(403);
  });

  it('is refused on every route when a form could send it', async () => {
    for (const { name, method, path } of writes()) {
      for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain']) {
        const response = await test.api.request(`https://${DASHBOARD}${path}`, {
          method,
          headers: { ...admin(), 'content-type': type },
          body: '{"token":"x"}',
        });
        expect(response.status, `${name} ${type}`).toBe(415);
      }
    }
    expect(asked).toBe(0);
  });

  it('cannot be smuggled into a GET by a method override', async () => {
    const headers = { ...admin(), 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' };
    await send('GET', `/api/destinations/${DESTINATION_ID}?_method=DELETE`, headers);
    expect(test.log.filter((line) => line.includes('"write"'))).toEqual([]);
  });

  it('is refused with a script’s token as the cookie', async () => {
    expect((await send('GET', '/api/presets', cookie(pool.script('sluice/admin')))).status).toBe(401);
  });
});

describe('two proofs at once', () => {
  it('fail when the bearer token is wrong, even with a valid cookie', async () => {
    const good = cookie(pool.person(['admin']));
    for (const authorization of ['Bearer', 'Bearer garbage', 'Basic YTpi', '', `Bearer ${DEFECTS['expired']}`]) {
      expect((await send('GET', '/api/presets', { ...good, authorization })).status, authorization).toBe(401);
    }
    expect((await send('GET', '/api/presets', good)).status).toBe(200);
  });
});

describe('every answer', () => {
  it('carries the security headers for every caller and path', async () => {
    const admin = bearer(pool.person(['admin']));
    for (const { name, method, path } of routes()) {
      for (const headers of [{}, admin]) {
        const answer = await send(method, path, headers);
        const shown = Object.fromEntries(answer.headers);
        expect(shown, name).toMatchObject({
          'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
          'x-frame-options': 'DENY',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'strict-transport-security': expect.stringContaining('max-age=63072000'),
        });
        expect(shown['access-control-allow-origin'], name).toBeUndefined();
      }
    }
  });
});

describe('the pool', () => {
  it('may use either of AWS’s two issuer formats', async () => {
    const token = pool.sign({ ...pool.personClaims(['viewer']), iss: GLOBAL_ISSUER });
    expect((await send('GET', '/api/presets', bearer(token))).status).toBe(200);
  });

  it('is asked for its keys once by concurrent requests', async () => {
    const before = pool.state.requests.length;
    const viewer = bearer(pool.person(['viewer']));
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('GET', '/api/presets', viewer)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(pool.state.requests.length - before).toBe(1);
  });

  it('leads to 503, not 401, while its keys cannot be fetched, so users stay signed in', async () => {
    const keys = pool.state.keys;
    for (const failure of [() => Promise.reject(new Error('down')), () => new Response('', { status: 500 })]) {
      pool.state.keys = failure as typeof keys;
      const answer = await send('GET', '/api/presets', bearer(pool.person(['viewer'])));
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([503, 'upstream_unavailable']);
    }
    pool.state.keys = keys;
    expect((await send('GET', '/api/presets', bearer(pool.person(['viewer'])))).status).toBe(200);
  });
});

describe('the actions of a destination', () => {
  it('require the same roles as their routes', () => {
    const routeOf = { start: 'POST', stop: 'POST', restart: 'POST', edit: 'PATCH', delete: 'DELETE' } as const;
    for (const [action, method] of Object.entries(routeOf) as [keyof typeof routeOf, string][]) {
      const name = `${method} /api/destinations/{destinationId}${method === 'POST' ? `/${action}` : ''}`;
      expect(ROUTE_ACCESS[name], name).toBe(ACTION_ROLES[action]);
    }
  });

  it('are refused with a reason when the role is too weak', async () => {
    await test.reset();
    const { destinationId } = await test.add();
    test.rebuild({
      authentication: createCognitoAuthentication(pool.options),
      embedded: false,
      isHostAllowed: () => true,
    });
    const actionsFor = async (role: Role) => {
      const list = await send('GET', '/api/destinations', bearer(pool.person([role])));
      const one = await send('GET', `/api/destinations/${destinationId}`, bearer(pool.person([role])));
      const { allowedActions, refusedActions } = JSON.parse(one.text);
      expect(JSON.parse(list.text).data[0]).toMatchObject({ allowedActions, refusedActions });
      return { allowedActions, refusedActions };
    };
    const admin = await actionsFor('admin');
    expect(admin.allowedActions).toEqual(expect.arrayContaining(['start', 'edit', 'delete']));
    const operator = await actionsFor('operator');
    expect(operator.allowedActions).toEqual(admin.allowedActions.filter((each: string) => !/edit|delete/.test(each)));
    expect(operator.refusedActions.delete).toBe('requires the role admin; you are an operator');
    const viewer = await actionsFor('viewer');
    expect(viewer.allowedActions).toEqual([]);
    expect(viewer.refusedActions).toMatchObject({ start: 'requires the role operator; you are a viewer' });
  });
});
