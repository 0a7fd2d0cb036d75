import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CommandFailure, EXIT } from './command-failure.ts';
import { readStoredServers, type StoredServers } from './stored-servers.ts';
import { type Credential, type Server, tokenCredential } from './transport.ts';
import { readVariable } from './environment.ts';

/** Chooses the server and its token; REFERENCE.md gives the order. */

/**
 * @param address the value of `--server`
 * @throws {CommandFailure} `usage` for an invalid address, `notSignedIn` when no server is known
 */
export async function chooseServer(address: string | undefined): Promise<Server> {
  const named = address ?? readVariable('SLUICE_SERVER');
  const stored = readStoredServers();
  const origin = named === undefined ? stored.current : toOrigin(named);
  const token = readVariable('SLUICE_TOKEN');
  const given = token === undefined ? null : tokenCredential(token);
  const credential = given ?? (origin === null ? null : await storedCredential(origin, stored));
  if (origin !== null && credential !== null) return { origin, credential };
  const local = await findLocalServers();
  if (origin !== null) return local.find((server) => server.origin === origin) ?? { origin, credential };
  const [only, ...others] = local;
  if (!only) throw new CommandFailure(EXIT.notSignedIn, 'no server is known; run sluice login --server URL');
  if (others.length > 0) {
    const origins = local.map((server) => server.origin).join(', ');
    throw new CommandFailure(EXIT.usage, `several run here: ${origins}; choose one with --server URL`);
  }
  return { origin: only.origin, credential: given ?? only.credential };
}

async function storedCredential(origin: string, { servers }: StoredServers): Promise<Credential | null> {
  const server = servers[origin];
  if (!server) return null;
  if ('token' in server) return tokenCredential(server.token);
  const { sessionCredential } = await import('./browser-session.ts');
  return sessionCredential(origin, server.session);
}

/**
 * Returns the origin of an address. `localhost:8080` means http.
 * @throws {CommandFailure} `usage`
 */
export function toOrigin(given: string): string {
  const text = /^https?:\/\//i.test(given) ? given : `http://${given}`;
  if (URL.canParse(text)) {
    const { origin, username, password, pathname, search, hash } = new URL(text);
    if (!username && !password && pathname === '/' && !search && !hash) return origin;
  }
  throw new CommandFailure(EXIT.usage, 'the server is an address such as https://sluice.example.com, without a path');
}

const LINK = /(https?:\/\/\S+)\/#token=(\S+)/;
/** The list of processes is read in milliseconds. */
const LINK_WITHIN_MS = 10_000;

/** Returns what `npm run link` prints in the checkout this command belongs to; empty elsewhere. */
async function findLocalServers(): Promise<Server[]> {
  const root = join(import.meta.dirname, '..');
  const program = join(root, 'infra', 'local', 'host', 'print-link.ts');
  if (!existsSync(program)) return [];
  try {
    // A bundle loads its static imports at every start, and only a checkout needs this one.
    const { execFile } = await import('node:child_process');
    const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: root, timeout: LINK_WITHIN_MS });
    const servers = stdout.split('\n').flatMap((line) => {
      const [, origin, token] = LINK.exec(line) ?? [];
      return origin && token ? [{ origin, credential: tokenCredential(decodeURIComponent(token)) }] : [];
    });
    return servers;
  } catch {
    // It fails before the first `npm start`, when there is no token.
    return [];
  }
}
