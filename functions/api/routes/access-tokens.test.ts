import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, NOW, OTHER_ID, useTestApi } from '../../../test/support/api.ts';
import { makeShow, SHOW_ID } from '../../../test/support/make-show.ts';
import { makeUserPool } from '../../../test/support/user-pool.ts';
import { insertShow } from '../../aws/show-table.ts';
import { createAccessTokens } from '../auth/access-tokens.ts';
import { createCognitoAuthentication } from '../auth/authentication-cognito.ts';
import type { CreateAccessToken, NewAccessToken } from '../schemas/access-tokens.ts';

/** Access tokens: their life, what the store keeps of them, and what each may do. */

const test = useTestApi();
const HOUR = new Date(NOW.getTime() + 3_600_000).toISOString();

const post = (body: Partial<CreateAccessToken>) =>
  test.call('POST', '/api/access-tokens', { body: { name: 'Deck', role: 'operator', ...body } });
async function create(body: Partial<CreateAccessToken> = {}): Promise<NewAccessToken> {
  const answer = await post(body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}
/** Sends a request with a token and nothing else: no body and no content type. */
const send = (token: string, method: string, path: string, headers: Record<string, string> = {}) =>
  test.call(method, path, { signedIn: false, headers: { authorization: `Bearer ${token}`, ...headers } });
const list = async () => (await test.call('GET', '/api/access-tokens')).body.data;
const pass = (ms: number) => void (test.time.now = new Date(test.time.now.getTime() + ms));

async function stored() {
  const { Items: items } = await test.deps.clients.table.send(
    new QueryCommand({
      TableName: test.deps.deployment.tableName,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': 'ACCESS-TOKENS' },
    }),
  );
  return items!;
}

describe('an access token', () => {
  it('is shown once, and neither the table, the list, the log nor a header has its secret', async () => {
    const { token, tokenId } = await create({ expiresAt: HOUR });
    expect(token).toMatch(/^sluice_token_[\w-]{43}$/);
    await send(token, 'GET', '/api/destinations');
    const secret = token.slice('sluice_token_'.length);
    expect(JSON.stringify(await stored())).not.toContain(secret);
    expect(JSON.stringify(await list())).not.toContain(secret);
    expect(test.log.join()).toContain(tokenId);
    expect(test.log.join()).not.toContain(secret);
    expect(test.answers.filter(({ headers, text }) => `${headers}${text}`.includes(secret))).toHaveLength(1);
  });

  it('acts with its role and appears under its name', async () => {
    await test.put(makeRecord());
    const { token } = await create();
    expect((await send(token, 'GET', '/api/session')).body).toMatchObject({ principal: 'Deck', role: 'operator' });
    const started = await send(token, 'POST', `/api/destinations/${DESTINATION_ID}/start`);
    expect([started.status, started.body.operation.requestedBy]).toEqual([202, 'Deck']);
    expect((await send(token, 'GET', '/api/access-tokens')).status).toBe(403);
  });

  it('says when it was used, to the minute, without a write for every request', async () => {
    const { token } = await create();
    expect((await list())[0].lastUsedAt).toBeNull();
    await send(token, 'GET', '/api/presets');
    pass(59_000);
    await send(token, 'GET', '/api/presets');
    expect((await list())[0].lastUsedAt).toBe(NOW.toISOString());
    pass(1_000);
    await send(token, 'GET', '/api/presets');
    expect((await list())[0].lastUsedAt).toBe(new Date(NOW.getTime() + 60_000).toISOString());
  });

  it('403 for a role that is too weak, which another token remedies', async () => {
    const { token } = await create({ role: 'viewer' });
    const { status, problem } = await send(token, 'POST', `/api/destinations/${DESTINATION_ID}/start`);
    expect([status, problem.detail, problem.remedy]).toEqual([
      403,
      'this requires the role operator; you are a viewer',
      'ask an administrator to create another access token with the role operator, and use that',
    ]);
  });

  it('401 with the reason once it has expired', async () => {
    const { token } = await create({ expiresAt: HOUR });
    pass(3_599_000);
    expect((await send(token, 'GET', '/api/presets')).status).toBe(200);
    pass(1_000);
    const refused = await send(token, 'GET', '/api/presets');
    expect([refused.status, refused.problem.detail]).toEqual([401, `the access token "Deck" expired at ${HOUR}`]);
    expect(await list()).toEqual([expect.objectContaining({ state: 'expired', lastUsedAt: expect.any(String) })]);
  });

  it('401 with the reason once it is revoked, also for the browser that it has signed in', async () => {
    const { token, tokenId } = await create();
    const session = await test.call('POST', '/api/session', { signedIn: false, body: { token } });
    expect(session.body).toMatchObject({ principal: 'Deck', role: 'operator' });
    const cookie = session.headers.get('set-cookie')!.split(';')[0]!;
    const browse = () => test.call('GET', '/api/session', { signedIn: false, headers: { cookie } });
    expect((await browse()).body).toMatchObject({ principal: 'Deck', role: 'operator' });
    expect((await test.call('DELETE', `/api/access-tokens/${tokenId}`)).status).toBe(204);
    for (const refused of [
      await send(token, 'GET', '/api/presets'),
      await browse(),
      await test.call('POST', '/api/session', { signedIn: false, body: { token } }),
    ]) {
      expect([refused.status, refused.problem.detail]).toEqual([
        401,
        `the access token "Deck" was revoked at ${NOW.toISOString()}`,
      ]);
    }
    pass(1_000);
    expect((await test.call('DELETE', `/api/access-tokens/${tokenId}`)).status).toBe(204);
    expect(await list()).toEqual([
      expect.objectContaining({ state: 'revoked', revokedAt: NOW.toISOString(), revokedBy: 'operator' }),
    ]);
    // Its name is free again.
    await create();
  });

  it('gives a session that ends with it, and that signing out ends', async () => {
    const { token } = await create({ expiresAt: HOUR });
    const signIn = async () =>
      (await test.call('POST', '/api/session', { signedIn: false, body: { token } })).headers.get('set-cookie')!;
    const first = await signIn();
    expect(first).toContain('Max-Age=3600;');
    const second = await signIn();
    const browse = async (cookie: string, method = 'GET') =>
      (await test.call(method, '/api/session', { signedIn: false, headers: { cookie: cookie.split(';')[0]! } })).status;
    expect(await browse(first, 'DELETE')).toBe(204);
    expect([await browse(first), await browse(second)]).toEqual([401, 200]);
    pass(3_600_000);
    expect(await browse(second)).toBe(401);
  });

  it('is kept for a month after its end, for its reason, and for ever without one', async () => {
    await create({ name: 'for ever' });
    await create({ name: 'for an hour', expiresAt: HOUR });
    const { tokenId } = await create({ name: 'revoked' });
    await test.call('DELETE', `/api/access-tokens/${tokenId}`);
    const month = 30 * 86_400;
    expect(Object.fromEntries((await stored()).map(({ name, expiresAt }) => [name, expiresAt]))).toEqual({
      'for ever': undefined,
      'for an hour': Date.parse(HOUR) / 1000 + month,
      revoked: NOW.getTime() / 1000 + month,
    });
  });

  it('works when the time of its use cannot be stored, which the log says', async () => {
    const { token } = await create();
    const { send: real } = test.deps.clients.table;
    test.deps.clients.table.send = ((command: object) =>
      command.constructor.name === 'UpdateCommand'
        ? Promise.reject(new Error('full'))
        : (real as (sent: object) => unknown).call(test.deps.clients.table, command)) as never;
    try {
      expect((await send(token, 'GET', '/api/presets')).status).toBe(200);
    } finally {
      test.deps.clients.table.send = real;
    }
    expect(test.log.join()).toContain('the use of an access token could not be noted');
  });

  it('works on AWS beside the tokens of the user pool', async () => {
    const { token, tokenId } = await create({ role: 'admin' });
    const accessTokens = createAccessTokens({ ...test.deps });
    test.rebuild({
      authentication: createCognitoAuthentication({ ...makeUserPool().options, accessTokens }),
      isHostAllowed: () => true,
    });
    expect((await send(token, 'GET', '/api/session')).body).toMatchObject({ principal: 'Deck', role: 'admin' });
    expect((await send(token.replace(/.$/, '!'), 'GET', '/api/session')).status).toBe(401);
    expect((await send(token, 'DELETE', `/api/access-tokens/${tokenId}`)).status).toBe(204);
    expect((await send(token, 'GET', '/api/session')).problem.detail).toContain('was revoked');
  });
});

describe('POST /api/access-tokens', () => {
  it.each([
    [{ name: 'operator' }, 'name: stands for another caller in the timeline: choose another name, without @'],
    [{ name: 'anna@example.com' }, 'name: stands for another caller in the timeline: choose another name, without @'],
    [{ name: 'Script x' }, 'name: stands for another caller in the timeline: choose another name, without @'],
    [{ name: '' }, 'name: enter a name'],
    [{ role: 'root' as 'admin' }, 'role: must be one of viewer, operator, admin, trigger, not "root"'],
    [{ role: 'trigger' as const }, 'destinationIds: a trigger token needs at least one destination or show'],
    [{ role: 'trigger' as const, destinationIds: [OTHER_ID] }, `destinationIds: ${OTHER_ID} does not exist`],
    [{ role: 'trigger' as const, showIds: [SHOW_ID] }, `showIds: ${SHOW_ID} does not exist`],
    [{ expiresAt: NOW.toISOString() }, 'expiresAt: has passed: send a later time, or null for never'],
    [
      { expiresAt: 'tomorrow' },
      'expiresAt: must be a time with a zone, such as 2026-12-06T12:00:00Z, or null for never',
    ],
  ])('422 for %j', async (body, detail) => {
    const answer = await post(body);
    expect([answer.status, answer.problem.detail]).toEqual([422, detail]);
    expect(await stored()).toEqual([]);
  });

  it('422 for a scope without the role trigger', async () => {
    await test.put(makeRecord());
    expect((await post({ destinationIds: [DESTINATION_ID] })).problem.errors?.[0]?.field).toBe('role');
  });

  it('422 for a token as the name, which is not repeated', async () => {
    const { token } = await create();
    const answer = await post({ name: token });
    expect(answer.status).toBe(422);
    expect(answer.text).not.toContain(token);
    const quoted = await post({ role: token as 'admin' });
    expect(quoted.problem.detail).toContain('not "[redacted]"');
  });

  it('409 for more than a hundred active tokens', async () => {
    for (let index = 0; index < 100; index += 1) await create({ name: `token ${index}` });
    expect((await post({ name: 'one more' })).problem.detail).toContain('100 active access tokens');
  });
});

describe('a trigger token', () => {
  const own = `/api/destinations/${DESTINATION_ID}`;
  async function arrange() {
    await test.put(makeRecord());
    await test.put(makeRecord({ destinationId: OTHER_ID, name: 'Other' }));
    await insertShow(test.deps, makeShow());
    return create({ role: 'trigger', destinationIds: [DESTINATION_ID], showIds: [SHOW_ID] });
  }

  it('starts and stops what it names, without a body, and waits if asked', async () => {
    const { token } = await arrange();
    const started = await send(token, 'POST', `${own}/start`, { prefer: 'wait=1' });
    expect([started.status, started.headers.get('preference-applied')]).toEqual([202, 'wait=1']);
    expect(test.log.join()).not.toContain('a wait could not look');
    expect((await send(token, 'POST', `${own}/stop`)).status).toBe(202);
    expect((await send(token, 'POST', `/api/shows/${SHOW_ID}/go-live`)).status).toBe(200);
    // Accepted, but nothing is on air yet.
    expect((await send(token, 'POST', `/api/shows/${SHOW_ID}/end`)).problem.code).toBe('illegal_transition');
  });

  it.each([
    ['GET', own],
    ['GET', '/api/session'],
    ['POST', `${own}/restart`],
    ['POST', `${own}/start?force=true`],
    ['POST', `/api/destinations/${OTHER_ID}/start`],
    ['POST', `/api/destinations/${OTHER_ID.replace('dst', '%64st')}/start`],
    ['POST', '/api/destinations/start'],
    ['POST', `/api/shows/${SHOW_ID}/hold`],
    ['POST', '/api/access-tokens'],
    ['GET', '/api/nowhere'],
    ['GET', '/out/v1/x'],
  ])('403 for %s %s, which says what it may', async (method, path) => {
    const { token } = await arrange();
    const answer = await send(token, method, path);
    expect([answer.status, answer.problem.detail]).toEqual([
      403,
      'this trigger token only starts and stops the destinations and shows that it names',
    ]);
    expect(test.executions()).toEqual([]);
  });

  it('403 for signing in', async () => {
    const { token } = await arrange();
    const answer = await test.call('POST', '/api/session', { signedIn: false, body: { token } });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null]);
  });
});

it('a token in an address is refused, and the answer says to revoke it', async () => {
  const { token } = await create();
  for (const name of ['token', 'access_token']) {
    const answer = await test.call('GET', `/api/destinations?${name}=${token}`, { signedIn: false });
    expect([answer.status, answer.problem.remedy]).toEqual([401, expect.stringContaining('revoke this one')]);
    expect(answer.text).not.toContain(token);
  }
});
