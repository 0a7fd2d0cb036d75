/**
 * Tracks the benchmark's processes and other resources that must not outlive it. Each measurement ends what it started
 * with these functions; they also clean up after Ctrl-C, an error or a run that takes too long.
 */
import type { ChildProcess } from 'node:child_process';

const started = new Set<ChildProcess>();
const duties = new Set<() => void | Promise<void>>();

process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Ensures that the child does not outlive this process. */
export function watch<Child extends ChildProcess>(child: Child): Child {
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** Registers a cleanup that must run in any case. @returns a function that runs it once */
export function owe(duty: () => void | Promise<void>): () => Promise<void> {
  duties.add(duty);
  return async () => {
    if (duties.delete(duty)) await duty();
  };
}

/** Runs all pending cleanups, the newest first. */
export async function payAll(): Promise<void> {
  for (const duty of [...duties].toReversed()) {
    duties.delete(duty);
    try {
      await duty();
    } catch {
      // The other cleanups must still run.
    }
  }
}

const PATIENCE_MS = 5_000;

/** Asks a process to end and waits for it. Kills it if it does not respond. */
export async function endProcess(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  ask();
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await ended;
  clearTimeout(impatience);
}

/** Returns the next matching message. @throws if the process ends first */
export function nextMessage<Message extends object>(
  child: ChildProcess,
  matches: (message: Message) => boolean,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('a benchmark process ended early'));
    const onMessage = (message: unknown) => {
      if (!matches(message as Message)) return;
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(message as Message);
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

/** Waits for the length of a measurement. Do not use it to wait for events. */
export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
