import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { MAIN_PROCESS_ARGUMENTS, MAIN_PROCESS_ENVIRONMENT } from '../../infra/local/bootstrap/main-process.mjs';
import { waitFor } from './wait-for.ts';

/** Runs the product as a user does: in a separate process with its own ports and data directory. */

const root = join(import.meta.dirname, '..', '..');

export interface ProductPorts {
  http: number;
  srt: number;
  aws: number;
}

/** Finds free ports outside the ephemeral range, so no outgoing connection can take them first. */
export async function findFreePorts(): Promise<ProductPorts> {
  const [http, aws, srt] = await Promise.all([findFreeTcpPort(), findFreeTcpPort(), findFreeUdpPort()]);
  return { http, aws, srt };
}

/** Finds a free TCP port. */
export const findFreeTcpPort = (): Promise<number> => findFreePort(listenTcp);

/** Finds a free UDP port. */
export const findFreeUdpPort = (): Promise<number> => findFreePort(bindUdp);

/** Below the ephemeral range, which begins at 32768 on Linux and later elsewhere. */
const PORTS = { first: 15_000, last: 32_000 };
const TRIES_MAX = 100;

async function findFreePort(take: (port: number) => Promise<void>): Promise<number> {
  for (let tries = 0; ; tries++) {
    const port = randomInt(PORTS.first, PORTS.last);
    try {
      await take(port);
      return port;
    } catch (error) {
      if (tries === TRIES_MAX) throw error;
    }
  }
}

async function listenTcp(port: number): Promise<void> {
  const server = createServer().listen({ port, host: '127.0.0.1', exclusive: true });
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}

async function bindUdp(port: number): Promise<void> {
  const socket = createSocket('udp4').bind({ port, address: '0.0.0.0', exclusive: true });
  await once(socket, 'listening');
  socket.close();
  await once(socket, 'close');
}

export interface Product {
  process: ChildProcess;
  origin: string;
  /** Returns everything printed on both streams. */
  output(): string;
  /** Calls the REST API with the bearer token. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** Sends a signal and waits for the exit. @returns the exit code */
  stop(signal?: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

export const TEST_TOKEN = 'a-token-for-tests-only-0123456789';
/** The default passphrase of the tests' encoders. */
export const TEST_SRT_PASSPHRASE = 'a-passphrase-of-the-tests';

/** Runs a product that is expected to give up. @returns its exit code and its output */
export async function runToEnd(
  ports: ProductPorts,
  dataDirectory: string,
  environment: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const { child, output } = spawnProduct(ports, dataDirectory, environment);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

/** What is started: `npm start` of this checkout, unless a test says otherwise. */
interface Program {
  entry?: string;
  /** Folder of the checkout. */
  cwd?: string;
}

function spawnProduct(
  ports: ProductPorts,
  dataDirectory: string,
  environment: Record<string, string>,
  { entry = 'infra/local/main.ts', cwd = root }: Program = {},
) {
  const child = spawn(process.execPath, [...MAIN_PROCESS_ARGUMENTS, entry], {
    cwd,
    env: {
      ...process.env,
      ...MAIN_PROCESS_ENVIRONMENT,
      PORT: String(ports.http),
      SRT_PORT: String(ports.srt),
      LOCAL_AWS_PORT: String(ports.aws),
      SLUICE_DATA_DIR: dataDirectory,
      SLUICE_TOKEN: TEST_TOKEN,
      SRT_PASSPHRASE: TEST_SRT_PASSPHRASE,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { child, output: () => printed };
}

/** Starts the product and waits until it prints that it is running. */
export async function startProduct(
  ports: ProductPorts,
  dataDirectory: string,
  environment: Record<string, string> = {},
  program: Program = {},
): Promise<Product> {
  const { child, output } = spawnProduct(ports, dataDirectory, environment, program);
  const origin = `http://127.0.0.1:${ports.http}`;
  await waitFor(
    'the product to start',
    () => {
      if (child.exitCode !== null) throw new Error(`the product ended with ${child.exitCode}:\n${output()}`);
      return output().includes('Sluice is running');
    },
    { limitMs: 90_000 },
  );
  return {
    process: child,
    origin,
    output,
    async call(method, path, body, headers = {}) {
      const response = await fetch(origin + path, {
        method,
        headers: { authorization: `Bearer ${TEST_TOKEN}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
    },
    async stop(signal = 'SIGINT') {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, 'exit');
      child.kill(signal);
      await gone;
      return child.exitCode;
    },
  };
}

/** Lists the descendants of a process, from /proc. */
export function descendantsOf(pid: number): { pid: number; command: string }[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readProc(Number(entry), 'stat');
    // The command name may contain spaces and parentheses; the fields begin after the last one.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent) parents.set(Number(entry), parent);
  }
  const found: number[] = [];
  for (let level = [pid]; level.length > 0;) {
    level = [...parents].filter(([, parent]) => level.includes(parent)).map(([child]) => child);
    found.push(...level);
  }
  return found.map((child) => ({ pid: child, command: readProc(child, 'cmdline').replaceAll('\0', ' ') }));
}

/** Returns the command lines of every process of the machine, by process id. */
export function allCommandLines(): Map<number, string> {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return new Map(pids.map((pid) => [Number(pid), readProc(Number(pid), 'cmdline').replaceAll('\0', ' ')]));
}

/** Returns true while the process exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  const stat = readProc(pid, 'stat');
  return stat !== '' && stat[stat.lastIndexOf(')') + 2] !== 'Z';
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Reads every file below a directory, for canary scans. One that is renamed meanwhile is left out. */
export function readAllFiles(directory: string): Buffer[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readUnlessGone(join(entry.parentPath, entry.name)));
}

function readUnlessGone(path: string): Buffer[] {
  try {
    return [readFileSync(path)];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
