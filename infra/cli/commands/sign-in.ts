import { ApiProblem } from '../../../functions/api/api-problem.ts';
import { askSecret } from '../ask-secret.ts';
import { newSessionCredential, revokeSession } from '../browser-session.ts';
import { signInWithBrowser } from '../browser-sign-in.ts';
import { toOrigin } from '../choose-server.ts';
import type { CommandContext, Connection, Invocation, Run } from '../command.ts';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { openBrowser } from '../open-browser.ts';
import { readStoredServers, type StoredServer, writeStoredServers } from '../stored-servers.ts';
import { connectTo, explainProblem, tokenCredential, type Credential } from '../transport.ts';
import { readVariable } from '../environment.ts';

/** `sluice login` and `sluice logout`. */

/** Where `npm start` listens by default. */
const SERVER_DEFAULT = 'http://127.0.0.1:8080';
const TIMEOUT_DEFAULT_SECONDS = 300;

function serverOf({ options }: Invocation): string | null {
  const named = (options['server'] as string | undefined) ?? readVariable('SLUICE_SERVER');
  return named === undefined ? null : toOrigin(named);
}

/** Stores a sign-in only after the server has accepted it. */
export const login: Run = async (context, invocation) => {
  const origin = serverOf(invocation) ?? readStoredServers().current ?? SERVER_DEFAULT;
  const isBrowserOffered = await offersBrowser(origin, context.version);
  const isTokenGiven = invocation.options['with-token'] === true || readVariable('SLUICE_TOKEN') !== undefined;
  if (isBrowserOffered && !isTokenGiven) return loginWithBrowser(origin, context, invocation);
  const token = readVariable('SLUICE_TOKEN') ?? (await askToken(origin, isBrowserOffered));
  if (!/^[\x21-\x7e]{1,4000}$/.test(token))
    throw new CommandFailure(EXIT.usage, 'the token has characters that no token has');
  await accept(origin, context, { server: { token }, credential: tokenCredential(token) });
};

async function askToken(origin: string, isBrowserOffered: boolean): Promise<string> {
  const hint = isBrowserOffered
    ? 'an administrator creates one on the page People; without --with-token, sluice login opens the browser'
    : 'npm run link prints it on the machine that runs Sluice, and an administrator creates others on the page People';
  return askSecret(`token of ${origin}`, hint);
}

async function loginWithBrowser(origin: string, context: CommandContext, { options }: Invocation): Promise<void> {
  const timeoutSeconds = Number(options['timeout'] ?? TIMEOUT_DEFAULT_SECONDS);
  if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > 3600)
    throw new CommandFailure(EXIT.usage, '--timeout is a number of seconds from 1 to 3600');
  const session = await signInWithBrowser(await readSettings(origin, context.version), {
    timeoutSeconds,
    show(url) {
      context.out.note(
        `Sign in within ${timeoutSeconds} seconds at this address, in a browser on this machine:\n${url}`,
      );
      void openBrowser(url);
    },
  });
  try {
    await accept(origin, context, { server: { session }, credential: newSessionCredential(session) });
  } catch (error) {
    // It is of no use, and must not stay valid for a month.
    await revokeSession(session).catch(() => undefined);
    throw error;
  }
}

async function readSettings(origin: string, version: string) {
  const connection = connectTo({ origin, credential: null }, version);
  try {
    return await (await connection.client.api.session['command-line'].$get()).json();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    // A route that does not exist answers 401 to a caller without a token.
    if (![401, 404].includes(error.problem.status)) throw await explainProblem(error, connection, version);
    throw new CommandFailure(
      EXIT.failed,
      `${origin} runs an older Sluice without this sign-in; update it, or use an access token: sluice login --with-token`,
    );
  }
}

async function accept(
  origin: string,
  { out, version }: CommandContext,
  { server, credential }: { server: StoredServer; credential: Credential },
): Promise<void> {
  const connection = connectTo({ origin, credential }, version);
  try {
    const session = await (await connection.client.api.session.$get()).json();
    const { servers } = readStoredServers();
    writeStoredServers({ current: origin, servers: { ...servers, [origin]: server } });
    out.fields(session, [
      ['server', origin],
      ['signed in as', `${session.principal} (${session.role})`],
    ]);
  } catch (error) {
    throw await explainRefusal(error, connection, version);
  }
}

async function explainRefusal(error: unknown, connection: Connection, version: string): Promise<unknown> {
  if (!(error instanceof ApiProblem)) return error;
  if (error.problem.status === 401)
    return new CommandFailure(EXIT.notSignedIn, `${connection.origin} does not accept this token; nothing was stored`);
  return explainProblem(error, connection, version);
}

/**
 * Asks before the token is typed, so that it is not sent to something that is not Sluice.
 * @returns true where people sign in at an identity provider
 */
async function offersBrowser(origin: string, version: string): Promise<boolean> {
  const connection = connectTo({ origin, credential: null }, version);
  try {
    await connection.client.api.session.$get();
    return false;
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.problem.status !== 401) throw await explainProblem(error, connection, version);
    return error.problem.signIn?.kind === 'redirect';
  }
}

/** Forgets the sign-in first: what fails afterwards must not keep it. */
export const logout: Run = async ({ out }, invocation) => {
  const stored = readStoredServers();
  const origin = serverOf(invocation) ?? stored.current;
  const server = origin === null ? undefined : stored.servers[origin];
  if (origin === null || !server)
    throw new CommandFailure(EXIT.notSignedIn, 'not signed in; there is nothing to forget');
  const servers = Object.fromEntries(Object.entries(stored.servers).filter(([each]) => each !== origin));
  writeStoredServers({ current: stored.current === origin ? null : stored.current, servers });
  if ('session' in server) await revoke(origin, server);
  out.note(`the sign-in of ${origin} is forgotten`);
};

async function revoke(origin: string, { session }: Extract<StoredServer, { session: unknown }>): Promise<void> {
  try {
    await revokeSession(session);
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    throw new CommandFailure(
      EXIT.failed,
      `the sign-in of ${origin} is forgotten here, but was not revoked: ${error.message}; sign the user out in the user pool`,
    );
  }
}
