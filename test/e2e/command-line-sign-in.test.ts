import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type ServerType } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCognitoAuthentication } from '../../functions/api/auth/authentication-cognito.ts';
import { LOOPBACK_REDIRECTS } from '../../functions/api/auth/loopback-redirects.ts';
import { buildCommand } from '../../infra/cli/build.ts';
import type { BrowserSession, StoredServers } from '../../infra/cli/stored-servers.ts';
import { useTestApi } from '../support/api.ts';
import { followRedirects } from '../support/follow-redirects.ts';
import { startOpenIdProvider } from '../support/openid-provider.ts';
import { runProgram, type Ended } from '../support/run-command.ts';
import { COMMAND_LINE_CLIENT, EMAIL, makeUserPool } from '../support/user-pool.ts';

/** Signs the built `sluice` command in through a browser, at the API with a user pool as on AWS. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-sign-in-'));
const command = join(directory, 'dist', 'sluice.js');
const file = join(directory, 'config', 'sluice', 'servers.json');

const test = useTestApi();
let provider: Awaited<ReturnType<typeof startOpenIdProvider>>;
let served: ServerType;
let origin: string;

beforeAll(async () => {
  [provider] = await Promise.all([startOpenIdProvider(), buildCommand(command)]);
  served = serve({ fetch: (request) => test.api.fetch(request), port: 0, hostname: '127.0.0.1' });
  await new Promise((resolve) => served.once('listening', resolve));
  origin = `http://127.0.0.1:${(served.address() as AddressInfo).port}`;
});

beforeEach(() => {
  Object.assign(provider.person, { isWilling: true, groups: ['operator'], accessTokenSeconds: 900 });
  provider.posted.length = 0;
  rmSync(file, { force: true });
  const authentication = createCognitoAuthentication({
    ...makeUserPool().options,
    signInUrl: provider.origin,
    fetch: async (input, init) => fetch(String(input).endsWith('/jwks.json') ? `${provider.origin}/jwks` : input, init),
  });
  test.rebuild({ authentication, embedded: false, publicHost: 'sluice.example.com', isHostAllowed: () => true });
});

afterAll(() => {
  served.close();
  provider.close();
  rmSync(directory, { recursive: true, force: true });
});

const sluice = (args: string[], options: Parameters<typeof runProgram>[2] = {}): Promise<Ended> =>
  runProgram(directory, [command, ...args], {
    ...options,
    environment: { XDG_CONFIG_HOME: join(directory, 'config') },
  });

/** Signs in, and opens the printed address once, as `open` does. */
function login(open: (url: string) => Promise<unknown>, args: string[] = []): Promise<Ended> {
  let isOpened = false;
  return sluice(['login', '--server', origin, ...args], {
    onNote(text) {
      const [url] = /http:\S+\/oauth2\/authorize\S+(?=\n)/.exec(text) ?? [];
      if (url === undefined || isOpened) return;
      isOpened = true;
      void open(url);
    },
  });
}

const isCallback = (url: string) => new URL(url).pathname === '/callback';

function storedSession(): BrowserSession {
  const server = (JSON.parse(readFileSync(file, 'utf8')) as StoredServers).servers[origin];
  if (!server || !('session' in server)) throw new Error('no sign-in of a browser is stored');
  return server.session;
}

