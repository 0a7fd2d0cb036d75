import { describe, expect, it } from 'vitest';
import { DESTINATION_ID, MISSING_ID, makeRecord, TOKEN, useTestApi } from '../../../test/support/api.ts';
import { createCognitoAuthentication } from '../auth/authentication-cognito.ts';
import { makeUserPool } from '../../../test/support/user-pool.ts';

const test = useTestApi();
const DAY_MS = 86_400_000;
const PATHS = ['', '/{invitationId}', '/preview', '/redeem'].map((path) => `/api/invitations${path}`);

const invite = (body: object = {}) =>
  test.call('POST', '/api/invitations', { body: { name: 'Anna', role: 'operator', ...body } });
const secretOf = (link: string) => new URLSearchParams(new URL(link).hash.slice(1)).get('invitation')!;
const newSecret = async (body: object = {}) => secretOf((await invite(body)).body.link);
const asHolder = (action: 'preview' | 'redeem', invitation: string, headers = {}) =>
  test.call('POST', `/api/invitations/${action}`, { signedIn: false, body: { invitation }, headers });
const redeem = (invitation: string) => asHolder('redeem', invitation);
const cookieOf = ({ headers }: { headers: Headers }) => headers.get('set-cookie')!.split(';')[0]!;
const as = (cookie: string) => (method: string, path: string, body?: object) =>
  test.call(method, path, { signedIn: false, body, headers: { cookie, 'sec-fetch-site': 'same-origin' } });
const people = async () => (await test.call('GET', '/api/people')).body.data;
const states = async () =>
  (await test.call('GET', '/api/invitations')).body.data.map(({ state }: { state: string }) => state);
const advance = (ms: number) => void (test.time.now = new Date(test.time.now.getTime() + ms));

describe('POST /api/invitations', () => {
  it('201 with a link whose secret is after the # and in no log or list', async () => {
    const { status, body } = await invite();
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'Anna', role: 'operator', state: 'pending', createdBy: 'operator' });
    expect(Date.parse(body.expiresAt) - test.time.now.getTime()).toBe(7 * DAY_MS);
    const secret = secretOf(body.link);
    expect(secret).toMatch(/^sluice_invitation_[\w-]{43}$/);
    expect(new URL(body.link).pathname + new URL(body.link).search).toBe('/');
    await asHolder('preview', secret);
    await redeem(secret);
    await redeem(secret);
    expect(test.log.join('\n')).not.toContain(secret);
    expect((await test.call('GET', '/api/invitations')).text).not.toContain(secret);
  });

  it.each([
    ['name', { name: '' }],
    ['name', { name: 'operator' }],
    ['name', { name: 'anna@example.com' }],
    ['role', { role: 'trigger' }],
    ['expiresAt', { expiresAt: '2026-11-21' }],
    ['expiresAt', { expiresAt: '2026-11-21T17:59:59Z' }],
    ['expiresAt', { expiresAt: '2026-12-06T18:00:01Z' }],
    ['secret', { secret: 'x' }],
  ])('422 names the field %s of %j', async (field, body) => {
    const { status, problem } = await invite(body);
    expect([status, problem.errors?.map((error) => error.field)]).toEqual([422, [field]]);
  });

  it('409 when fifty invitations are waiting', async () => {
    for (let index = 0; index < 50; index += 1) await invite({ name: `Person ${index}` });
    expect((await invite()).problem.code).toBe('illegal_transition');
  });

  it('403 for a person who is an operator', async () => {
    const anna = as(cookieOf(await redeem(await newSecret())));
    expect((await anna('POST', '/api/invitations', { name: 'Ben', role: 'admin' })).status).toBe(403);
    expect((await anna('GET', '/api/people')).status).toBe(403);
  });

  it('404 where a user pool has the people', async () => {
    const pool = makeUserPool();
    test.rebuild({ authentication: createCognitoAuthentication(pool.options), embedded: false });
    const headers = { authorization: `Bearer ${pool.person(['admin'])}` };
    const body = { name: 'Anna', role: 'operator' };
    const answer = await test.call('POST', '/api/invitations', { signedIn: false, headers, body });
    expect([answer.status, answer.problem.detail]).toEqual([404, expect.stringContaining('user pool')]);
    expect((await asHolder('preview', 'x')).problem.detail).toContain('user pool');
    expect((await redeem('x')).problem.detail).toContain('user pool');
  });
});

