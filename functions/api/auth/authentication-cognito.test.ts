import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { useTestApi } from '../../../test/support/api.ts';
import { createCognitoAuthentication } from './authentication-cognito.ts';
import { LOOPBACK_REDIRECTS } from './loopback-redirects.ts';
import {
  COMMAND_LINE_CLIENT,
  DASHBOARD_CLIENT,
  EMAIL,
  makeUserPool,
  SIGN_IN_URL,
  SUBJECT,
} from '../../../test/support/user-pool.ts';

/** Signs in and out over the API, with a user pool that answers as Cognito does. */

const ORIGIN = 'https://sluice.example.com';
const CALLBACK = `${ORIGIN}/api/session/callback`;

/** The cookies that open the preview at CloudFront. */
const PREVIEW = ['CloudFront-Key-Pair-Id', 'CloudFront-Policy', 'CloudFront-Signature'];

const test = useTestApi();
const pool = makeUserPool();
const refuses = pool.state.answer;
const logged: string[] = [];
beforeEach(() => {
  pool.state.answer = refuses;
  pool.state.requests.length = 0;
  logged.length = 0;
  const write = (message: string, details?: object) => void logged.push(JSON.stringify({ message, ...details }));
  const logger = { info: write, warn: write, error: write };
  test.rebuild({
    authentication: createCognitoAuthentication({ ...pool.options, logger }),
    embedded: false,
    publicHost: 'sluice.example.com',
    isHostAllowed: () => true,
  });
});

/** Simulates a browser's cookie jar: keeps cookies by name and sends each where its path allows. */
function makeBrowser() {
  const jar = new Map<string, { value: string; path: string; attributes: string[] }>();
  return {
    jar,
    names: () => [...jar.keys()].toSorted(),
    async send(method: string, path: string, headers: Record<string, string> = {}) {
      const cookie = [...jar]
        .filter(([, { path: under }]) => under === '/' || path.split('?')[0]!.startsWith(under))
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; ');
      const answer = await test.call(method, path, {
        signedIn: false,
        headers: { ...(cookie ? { cookie } : {}), ...headers },
      });
      for (const line of answer.headers.getSetCookie()) {
        const [pair = '', ...attributes] = line.split('; ');
        const [name = '', value = ''] = pair.split('=');
        const under = attributes.find((each) => each.startsWith('Path='))!.slice(5);
        if (attributes.includes('Max-Age=0')) jar.delete(name);
        else jar.set(name, { value: pair.slice(name.length + 1) || value, path: under, attributes });
      }
      return answer;
    },
  };
}

async function beginSignIn(browser = makeBrowser()) {
  const answer = await browser.send('GET', '/api/session/sign-in');
  return { browser, answer, asked: new URL(answer.headers.get('location')!) };
}

async function signIn(groups: string[], changes: object = {}) {
  const { browser, asked } = await beginSignIn();
  pool.state.answer = () => pool.grant(groups, changes);
  const answer = await browser.send(
    'GET',
    `/api/session/callback?code=code-of-the-pool&state=${asked.searchParams.get('state')}`,
  );
  return { browser, answer, asked };
}

const lastForm = () => pool.state.requests.filter(({ url }) => url.startsWith(SIGN_IN_URL)).at(-1);

describe('GET /api/session/sign-in', () => {
  it('302 redirects to the pool’s sign-in page with state and challenge, and stores both in one cookie', async () => {
    const { answer, browser, asked } = await beginSignIn();
    expect(answer.status).toBe(302);
    expect(asked.origin + asked.pathname).toBe(`${SIGN_IN_URL}/oauth2/authorize`);
    const [state = '', verifier = ''] = browser.jar.get('__Host-sluice_sign_in')!.value.split('.');
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      response_type: 'code',
      client_id: DASHBOARD_CLIENT,
      redirect_uri: CALLBACK,
      scope: 'openid email',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    expect(verifier).toMatch(/^[\w-]{43}$/);
    expect(browser.jar.get('__Host-sluice_sign_in')!.attributes).toEqual(
      expect.arrayContaining(['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/', 'Max-Age=900']),
    );
  });

  it('creates a new state and verifier every time', async () => {
    const values = await Promise.all([1, 2, 3].map(async () => (await beginSignIn()).browser.jar));
    expect(new Set(values.map((jar) => jar.get('__Host-sluice_sign_in')!.value)).size).toBe(3);
  });

  it('sends the browser back to the dashboard, whatever host the request claims', async () => {
    for (const host of [
      'evil.example',
      'evil.example/?x=',
      'a\\b',
      'x@evil.example',
      'sluice.example.com&redirect_uri=x',
    ]) {
      const answer = await test.call('GET', '/api/session/sign-in', { headers: { 'x-forwarded-host': host } });
      const location = new URL(answer.headers.get('location')!);
      expect(location.origin, host).toBe(SIGN_IN_URL);
      expect(location.searchParams.getAll('redirect_uri'), host).toEqual([CALLBACK]);
    }
  });

  it('422 for an unknown parameter', async () => {
    expect((await test.call('GET', '/api/session/sign-in?returnTo=//evil.example')).status).toBe(422);
  });
});

