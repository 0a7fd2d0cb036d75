import { ApiProblem } from '../../../functions/api/api-problem.ts';
import { askSecret } from '../ask-secret.ts';
import { toOrigin } from '../choose-server.ts';
import type { Invocation, Run } from '../command.ts';
import { CommandFailure, EXIT } from '../command-failure.ts';
import { readStoredServers, writeStoredServers } from '../stored-servers.ts';
import { connectTo, explainProblem } from '../transport.ts';
import { readVariable } from '../environment.ts';

/** `sluice login` and `sluice logout`. */

/** Where `npm start` listens by default. */
const SERVER_DEFAULT = 'http://127.0.0.1:8080';

function serverOf({ options }: Invocation): string | null {
  const named = (options['server'] as string | undefined) ?? readVariable('SLUICE_SERVER');
  return named === undefined ? null : toOrigin(named);
}

/** Stores the token only after the server has accepted it. */
export const login: Run = async ({ out, version }, invocation) => {
  const stored = readStoredServers();
  const origin = serverOf(invocation) ?? stored.current ?? SERVER_DEFAULT;
  await requireSluice(origin, version);
  const token = readVariable('SLUICE_TOKEN') || (await askSecret(`token of ${origin}`));
  if (!/^[\x21-\x7e]{1,4000}$/.test(token))
    throw new CommandFailure(EXIT.usage, 'the token has characters that no token has');
  const connection = connectTo({ origin, token }, version);
  try {
    const session = await (await connection.client.api.session.$get()).json();
    writeStoredServers({ current: origin, servers: { ...stored.servers, [origin]: { token } } });
    out.fields(session, [
      ['server', origin],
      ['signed in as', `${session.principal} (${session.role})`],
    ]);
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.problem.status === 401)
      throw new CommandFailure(EXIT.notSignedIn, `${origin} does not accept this token; nothing was stored`);
    throw await explainProblem(error, connection, version);
  }
};

/** Asks before the token is typed, so that it is not sent to something that is not Sluice. */
async function requireSluice(origin: string, version: string): Promise<void> {
  const connection = connectTo({ origin, token: null }, version);
  try {
    await connection.client.api.session.$get();
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.problem.status !== 401) throw await explainProblem(error, connection, version);
  }
}

export const logout: Run = async ({ out }, invocation) => {
  const stored = readStoredServers();
  const origin = serverOf(invocation) ?? stored.current;
  if (origin === null || !stored.servers[origin])
    throw new CommandFailure(EXIT.notSignedIn, 'not signed in; there is nothing to forget');
  const servers = Object.fromEntries(Object.entries(stored.servers).filter(([each]) => each !== origin));
  writeStoredServers({ current: stored.current === origin ? null : stored.current, servers });
  out.note(`the sign-in of ${origin} is forgotten`);
};