describe('POST /api/invitations/preview', () => {
  it('200 as often as wanted, without signing in', async () => {
    const secret = await newSecret();
    for (let times = 0; times < 2; times += 1) {
      const { status, body, headers } = await asHolder('preview', secret);
      expect([status, headers.get('set-cookie')]).toEqual([200, null]);
      expect(body).toEqual({ name: 'Anna', role: 'operator', createdBy: 'operator', expiresAt: expect.any(String) });
    }
    expect(await states()).toEqual(['pending']);
  });
});

describe('POST /api/invitations/redeem', () => {
  it('200 and signs the browser in under the name and role of the person', async () => {
    const answer = await redeem(await newSecret());
    expect([answer.status, answer.body.principal, answer.body.role]).toEqual([200, 'Anna', 'operator']);
    expect(answer.headers.get('set-cookie')).toMatch(/HttpOnly.*SameSite=Strict/);
    const anna = as(cookieOf(answer));
    expect((await anna('GET', '/api/session')).body).toMatchObject({ principal: 'Anna', role: 'operator' });
    expect((await anna('POST', '/api/destinations', {})).status).toBe(403);
    expect(await people()).toMatchObject([{ name: 'Anna', role: 'operator', state: 'active', invitedBy: 'operator' }]);
    expect(await states()).toEqual(['used']);
    // Not a token of a script.
    expect((await test.call('GET', '/api/access-tokens')).body.data).toEqual([]);
  });

  it('gives the timeline and the log the name of the person', async () => {
    await test.put(makeRecord());
    const anna = as(cookieOf(await redeem(await newSecret())));
    expect((await anna('POST', `/api/destinations/${DESTINATION_ID}/start?force=true`)).status).toBeLessThan(500);
    await anna('POST', `/api/destinations/${DESTINATION_ID}/stop`);
    const { body } = await test.call('GET', `/api/destinations/${DESTINATION_ID}/timeline`);
    expect(JSON.stringify(body)).toContain('"Anna"');
    expect(test.log.some((line) => line.includes('"principal":"Anna"') && line.includes('/stop'))).toBe(true);
  });

  it('gives one of several browsers that open the link at once the access', async () => {
    const secret = await newSecret();
    test.delayWrites(20);
    const answers = await Promise.all([1, 2, 3].map(() => redeem(secret)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(answers.find(({ status }) => status === 409)!.problem).toMatchObject({
      code: 'invitation_void',
      detail: 'this invitation has been used already',
    });
    expect(await people()).toHaveLength(1);
  });

  it('works again when the process ended before it gave access', async () => {
    const secret = await newSecret();
    const { table } = test.deps.clients;
    const send = async (command: object) => {
      if (command.constructor.name === 'PutCommand') throw new Error('the process ends here');
      return table.send(command as never);
    };
    test.rebuild({ clients: { ...test.deps.clients, table: { send } as never } });
    expect((await redeem(secret)).status).toBe(500);
    test.rebuild({});
    expect([await states(), await people()]).toEqual([['used'], []]);
    expect((await asHolder('preview', secret)).status).toBe(200);
    expect((await redeem(secret)).status).toBe(200);
    expect((await redeem(secret)).status).toBe(409);
    expect(await people()).toHaveLength(1);
  });

  it('counts its own repeated write as its own', async () => {
    const secret = await newSecret();
    test.loseAnswers('PutCommand');
    expect((await redeem(secret)).status).toBe(200);
  });

  it('409 once it has expired, also for a link that was used', async () => {
    const secret = await newSecret({ expiresAt: '2026-11-21T19:00:00Z' });
    const used = await newSecret({ name: 'Ben', expiresAt: '2026-11-21T19:00:00Z' });
    await redeem(used);
    advance(3_600_000 - 1);
    expect((await asHolder('preview', secret)).status).toBe(200);
    advance(1);
    expect((await asHolder('preview', secret)).status).toBe(409);
    expect((await redeem(secret)).problem.detail).toBe('this invitation expired at 2026-11-21T19:00:00.000Z');
    expect((await redeem(used)).problem.detail).toBe('this invitation has been used already');
    expect(await states()).toEqual(['expired', 'used']);
  });

  it('404 for a link of another installation, an incomplete one, and a secret used as something else', async () => {
    const secret = await newSecret();
    for (const wrong of [`${secret.slice(0, -1)}`, secret.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), TOKEN]) {
      const { status, problem } = await redeem(wrong);
      expect([status, problem.detail]).toEqual([404, 'this invitation is incomplete, or from another installation']);
      expect(JSON.stringify(problem)).not.toContain(wrong);
    }
    const bearer = { authorization: `Bearer ${secret}` };
    expect((await test.call('GET', '/api/session', { signedIn: false, headers: bearer })).status).toBe(401);
    await redeem(secret);
    expect((await test.call('GET', '/api/session', { signedIn: false, headers: bearer })).status).toBe(401);
  });

  it('429 after ten wrong links in a minute, and lets the right one in afterwards', async () => {
    const secret = await newSecret();
    for (let index = 0; index < 10; index += 1) expect((await redeem(`wrong ${index}`)).status).toBe(404);
    const { status, headers } = await redeem(secret);
    expect([status, Number(headers.get('retry-after'))]).toEqual([429, 60]);
    expect((await asHolder('preview', secret)).status).toBe(429);
    advance(60_000);
    expect((await redeem(secret)).status).toBe(200);
  });

  it('ends the session that the browser had before', async () => {
    const secret = await newSecret();
    const answer = await test.call('POST', '/api/session', { signedIn: false, body: { token: TOKEN } });
    const before = cookieOf(answer);
    const { status } = await asHolder('redeem', secret, { cookie: before, 'sec-fetch-site': 'same-origin' });
    expect(status).toBe(200);
    expect((await as(before)('GET', '/api/session')).status).toBe(401);
  });
});

describe('DELETE /api/invitations/{invitationId}', () => {
  it('204, and the link says who revoked it', async () => {
    const { body } = await invite();
    const revoke = () => test.call('DELETE', `/api/invitations/${body.invitationId}`);
    expect((await revoke()).status).toBe(204);
    expect((await revoke()).status).toBe(204);
    const { status, problem } = await redeem(secretOf(body.link));
    expect([status, problem.detail, problem.remedy]).toEqual([
      409,
      'this invitation was revoked by operator',
      'ask operator for a new invitation',
    ]);
    expect(await states()).toEqual(['revoked']);
  });

  it('409 for one that was used, which leaves the person their access', async () => {
    const { body } = await invite();
    const anna = as(cookieOf(await redeem(secretOf(body.link))));
    expect((await test.call('DELETE', `/api/invitations/${body.invitationId}`)).problem.code).toBe(
      'illegal_transition',
    );
    expect((await anna('GET', '/api/session')).status).toBe(200);
  });

  it('404 for an unknown one, 422 for a query', async () => {
    const path = `/api/invitations/${MISSING_ID.replace('dst_', 'inv_')}`;
    expect((await test.call('DELETE', path)).status).toBe(404);
    expect((await test.call('DELETE', `${path}?x=1`)).status).toBe(422);
    expect((await test.call('GET', '/api/invitations?x=1')).status).toBe(422);
    expect((await test.call('GET', '/api/people?x=1')).status).toBe(422);
    expect((await test.call('POST', '/api/invitations/preview', { body: {} })).status).toBe(422);
    expect((await test.call('POST', '/api/invitations/redeem', { body: {} })).status).toBe(422);
  });
});

describe('the access of a person', () => {
  it('ends at once, in all their browsers, when an admin ends it', async () => {
    const secret = await newSecret();
    const anna = as(cookieOf(await redeem(secret)));
    const [{ tokenId }] = await people();
    expect((await test.call('DELETE', `/api/access-tokens/${tokenId}`)).status).toBe(204);
    const { status, problem } = await anna('GET', '/api/session');
    expect([status, problem.detail]).toEqual([401, 'the access of Anna was ended by operator']);
    expect(await people()).toMatchObject([{ state: 'ended', endedBy: 'operator' }]);
    // The link gives no second access.
    expect((await redeem(secret)).status).toBe(409);
  });

  it('lasts a year in a browser, and says when the person was last seen', async () => {
    const answer = await redeem(await newSecret());
    expect(answer.headers.get('set-cookie')).toContain(`Max-Age=${365 * 86_400}`);
    const anna = as(cookieOf(answer));
    advance(300 * DAY_MS);
    expect((await anna('GET', '/api/session')).status).toBe(200);
    expect(await people()).toMatchObject([{ lastSeenAt: test.time.now.toISOString() }]);
  });

  it('ends in a browser that signs out', async () => {
    const anna = as(cookieOf(await redeem(await newSecret())));
    expect((await anna('DELETE', '/api/session')).status).toBe(204);
    expect((await anna('GET', '/api/session')).status).toBe(401);
  });
});

it('has a test for every documented status', async () => {
  expect(await test.unmetStatuses(...PATHS, '/api/people')).toEqual([]);
});