describe('GET /api/session/callback', () => {
  it('302 exchanges the code and stores the tokens in HttpOnly cookies, never in a URL', async () => {
    const { answer, browser } = await signIn(['operator']);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/']);
    expect(browser.names()).toEqual([
      ...PREVIEW,
      '__Host-sluice_access',
      '__Host-sluice_identity',
      '__Secure-sluice_refresh',
    ]);
    const strict = expect.arrayContaining(['HttpOnly', 'Secure', 'SameSite=Strict']);
    for (const { attributes } of browser.jar.values()) expect(attributes).toEqual(strict);
    expect(browser.jar.get('__Secure-sluice_refresh')!.path).toBe('/api/session');
    expect(browser.jar.get('__Host-sluice_access')!.attributes).toContain('Max-Age=3600');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(lastForm()).toMatchObject({
      url: `${SIGN_IN_URL}/oauth2/token`,
      form: {
        grant_type: 'authorization_code',
        code: 'code-of-the-pool',
        redirect_uri: CALLBACK,
        client_id: DASHBOARD_CLIENT,
      },
    });
    expect(lastForm()!.form['code_verifier']).toMatch(/^[\w-]{43}$/);
  });

  it('creates a session with the user’s name and role', async () => {
    const { browser } = await signIn(['operator', 'viewer']);
    const answer = await browser.send('GET', '/api/session');
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({
        principal: EMAIL,
        role: 'operator',
        embedded: false,
        signIn: { kind: 'redirect', url: '/api/session/sign-in' },
      }),
    ]);
    expect((await browser.send('DELETE', '/api/destinations/primary')).status).toBe(403);
  });

  it('gives a user without a role a 403 that says who assigns roles', async () => {
    const { browser } = await signIn([]);
    const answer = await browser.send('GET', '/api/session');
    expect(answer.status).toBe(403);
    expect(answer.problem.remedy).toContain('administrator');
  });

  const refusals: [string, string, (browser: ReturnType<typeof makeBrowser>, state: string) => string][] = [
    ['denied', 'a cancelled sign-in', (_, state) => `error=access_denied&state=${state}`],
    ['failed', 'an error of the pool', (_, state) => `error=server_error&error_description=x&state=${state}`],
    ['failed', 'an empty code', (_, state) => `code=&state=${state}`],
    ['failed', 'a code the pool refuses', (_, state) => `code=used&state=${state}`],
    ['expired', 'another state', () => 'code=code-of-the-pool&state=another'],
    ['expired', 'no state', () => 'code=code-of-the-pool'],
    ['expired', 'nothing', () => ''],
    [
      'expired',
      'an expired cookie',
      (browser, state) => {
        browser.jar.clear();
        return `code=code-of-the-pool&state=${state}`;
      },
    ],
    [
      'expired',
      'a malformed cookie',
      (browser) => {
        browser.jar.get('__Host-sluice_sign_in')!.value = 'x';
        return 'code=code-of-the-pool&state=x';
      },
    ],
    [
      'expired',
      'an empty cookie',
      (browser) => {
        browser.jar.get('__Host-sluice_sign_in')!.value = '.';
        return 'code=code-of-the-pool&state=';
      },
    ],
  ];
  it.each(refusals)('302 back to the sign-in page with %s for %s', async (refusal, _, queryOf) => {
    const { browser, asked } = await beginSignIn();
    const query = queryOf(browser, asked.searchParams.get('state')!);
    const answer = await browser.send('GET', `/api/session/callback?${query}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `/?signIn=${refusal}`]);
    expect(browser.names()).toEqual([]);
    // The API exchanges only codes this browser has asked for.
    expect(pool.state.requests.map(({ form }) => form['code'])).toEqual(query.includes('code=used') ? ['used'] : []);
  });

  const failures: [string, string, () => Response | Promise<Response>][] = [
    ['unavailable', 'the pool does not answer', () => Promise.reject(new TypeError('fetch failed'))],
    ['unavailable', 'the pool takes too long', () => Promise.reject(new DOMException('timeout', 'TimeoutError'))],
    ['unavailable', 'the pool is down', () => new Response('<html>', { status: 503 })],
    ['unavailable', 'the pool throttles', () => new Response('', { status: 429 })],
    ['failed', 'the answer is not JSON', () => new Response('<html>')],
    ['failed', 'the answer has no token', () => Response.json({ token_type: 'Bearer' })],
    ['failed', 'the token is not signed by the pool', () => pool.grant(['admin'], { access_token: 'a.b.c' })],
    ['failed', 'the token is of another client', () => pool.grant([], { access_token: pool.script('sluice/admin') })],
    ['failed', 'the token is the ID token', () => pool.grant([], { access_token: pool.sign(pool.idClaims()) })],
  ];
  it.each(failures)('302 back to the sign-in page with %s when %s', async (refusal, _, answerOf) => {
    const { browser, asked } = await beginSignIn();
    pool.state.answer = answerOf as typeof pool.state.answer;
    const answer = await browser.send(
      'GET',
      `/api/session/callback?code=code-of-the-pool&state=${asked.searchParams.get('state')}`,
    );
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `/?signIn=${refusal}`]);
    expect(browser.names()).toEqual([]);
  });

  it('422 for a parameter named __proto__', async () => {
    expect((await test.call('GET', '/api/session/callback?__proto__=x')).status).toBe(422);
  });

  it('writes no code, state or token into the log', async () => {
    const { browser } = await signIn(['admin']);
    await browser.send('POST', '/api/session/refresh');
    await browser.send('DELETE', '/api/session');
    const secrets = [...browser.jar.values()].map(({ value }) => value);
    expect(logged.join()).toContain(EMAIL);
    for (const secret of [...secrets, 'code-of-the-pool', 'refresh.token-1', 'eyJ']) {
      expect([...logged, ...test.log].join(), secret).not.toContain(`"${secret}`);
    }
  });
});

