import { spawn } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Runs the built `sluice` command as a process, and servers that answer it. */

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

type Watcher = (text: string, kill: (signal: NodeJS.Signals) => void) => void;

export interface RunOptions {
  input?: string;
  environment?: Record<string, string>;
  /** Called with everything printed so far. */
  onNote?: Watcher;
  onOutput?: Watcher;
}

/**
 * Runs a program of Node until it ends.
 * @param cwd its folder
 */
export function runProgram(
  cwd: string,
  args: readonly string[],
  { input = '', environment = {}, onNote, onOutput }: RunOptions = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd, env: { PATH: process.env['PATH'], ...environment } });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk) => (printed[name] += String(chunk)));
    child.stderr.on('data', () => onNote?.(printed.stderr, (signal) => child.kill(signal)));
    child.stdout.on('data', () => onOutput?.(printed.stdout, (signal) => child.kill(signal)));
    child.on('close', (code) => resolve({ code, ...printed }));
    child.stdin.end(input);
  });
}

/** Calls `use` with the origin of a server that answers with `listener`. */
export async function withServer<Value>(
  listener: RequestListener,
  use: (origin: string) => Promise<Value>,
): Promise<Value> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