const askForToken = (fields: Record<string, string>) =>
  fetch(`${provider.origin}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: COMMAND_LINE_CLIENT, ...fields }),
  });

describe('sluice login', () => {
  it('signs a person in with their e-mail address and role, in a file for its owner only', async () => {
    let page;
    const ended = await login(async (url) => (page = await followRedirects(url)));
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining(`signed in as\t${EMAIL} (operator)`) });
    expect(page).toMatchObject({ status: 200, text: expect.stringContaining('Signed in') });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { accessToken, refreshToken } = storedSession();
    for (const secret of [accessToken, refreshToken]) expect(ended.stdout + ended.stderr).not.toContain(secret);
    const status = await sluice(['status']);
    expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining(`${EMAIL} (operator)`) });
  });

  it('ignores a callback with another state, and waits for its own', async () => {
    let stray;
    const ended = await login(async (url) => {
      const callback = new URL(new URL(url).searchParams.get('redirect_uri')!);
      callback.search = new URLSearchParams({ code: 'code-of-an-attacker', state: 'x' }).toString();
      stray = await followRedirects(callback.href);
      await followRedirects(url);
    });
    expect(stray).toMatchObject({ status: 400 });
    expect(ended.code).toBe(0);
  });

  it('ends with 4 when the person refuses, and stores nothing', async () => {
    provider.person.isWilling = false;
    const ended = await login(followRedirects);
    expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('refused: access_denied; nothing was') });
    expect(existsSync(file)).toBe(false);
  });

  it('ends with 4 when the code was used before', async () => {
    let used: string | null = null;
    await login(async (url) => {
      used = new URL((await followRedirects(url)).visited.find(isCallback)!).searchParams.get('code');
    });
    rmSync(file);
    const ended = await login(async (url) => {
      const callback = new URL((await followRedirects(url, isCallback)).visited.at(-1)!);
      callback.searchParams.set('code', used!);
      await followRedirects(callback.href);
    });
    expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('the code was refused') });
    expect(existsSync(file)).toBe(false);
  });

  it('sends a code that no other program can exchange', async () => {
    const refusals: unknown[] = [];
    await login(async (url) => {
      const callback = (await followRedirects(url, isCallback)).visited.at(-1)!;
      const code = new URL(callback).searchParams.get('code')!;
      const fields = { grant_type: 'authorization_code', code, redirect_uri: callback.split('?')[0]! };
      refusals.push(await (await askForToken({ ...fields, code_verifier: 'a'.repeat(43) })).json());
      await followRedirects(callback);
    });
    expect(refusals).toEqual([expect.objectContaining({ error: 'invalid_grant' })]);
  });

  it('ends with 4 after --timeout', async () => {
    const ended = await login(async () => undefined, ['--timeout', '1']);
    expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('not completed within 1 seconds') });
    expect((await login(followRedirects, ['--timeout', 'soon'])).code).toBe(2);
  });

  it('takes the next port when one is in use, and names them when all are', async () => {
    const ports = LOOPBACK_REDIRECTS.map((url) => Number(new URL(url).port));
    const held: Server[] = [await occupy(ports[0]!)];
    try {
      let redirect = '';
      const ended = await login(async (url) => {
        redirect = new URL(url).searchParams.get('redirect_uri')!;
        await followRedirects(url);
      });
      expect([ended.code, LOOPBACK_REDIRECTS.indexOf(redirect)]).toEqual([0, expect.toSatisfy((index) => index > 0)]);
      held.push(...(await Promise.all(ports.slice(1).map(occupy))));
      const refused = await login(followRedirects);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('the ports 8976, 18976, 28976') });
    } finally {
      for (const server of held) server.close();
    }
  });

  it('ends with 5 for a person without a role, and revokes what it got', async () => {
    provider.person.groups = [];
    const ended = await login(followRedirects);
    expect(ended).toMatchObject({ code: 5, stderr: expect.stringContaining('signed in without a role') });
    expect(existsSync(file)).toBe(false);
    expect(provider.posted).toEqual(['/oauth2/token', '/oauth2/revoke']);
  });

  it('takes a token with --with-token', async () => {
    const ended = await sluice(['login', '--server', origin, '--with-token'], { input: 'sluice_token_unknown' });
    expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('does not accept this token') });
    const empty = await sluice(['login', '--server', origin, '--with-token']);
    expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('an administrator creates one') });
  });
});

describe('the stored sign-in', () => {
  beforeEach(async () => {
    // So short that every command renews it.
    provider.person.accessTokenSeconds = 30;
    await login(followRedirects);
  });

  it('is renewed before the access token expires', async () => {
    const before = storedSession();
    provider.person.accessTokenSeconds = 900;
    expect((await sluice(['status'])).code).toBe(0);
    const renewed = storedSession();
    expect(renewed.accessToken).not.toBe(before.accessToken);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await sluice(['status'])).code).toBe(0);
    expect(storedSession()).toEqual(renewed);
  });

  it('is renewed by two commands at once', async () => {
    const ended = await Promise.all([sluice(['status']), sluice(['destinations', 'list'])]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect((await sluice(['status'])).code).toBe(0);
  });

  it('ends with 4 and the remedy once it was revoked', async () => {
    const token = storedSession().refreshToken;
    const body = new URLSearchParams({ client_id: COMMAND_LINE_CLIENT, token });
    expect((await fetch(`${provider.origin}/oauth2/revoke`, { method: 'POST', body })).status).toBe(200);
    const ended = await sluice(['status']);
    expect(ended).toMatchObject({ code: 4, stdout: '' });
    expect(ended.stderr).toBe(`sluice: the sign-in of ${origin} has ended; run sluice login --server ${origin}\n`);
  });

  it('is revoked by logout', async () => {
    const { refreshToken } = storedSession();
    expect(await sluice(['logout'])).toMatchObject({ code: 0, stderr: expect.stringContaining('is forgotten') });
    const answer = await askForToken({ grant_type: 'refresh_token', refresh_token: refreshToken });
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant' });
    expect((await sluice(['status', '--server', origin])).code).toBe(4);
  });

  it('stays when the user pool does not answer, and logout says that it was not revoked', async () => {
    moveProvider('http://127.0.0.1:1');
    const ended = await sluice(['status']);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('127.0.0.1:1 does not answer') });
    expect(storedSession().refreshToken).toEqual(expect.any(String));
    const left = await sluice(['logout']);
    expect(left).toMatchObject({ code: 1, stderr: expect.stringContaining('forgotten here, but was not revoked') });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ current: null, servers: {} });
  });

  it('is not sent to an address without https', async () => {
    moveProvider('http://sluice.example');
    const ended = await sluice(['status']);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('sluice.example has no https') });
  });
});

/** Changes where the stored sign-in is renewed and revoked. */
function moveProvider(to: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll(provider.origin, to), { mode: 0o600 });
}

/** Holds a port of the loopback interface. Another program that holds it does as well. */
async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.once('error', () => resolve());
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return server;
}