describe('the name of the signed-in user', () => {
  it.each([
    ['an unverified address', (): object => pool.idClaims({ email_verified: false })],
    ['the ID token of another user', (): object => pool.idClaims({ sub: 'another' })],
    ['the ID token of another client', (): object => pool.idClaims({ aud: 'another' })],
    ['an access token', (): object => ({ ...pool.personClaims(['admin']), email: EMAIL, email_verified: true })],
  ])('is not taken from %s', async (_, claims) => {
    const { browser } = await signIn(['viewer'], { id_token: pool.sign(claims() as Record<string, unknown>) });
    expect((await browser.send('GET', '/api/session')).body).toMatchObject({ principal: SUBJECT, role: 'viewer' });
  });
});

describe('POST /api/session/refresh', () => {
  it('204 renews the session once its cookies are gone', async () => {
    const { browser } = await signIn(['viewer']);
    browser.jar.delete('__Host-sluice_access');
    browser.jar.delete('__Host-sluice_identity');
    expect((await browser.send('GET', '/api/session')).status).toBe(401);
    pool.state.answer = () => pool.grant(['operator'], { refresh_token: undefined });
    expect((await browser.send('POST', '/api/session/refresh')).status).toBe(204);
    expect(lastForm()!.form).toEqual({
      client_id: DASHBOARD_CLIENT,
      grant_type: 'refresh_token',
      refresh_token: 'refresh.token-1',
    });
    // A role assigned in the meantime applies from now on.
    expect((await browser.send('GET', '/api/session')).body.role).toBe('operator');
    expect(browser.jar.get('__Secure-sluice_refresh')!.value).toBe('refresh.token-1');
  });

  it('204 stores a rotated refresh token', async () => {
    const { browser } = await signIn(['viewer']);
    pool.state.answer = () => pool.grant(['viewer'], { refresh_token: 'refresh.token-2' });
    await browser.send('POST', '/api/session/refresh');
    expect(browser.jar.get('__Secure-sluice_refresh')!.value).toBe('refresh.token-2');
  });

  it('401 without a refresh token and without a call, and for a used one', async () => {
    for (const cookie of ['', '__Secure-sluice_refresh=', `__Secure-sluice_refresh=${'x'.repeat(5000)}`]) {
      expect((await test.call('POST', '/api/session/refresh', { headers: { cookie } })).status).toBe(401);
    }
    expect(pool.state.requests).toEqual([]);
    const { browser } = await signIn(['viewer']);
    pool.state.answer = () => Response.json({ error: 'invalid_grant' }, { status: 400 });
    expect((await browser.send('POST', '/api/session/refresh')).status).toBe(401);
    expect(logged.join()).toContain('invalid_grant');
  });

  it('503 while the pool does not answer, and the session stays', async () => {
    const { browser } = await signIn(['viewer']);
    pool.state.answer = () => new Response('', { status: 502 });
    const answer = await browser.send('POST', '/api/session/refresh');
    expect([answer.status, answer.problem.code]).toEqual([503, 'upstream_unavailable']);
    expect(browser.names()).toHaveLength(3 + PREVIEW.length);
  });

  it('422 for a body with fields or a parameter', async () => {
    expect((await test.call('POST', '/api/session/refresh', { body: { token: 'x' } })).status).toBe(422);
    expect((await test.call('POST', '/api/session/refresh?x=1')).status).toBe(422);
  });
});

