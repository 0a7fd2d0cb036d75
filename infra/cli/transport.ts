import { createApiClient } from '../../functions/api/api-client.ts';
import { ApiProblem } from '../../functions/api/api-problem.ts';
import type { Connection } from './command.ts';
import { CommandFailure, EXIT, type ExitCode } from './command-failure.ts';

/** Every request of the command goes through this file. */

export interface Server {
  origin: string;
  /** Null: not signed in. */
  credential: Credential | null;
}

/** Returns the headers that say who calls. Called before each request. @throws {CommandFailure} */
export type Credential = () => Promise<Record<string, string>>;

/** Returns the credential of a token that stays as it is. */
export function tokenCredential(token: string): Credential {
  return async () => ({ authorization: `Bearer ${token}` });
}

/** Codes of the failures that are found here and not reported by the API. */
const NOT_THE_API = 'not_the_api';

/** Returns the typed client of one server. Its calls throw an `ApiProblem`, which `explainProblem` turns into one line. */
export function connectTo({ origin, credential }: Server, version: string): Connection {
  const headers = async () => ({ 'user-agent': `sluice/${version}`, ...(await credential?.()) });
  return { origin, client: createApiClient(origin, { fetch: sendToApi, headers }) };
}

/** A redirect is refused, because it may lead to a host that must not receive the token. */
const sendToApi: typeof fetch = async (input, init) => {
  const response = await fetch(input, { ...init, redirect: 'manual' });
  const isPage = /^text\/html\b/i.test(response.headers.get('content-type') ?? '');
  if (isPage || (response.status >= 300 && response.status < 400 && response.status !== 304)) throw notTheApi(response);
  return response;
};

function notTheApi({ status }: Response): ApiProblem {
  return new ApiProblem({
    type: 'about:blank',
    title: 'Not the API',
    status,
    code: NOT_THE_API,
    detail: `answered ${status} with a web page or a redirect instead of the API`,
    remedy: 'check the address of the server',
    requestId: '',
  });
}

/**
 * Returns what to print and the exit code for a problem of the API.
 * @param version of this command, compared with the server's when the server does not know a call
 */
export async function explainProblem(
  { problem }: ApiProblem,
  { origin, client }: Connection,
  version: string,
): Promise<CommandFailure> {
  const { code, status } = problem;
  if (code === 'unreachable')
    return failure(EXIT.failed, `${origin} does not answer`, 'check that Sluice is running there');
  if (code === NOT_THE_API) return failure(EXIT.failed, `${origin} ${problem.detail}`, problem.remedy);
  if (status === 401) {
    const detail = `not signed in to ${origin}, or its token is of another deployment or no longer valid`;
    return failure(EXIT.notSignedIn, detail, `run sluice login --server ${origin}`);
  }
  const isUnknownCall = (status === 404 && problem.detail.startsWith('no route matches')) || status === 405;
  if (isUnknownCall) {
    const served = await readVersion(client);
    return failure(
      EXIT.failed,
      `${origin} runs Sluice ${served} and does not know this call of ${version}`,
      'update the older one',
    );
  }
  if (code === 'stop_required') return failure(EXIT.refused, problem.detail, 'repeat it with --stop to stop it first');
  const fields = problem.errors?.map(({ field, message }) => `${field} ${message}`) ?? [];
  return failure(exitCodeOf(status), [problem.detail, ...fields].join('; '), problem.remedy);
}

function exitCodeOf(status: number): ExitCode {
  return status >= 400 && status < 500 && status !== 404 ? EXIT.refused : EXIT.failed;
}

async function readVersion(client: Connection['client']): Promise<string> {
  try {
    return (await (await client.api.health.$get()).json()).version;
  } catch {
    return 'of an unknown version';
  }
}

function failure(exitCode: ExitCode, detail: string, remedy: string): CommandFailure {
  return new CommandFailure(exitCode, remedy === '' ? detail : `${detail}; ${remedy}`);
}
