import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { CommandLineSignIn } from '../../functions/api/schemas/session.ts';
import { exchangeCode, requirePrivate } from './browser-session.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { BrowserSession } from './stored-servers.ts';

/**
 * Signs in through the browser of this machine: the identity provider sends it back to a port of the loopback interface
 * with a code, which only the holder of the PKCE verifier can exchange.
 * Imports Node’s modules where they are used, because one file holds all commands and would load them for each.
 * @see https://www.rfc-editor.org/rfc/rfc8252
 */

interface Options {
  /** Receives the address to open. */
  show(url: string): void;
  timeoutSeconds: number;
}

/** @throws {CommandFailure} `notSignedIn` when it is refused or not completed in time, `failed` */
export async function signInWithBrowser(
  settings: CommandLineSignIn,
  { show, timeoutSeconds }: Options,
): Promise<BrowserSession> {
  const { createHash, randomBytes } = await import('node:crypto');
  const { redirectUrl, server } = await listen(settings.redirectUrls);
  try {
    // 256 bits, as RFC 7636 recommends for a code verifier.
    const [state, codeVerifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const url = authorizationUrlOf(settings, { redirectUrl, state, codeChallenge });
    const called = waitForCode(server, state, timeoutSeconds);
    show(url);
    const { code, answer } = await called;
    try {
      const session = await exchangeCode(settings, { code, codeVerifier, redirectUrl });
      if (!session) throw refused('the code was refused, because it was used before or is too old');
      await answer(200, 'Signed in. You can close this page.');
      return session;
    } catch (error) {
      await answer(502, 'The sign-in failed. The terminal says why.');
      throw error;
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function authorizationUrlOf(
  { authorizationUrl, clientId, scope }: CommandLineSignIn,
  { codeChallenge, redirectUrl, state }: { codeChallenge: string; redirectUrl: string; state: string },
): string {
  requirePrivate(authorizationUrl);
  const url = new URL(authorizationUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUrl,
    scope,
    state,
    code_challenge_method: 'S256',
    code_challenge: codeChallenge,
  }).toString();
  return url.href;
}

/** Listens at the first of the addresses of which the port is free. */
async function listen(redirectUrls: readonly string[]): Promise<{ redirectUrl: string; server: Server }> {
  const { createServer } = await import('node:http');
  for (const redirectUrl of redirectUrls) {
    const { hostname, port } = new URL(redirectUrl);
    if (hostname !== '127.0.0.1') continue;
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(Number(port), hostname, () => resolve(true));
    });
    if (isFree) return { redirectUrl, server };
  }
  const ports = redirectUrls.map((url) => new URL(url).port).join(', ');
  throw new CommandFailure(
    EXIT.failed,
    `the ports ${ports} are in use; free one of them, or use an access token: sluice login --with-token`,
  );
}

interface Callback {
  code: string;
  /** Answers the browser, which waits meanwhile. */
  answer(status: number, text: string): Promise<void>;
}

/** Waits for the callback of this sign-in. Others may come from any page in the browser and change nothing. */
function waitForCode(server: Server, state: string, timeoutSeconds: number): Promise<Callback> {
  return new Promise((resolve, reject) => {
    const late = `the sign-in was not completed within ${timeoutSeconds} seconds`;
    const timer = setTimeout(() => reject(refused(late)), timeoutSeconds * 1000);
    server.on('request', (request, response) => {
      const query = queryOf(request);
      if (query === null) return void sendPage(response, 404, 'There is nothing here.');
      if (query.get('state') !== state)
        return void sendPage(response, 400, 'This sign-in was not begun by the command that waits here.');
      clearTimeout(timer);
      const code = query.get('code');
      if (code) return resolve({ code, answer: (status, text) => sendPage(response, status, text) });
      const reason = /^[a-z_]{1,40}$/.exec(query.get('error') ?? '')?.[0] ?? 'without a reason';
      void sendPage(response, 403, 'The sign-in was refused. You can close this page.').then(() =>
        reject(refused(`the sign-in was refused: ${reason}`)),
      );
    });
  });
}

function queryOf({ method, url = '' }: IncomingMessage): URLSearchParams | null {
  if (method !== 'GET' || !URL.canParse(url, 'http://127.0.0.1')) return null;
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  return pathname === '/callback' ? searchParams : null;
}

function sendPage(response: ServerResponse, status: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    response.on('close', resolve);
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.end(`<!doctype html><title>Sluice</title><p>${text}</p>`);
  });
}

const refused = (reason: string): CommandFailure =>
  new CommandFailure(EXIT.notSignedIn, `${reason}; nothing was stored, run sluice login again`);