describe('the preview', () => {
  const previewOf = ({ jar }: ReturnType<typeof makeBrowser>) =>
    [...jar].filter(([name]) => name.startsWith('CloudFront-')).map(([name, { path }]) => [name, path]);
  const open = PREVIEW.map((name) => [name, '/out/v1']);

  it('opens for a session with a role, and stays closed for one without', async () => {
    for (const role of ['viewer', 'operator', 'admin']) {
      const { browser } = await signIn([role]);
      expect(previewOf(browser).toSorted(), role).toEqual(open);
    }
    expect(previewOf((await signIn([])).browser)).toEqual([]);
  });

  it('opens again with every renewal, and closes when the user has lost the role', async () => {
    const { browser } = await signIn(['viewer']);
    for (const name of PREVIEW) browser.jar.delete(name);
    pool.state.answer = () => pool.grant(['viewer'], { refresh_token: undefined });
    await browser.send('POST', '/api/session/refresh');
    expect(previewOf(browser).toSorted()).toEqual(open);
    pool.state.answer = () => pool.grant([], { refresh_token: undefined });
    await browser.send('POST', '/api/session/refresh');
    expect(previewOf(browser)).toEqual([]);
  });

  it('closes when the user signs out', async () => {
    const { browser } = await signIn(['viewer']);
    await browser.send('DELETE', '/api/session');
    expect(previewOf(browser)).toEqual([]);
  });

  it('stays closed for a bearer token, because scripts use no cookies', async () => {
    const headers = { authorization: `Bearer ${pool.person(['admin'])}` };
    expect((await test.call('GET', '/api/session', { headers })).headers.getSetCookie()).toEqual([]);
  });

  it('does not prevent a sign-in when it cannot be opened', async () => {
    const preview = { open: async () => [], close: () => [] };
    test.rebuild({
      authentication: createCognitoAuthentication({ ...pool.options, preview }),
      embedded: false,
      publicHost: 'sluice.example.com',
    });
    const { answer, browser } = await signIn(['viewer']);
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/']);
    expect((await browser.send('GET', '/api/session')).status).toBe(200);
  });
});

describe('DELETE /api/session', () => {
  it('200 ends the session, revokes the refresh token and returns the pool’s sign-out URL', async () => {
    const { browser } = await signIn(['viewer']);
    pool.state.answer = () => new Response('');
    const answer = await browser.send('DELETE', '/api/session');
    expect(answer.status).toBe(200);
    expect(browser.names()).toEqual([]);
    expect(lastForm()).toEqual({
      url: `${SIGN_IN_URL}/oauth2/revoke`,
      form: { client_id: DASHBOARD_CLIENT, token: 'refresh.token-1' },
    });
    expect(answer.body.continueAt).toBe(
      `${SIGN_IN_URL}/logout?client_id=${DASHBOARD_CLIENT}&logout_uri=${encodeURIComponent(`${ORIGIN}/`)}`,
    );
  });

  it('200 even if the pool does not answer or the session has already ended', async () => {
    const { browser } = await signIn(['viewer']);
    pool.state.answer = () => Promise.reject(new Error('down')) as never;
    expect((await browser.send('DELETE', '/api/session')).status).toBe(200);
    expect(browser.names()).toEqual([]);
    const before = pool.state.requests.length;
    expect((await browser.send('DELETE', '/api/session')).status).toBe(200);
    expect(pool.state.requests).toHaveLength(before);
  });
});

