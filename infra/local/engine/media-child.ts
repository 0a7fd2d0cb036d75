import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

import type { ChildRegistry } from './child-registry.ts';

/** ffmpeg with a frozen peer or a full pipe ignores SIGTERM for seconds: after this it is killed. */
const TERMINATE_MS = 500;
const STDERR_KEPT_CHARACTERS = 4_000;

export interface MediaChild {
  pid: number | undefined;
  stdin: Writable;
  /** The end of what it said on its error output. May name URLs: classify it, never pass it on. */
  errorOutput(): string;
  /** SIGTERM, then SIGKILL. Resolves when it is gone. */
  end(): Promise<void>;
}

/** How children are started. */
export interface MediaLauncher {
  ffmpegPath: string;
  /** Put in front of the command: makes the kernel end the child with this process. Empty where the system cannot. */
  prefix: string[];
  registry: ChildRegistry;
}

export interface MediaChildOptions {
  launcher: MediaLauncher;
  arguments: string[];
  onData(chunk: Buffer): void;
  onErrorOutput?(text: string): void;
  /** Exactly once, also when it could not be started. */
  onExit(exit: { code: number | null; signal: NodeJS.Signals | null }): void;
}

/** The prefix that ties a child's life to ours: util-linux's setpriv, where it is installed and new enough. */
export function findParentDeathPrefix(): string[] {
  if (process.platform !== 'linux') return [];
  const prefix = ['setpriv', '--pdeathsig', 'KILL'];
  return spawnSync('setpriv', [...prefix.slice(1), 'true']).status === 0 ? prefix : [];
}

/**
 * Starts one ffmpeg. Its output is read for as long as it runs: an ffmpeg whose output is full does not even end.
 */
export function startMediaChild(options: MediaChildOptions): MediaChild {
  const { registry } = options.launcher;
  const [command, ...commandArguments] = [
    ...options.launcher.prefix,
    options.launcher.ffmpegPath,
    ...options.arguments,
  ] as [string, ...string[]];
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(command, commandArguments, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  const pid = child.pid;
  let errorOutput = '';
  let exited = false;
  const waiters: (() => void)[] = [];
  if (pid !== undefined) registry.add(pid);

  function finish(exit: { code: number | null; signal: NodeJS.Signals | null }): void {
    if (exited) return;
    exited = true;
    if (pid !== undefined) registry.remove(pid);
    for (const resolve of waiters) resolve();
    options.onExit(exit);
  }

  child.stdout.on('data', options.onData);
  child.stderr.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    errorOutput = (errorOutput + text).slice(-STDERR_KEPT_CHARACTERS);
    options.onErrorOutput?.(text);
  });
  // A child that ends while it is written to is reported by its exit.
  child.stdin.on('error', () => {});
  child.on('error', () => finish({ code: null, signal: null }));
  child.on('close', (code, signal) => finish({ code, signal }));

  return {
    pid,
    stdin: child.stdin,
    errorOutput: () => errorOutput,
    async end() {
      if (exited) return;
      const gone = new Promise<void>((resolve) => waiters.push(resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), TERMINATE_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}
