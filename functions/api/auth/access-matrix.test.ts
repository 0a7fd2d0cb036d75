import { beforeEach, describe, expect, it } from 'vitest';
import {
  DESTINATION_ID,
  keepRevoked,
  makeRecord,
  NOW,
  OTHER_ID,
  TOKEN,
  useTestApi,
} from '../../../test/support/api.ts';
import { makeShow, SHOW_ID } from '../../../test/support/make-show.ts';
import { makeUserPool } from '../../../test/support/user-pool.ts';
import { insertShow } from '../../aws/show-table.ts';
import { tokenSecret } from '../../domain/access-token.ts';
import { listServedRoutes, ROUTE_ACCESS, TRIGGER_ACCESS } from '../route-roles.ts';
import { createAccessTokens, type AccessTokens } from './access-tokens.ts';
import { createCognitoAuthentication } from './authentication-cognito.ts';
import { createTokenAuthentication } from './authentication.ts';
import { ROLES, type Role } from './roles.ts';

/**
 * Every route for every kind of caller, right and defective, with the status that the table of roles says. AWS is
 * unreachable for the routes: an admitted request fails there, a refused one never gets that far. The tokens of the user
 * pool have their own matrix in authorization.test.ts.
 */

const test = useTestApi();
const OTHER_SHOW = SHOW_ID.replace(/.$/, 'd');
const HOST = 'http://localhost';
const pool = makeUserPool();

type Send = { headers?: Record<string, string>; query?: string };
interface Caller {
  /** What the caller sends. */
  send: Send;
  role: Role | null;
  /** Ids that a trigger token names. */
  names?: readonly string[];
}

let callers: Record<string, Caller> = {};
let defects: Record<string, Send> = {};
let asked = 0;

const bearer = (token: string): Send => ({ headers: { authorization: `Bearer ${token}` } });
const cookie = (value: string): Send => ({ headers: { cookie: value } });