describe('the sluice command', () => {
  const claims = (groups: string[]) => ({ ...pool.personClaims(groups), client_id: COMMAND_LINE_CLIENT });
  const ask = (idToken?: string) => {
    const identity: Record<string, string> = idToken === undefined ? {} : { 'sluice-identity': idToken };
    const authorization = `Bearer ${pool.sign(claims(['operator', 'viewer']))}`;
    return test.call('GET', '/api/session', { headers: { authorization, ...identity } });
  };

  it('GET /api/session/command-line returns the endpoints and the client to everyone', async () => {
    const { status, body } = await test.call('GET', '/api/session/command-line', { signedIn: false });
    expect([status, body]).toEqual([
      200,
      {
        clientId: COMMAND_LINE_CLIENT,
        scope: 'openid email',
        authorizationUrl: `${SIGN_IN_URL}/oauth2/authorize`,
        tokenUrl: `${SIGN_IN_URL}/oauth2/token`,
        revocationUrl: `${SIGN_IN_URL}/oauth2/revoke`,
        redirectUrls: LOOPBACK_REDIRECTS,
      },
    ]);
    expect((await test.call('GET', '/api/session/command-line?x=1', { signedIn: false })).status).toBe(422);
  });

  it('has the role of the person’s group, under the name in the ID token', async () => {
    expect((await ask()).body).toMatchObject({ principal: SUBJECT, role: 'operator' });
    const named = await ask(pool.sign(pool.idClaims({ aud: COMMAND_LINE_CLIENT })));
    expect(named.body).toMatchObject({ principal: EMAIL, role: 'operator' });
  });

  it.each([
    ['of another user', { aud: COMMAND_LINE_CLIENT, sub: 'another' }],
    ['of the dashboard', { aud: DASHBOARD_CLIENT }],
    ['with an unverified address', { aud: COMMAND_LINE_CLIENT, email_verified: false }],
  ])('takes no name from an ID token %s', async (_, changes) => {
    expect((await ask(pool.sign(pool.idClaims(changes)))).body).toMatchObject({ principal: SUBJECT });
  });

  it('401 for its access token as the cookie of a browser, and for its ID token alone', async () => {
    const cookie = `__Host-sluice_access=${pool.sign(claims(['admin']))}`;
    expect((await test.call('GET', '/api/session', { signedIn: false, headers: { cookie } })).status).toBe(401);
    const identity = pool.sign(pool.idClaims({ aud: COMMAND_LINE_CLIENT }));
    for (const [name, value] of [
      ['sluice-identity', identity],
      ['authorization', `Bearer ${identity}`],
    ] as const)
      expect((await test.call('GET', '/api/session', { signedIn: false, headers: { [name]: value } })).status).toBe(
        401,
      );
  });
});

describe('POST /api/session', () => {
  it('404 because the user pool creates the sessions', async () => {
    expect((await test.call('POST', '/api/session', { body: { token: 'x' }, signedIn: false })).status).toBe(404);
  });
});

describe('the contract', () => {
  it('has a case for every status it documents', async () => {
    const headers = { authorization: `Bearer ${pool.person(['viewer'])}` };
    expect((await test.call('GET', '/api/session?x=1', { headers })).status).toBe(422);
    await test.call('DELETE', '/api/session?x=1');
    await test.call('POST', '/api/session', { body: { token: 'x', more: 1 } });
    const { body } = await test.call('GET', '/api/openapi.json', { headers });
    const unmet = ['sign-in', 'callback', 'command-line', 'refresh', ''].flatMap((rest) => {
      const path = `/api/session${rest && `/${rest}`}`;
      return Object.entries<{ responses: object }>(body.paths[path]).flatMap(([method, { responses }]) =>
        Object.keys(responses)
          // 429 limits guesses of the one-machine token; contract.test.ts covers it on every route.
          .filter((status) => !['200', '400', '401', '403', '413', '415', '429', '500'].includes(status))
          // Only an installation with tokens reads its table to sign in.
          .filter((status) => !(path === '/api/session' && method === 'post' && status === '503'))
          .filter(
            (status) =>
              !test.answers.some(
                (each) =>
                  String(each.status) === status &&
                  each.method.toLowerCase() === method &&
                  each.path.split('?')[0] === path,
              ),
          )
          .map((status) => `${method} ${path} ${status}`),
      );
    });
    expect(unmet).toEqual([]);
  });
});
