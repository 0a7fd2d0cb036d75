import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandFailure, EXIT } from './command-failure.ts';
import { readVariable } from './environment.ts';

/** The sign-ins of this user, by the origin of the server, in a file that only its owner may read. */

export interface StoredServers {
  /** Used when no server is named; null: none. */
  current: string | null;
  servers: Record<string, StoredServer>;
}

/** A sign-in with a token, or through the browser. */
export type StoredServer = { token: string } | { session: BrowserSession };

export interface BrowserSession {
  accessToken: string;
  /** Names the person; null: the provider issued none. */
  identityToken: string | null;
  refreshToken: string;
  /** Of the access token. */
  expiresAt: string;
  /** The client of the identity provider and its endpoints. */
  clientId: string;
  tokenUrl: string;
  revocationUrl: string;
}

const fileName = (): string =>
  join(readVariable('XDG_CONFIG_HOME') || join(homedir(), '.config'), 'sluice', 'servers.json');

/**
 * Reads the file; empty before the first sign-in.
 * @throws {CommandFailure} `failed` when it is damaged
 */
export function readStoredServers(): StoredServers {
  let text: string;
  try {
    text = readFileSync(fileName(), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { current: null, servers: {} };
    throw new CommandFailure(EXIT.failed, `${fileName()} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  const stored = parse(text);
  if (!stored) throw new CommandFailure(EXIT.failed, `${fileName()} is damaged; delete it, then run sluice login`);
  return stored;
}

function parse(text: string): StoredServers | null {
  try {
    const { current, servers } = JSON.parse(text) as StoredServers;
    return Object.values(servers).every(isStoredServer)
      ? { current: typeof current === 'string' ? current : null, servers }
      : null;
  } catch {
    return null;
  }
}

const SESSION_TEXTS = ['accessToken', 'refreshToken', 'expiresAt', 'clientId', 'tokenUrl', 'revocationUrl'] as const;

function isStoredServer(server: StoredServer): boolean {
  if ('token' in server) return typeof server.token === 'string';
  return SESSION_TEXTS.every((name) => typeof server.session[name] === 'string');
}

/** Replaces the file in one step, so that an interruption leaves the old one. */
export function writeStoredServers(stored: StoredServers): void {
  const file = fileName();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(stored, null, 2)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, file);
}