async function create(name: string, role: string, more: object = {}): Promise<{ token: string; tokenId: string }> {
  const answer = await test.call('POST', '/api/access-tokens', { body: { name, role, ...more } });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

async function signIn(token: string): Promise<string> {
  const answer = await test.call('POST', '/api/session', { body: { token }, signedIn: false });
  return answer.headers.get('set-cookie')!.split(';')[0]!;
}

beforeEach(async () => {
  for (const id of [DESTINATION_ID, OTHER_ID]) await test.put(makeRecord({ destinationId: id, name: id }));
  for (const showId of [SHOW_ID, OTHER_SHOW]) await insertShow(test.deps, makeShow({ showId }));
  const { now } = test.deps;
  const accessTokens = createAccessTokens({ ...test.deps });
  const authentication = createTokenAuthentication({ token: TOKEN, now, revoked: keepRevoked(now), accessTokens });
  test.rebuild({ authentication });

  callers = { 'the first token': { send: bearer(TOKEN), role: 'admin' } };
  callers['its browser'] = { send: cookie(await signIn(TOKEN)), role: 'admin' };
  for (const role of ROLES) {
    const { token } = await create(`the ${role}`, role);
    callers[`a token with the role ${role}`] = { send: bearer(token), role };
    callers[`a browser of a token with the role ${role}`] = { send: cookie(await signIn(token)), role };
  }
  const scopes = { these: [DESTINATION_ID, SHOW_ID], others: [OTHER_ID, OTHER_SHOW] } as const;
  for (const [which, [destinationId, showId]] of Object.entries(scopes)) {
    const { token } = await create(which, 'trigger', { destinationIds: [destinationId], showIds: [showId] });
    callers[`a trigger token of ${which}`] = { send: bearer(token), role: null, names: [destinationId, showId] };
  }
  defects = await makeDefects();
  // From here on no token changes, so each is read once.
  const remembering = rememberReads(accessTokens);

  // Every caller has an address of its own, so that no wrong token counts against another.
  let address = 0;
  const gone = () => {
    asked += 1;
    throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  };
  asked = 0;
  test.rebuild({
    authentication: createTokenAuthentication({
      token: TOKEN,
      now,
      revoked: keepRevoked(now),
      accessTokens: remembering,
    }),
    clients: new Proxy(test.deps.clients, { get: () => ({ send: gone }) }),
    hlsProxy: async () => gone(),
    nameCaller: () => `192.0.2.${(address += 1)}`,
  });
});

/** Each would be an admin's if it were right. */
async function makeDefects(): Promise<Record<string, Send>> {
  const { token: good } = await create('good', 'admin');
  const ended = await create('ended', 'admin', { expiresAt: new Date(NOW.getTime() + 60_000).toISOString() });
  const revoked = await create('revoked', 'admin');
  const [endedCookie, revokedCookie, goodCookie] = [
    await signIn(ended.token),
    await signIn(revoked.token),
    await signIn(good),
  ];
  await test.call('DELETE', `/api/access-tokens/${revoked.tokenId}`);
  test.time.now = new Date(NOW.getTime() + 60_000);
  const now = () => test.time.now;
  const elsewhere = createTokenAuthentication({ token: 'another installation', now, revoked: keepRevoked(now) });
  const foreign = (await elsewhere.createSession!('another installation', new Request(HOST), () => ''))!.cookie;
  const swapCase = (text: string) =>
    text.replaceAll(/[a-z]/gi, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
  return {
    nothing: {},
    'an empty token': bearer(''),
    'a token without its end': bearer(good.slice(0, -1)),
    'a token with more behind it': bearer(`${good}x`),
    'a token without its prefix': bearer(good.replace('sluice_token_', '')),
    'a token in the wrong case': bearer(good.replace(/(?<=token_).*/, swapCase)),
    'an expired token': bearer(ended.token),
    'a revoked token': bearer(revoked.token),
    'a token of another deployment': bearer(tokenSecret.create()),
    'a token of a user pool': bearer(pool.person(['admin'])),
    'a token of another scheme': { headers: { authorization: `Basic ${good}` } },
    'a token without a scheme': { headers: { authorization: good } },
    'two tokens': { headers: { authorization: `Bearer ${good}, Bearer ${good}` } },
    'a wrong token beside a good cookie': { headers: { ...bearer(`${good}x`).headers, cookie: goodCookie } },
    'a token in the address': { query: `?token=${good}` },
    'a token in the address, by its OAuth name': { query: `?access_token=${good}` },
    'a token as the cookie': cookie(`${goodCookie.split('=')[0]}=${good}`),
    'a cookie of an expired token': cookie(endedCookie),
    'a cookie of a revoked token': cookie(revokedCookie),
    'a cookie without its end': cookie(goodCookie.slice(0, -1)),
    'a cookie in the wrong case': cookie(goodCookie.replace(/(?<=\.)[^.]+$/, swapCase)),
    'a cookie whose token was replaced': cookie(goodCookie.replace(/\.[^.]{43}(?=\.)/, `.${'x'.repeat(43)}`)),
    'a cookie without its token': cookie(goodCookie.replace(/\.[^.]{43}(?=\.)/, '')),
    'a cookie of another installation': cookie(foreign.split(';')[0]!),
    'its value under our name': cookie(`${goodCookie.split('=')[0]}=${foreign.split(';')[0]!.split('=')[1]}`),
  };
}

/** Thousands of requests would read the same few items. */
function rememberReads({ find, resume }: AccessTokens): AccessTokens {
  const remember = <Answer>(read: (by: string) => Promise<Answer>) => {
    const known = new Map<string, Promise<Answer>>();
    return (by: string) => {
      const answer = known.get(by) ?? read(by);
      known.set(by, answer);
      return answer;
    };
  };
  return { find: remember(find), resume: remember(resume) };
}

const routes = () =>
  Object.entries(ROUTE_ACCESS)
    .filter(([name]) => listServedRoutes(test.api).includes(name))
    .map(([name, access]) => {
      const [method = '', template = ''] = name.split(' ');
      const path = template
        .replace('{destinationId}', DESTINATION_ID)
        .replace('{showId}', SHOW_ID)
        .replace('{asset}', 'swagger-ui.css')
        .replaceAll(/\{\w+\}/g, 'x')
        .replace('*', 'abc/index.m3u8');
      return { name, method, path, access };
    });

async function statusOf(method: string, path: string, { headers = {}, query = '' }: Send): Promise<number> {
  // Each request in its own minute, so that no limit of a token is reached.
  test.time.now = new Date(test.time.now.getTime() + 60_000);
  return (await test.api.request(HOST + path + query, { method, headers })).status;
}

/** Returns what the table of roles says: 403, or null for a caller who is admitted. */
function refusalOf({ name, access }: { name: string; access: string }, { names, role }: Caller): number | null {
  if (names) {
    const scope = TRIGGER_ACCESS[name];
    if (scope === 'any') return null;
    const id = scope === 'named destination' ? DESTINATION_ID : scope === 'named show' ? SHOW_ID : null;
    return id !== null && names.includes(id) ? null : 403;
  }
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(access as Role) ? null : 403;
}

describe('every route', () => {
  it('is in the matrix', async () => {
    const { body } = await test.call('GET', '/api/openapi.json');
    const documented = Object.entries<object>(body.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const names = routes().map(({ name }) => name);
    expect(documented.filter((name) => !names.includes(name))).toEqual([]);
    expect(Object.keys(TRIGGER_ACCESS).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('admits exactly the callers that the table of roles admits', async () => {
    const wrong: string[] = [];
    for (const route of routes()) {
      if (route.access === 'anyone') continue;
      for (const [who, caller] of Object.entries(callers)) {
        asked = 0;
        const status = await statusOf(route.method, route.path, caller.send);
        const refusal = refusalOf(route, caller);
        const isRight = refusal === null ? status !== 401 && status !== 403 : status === refusal && asked === 0;
        if (!isRight) wrong.push(`${route.name} for ${who}: ${status}, not ${refusal ?? 'admitted'}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  it('refuses every defect, and asks AWS for nothing', async () => {
    const wrong: string[] = [];
    for (const { access, method, name, path } of routes()) {
      if (access === 'anyone') continue;
      for (const [defect, send] of Object.entries(defects)) {
        const status = await statusOf(method, path, send);
        if (status !== 401) wrong.push(`${name} with ${defect}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBe(0);
  }, 120_000);
});

describe('on AWS', () => {
  it('every route admits the same access tokens, and refuses the same defects', async () => {
    const accessTokens = rememberReads(createAccessTokens({ ...test.deps }));
    test.rebuild({
      authentication: createCognitoAuthentication({ ...pool.options, accessTokens }),
      clients: new Proxy(test.deps.clients, { get: () => ({ send: () => Promise.reject(new Error('gone')) }) }),
      hlsProxy: async () => new Response('gone', { status: 503 }),
    });
    const isToken = (send: Send) =>
      send.headers?.['cookie'] === undefined && send.headers?.['authorization'] !== `Bearer ${TOKEN}`;
    const wrong: string[] = [];
    for (const route of routes()) {
      if (route.access === 'anyone') continue;
      for (const [who, caller] of Object.entries(callers)) {
        const status = await statusOf(route.method, route.path, caller.send);
        const refusal = isToken(caller.send) ? refusalOf(route, caller) : 401;
        const isRight = refusal === null ? status !== 401 && status !== 403 : status === refusal;
        if (!isRight) wrong.push(`${route.name} for ${who}: ${status}, not ${refusal ?? 'admitted'}`);
      }
      for (const [defect, send] of Object.entries(defects)) {
        if (defect === 'a token of a user pool') continue;
        const status = await statusOf(route.method, route.path, send);
        if (status !== 401) wrong.push(`${route.name} with ${defect}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  }, 120_000);
});

it('the name of the scheme has no case', async () => {
  const { headers } = callers['a token with the role viewer']!.send;
  const authorization = headers!['authorization']!.replace('Bearer', 'bEaReR');
  expect(await statusOf('GET', '/api/presets', { headers: { authorization } })).toBe(200);
});
