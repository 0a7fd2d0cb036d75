import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';

import type { ChildRegistry } from './child-registry.ts';

/** With a frozen peer or a full pipe, ffmpeg ignores SIGTERM for seconds; after this time it is killed. */
const TERMINATE_MS = 500;
const STDERR_KEPT_CHARACTERS = 4_000;

export interface MediaChild {
  pid: number | undefined;
  stdin: Writable;
  /** Returns the end of its error output, which may contain URLs: classify it, never pass it on. */
  errorOutput(): string;
  /** Sends SIGTERM, then SIGKILL. Resolves when the child has ended. */
  end(): Promise<void>;
}

/** The settings shared by all children. */
export interface MediaLauncher {
  ffmpegPath: string;
  /** Prefix of the command that makes the kernel end the child with this process. Empty where unsupported. */
  prefix: string[];
  registry: ChildRegistry;
}

export interface MediaChildOptions {
  launcher: MediaLauncher;
  arguments: string[];
  onData(chunk: Buffer): void;
  onErrorOutput?(text: string): void;
  /** Called exactly once, also when the child could not be started. */
  onExit(exit: { code: number | null; signal: NodeJS.Signals | null }): void;
}

/** Finds the prefix that ends a child with this process: util-linux's setpriv, if installed and recent enough. */
export function findParentDeathPrefix(): string[] {
  if (process.platform !== 'linux') return [];
  const prefix = ['setpriv', '--pdeathsig', 'KILL'];
  return spawnSync('setpriv', [...prefix.slice(1), 'true']).status === 0 ? prefix : [];
}

/**
 * Starts one ffmpeg. Its output is read as long as it runs: an ffmpeg with a full output pipe cannot even exit.
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
  // A child that ends during a write is reported by its exit.
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

/** Gives a child the lowest priority, so that it never delays what is on air. */
export function yieldToMedia({ pid }: Pick<MediaChild, 'pid'>): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has already ended, or the system denies the call.
  }
}
