/**
 * The benchmark's processes and what else must not outlive it. Each measurement ends what it started; these are the means
 * to do so, and the net under them for Ctrl-C, an error and a run that takes too long.
 */
import type { ChildProcess } from 'node:child_process';

const started = new Set<ChildProcess>();
const duties = new Set<() => void | Promise<void>>();

process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Sees to it that the child does not outlive this process. */
export function watch<Child extends ChildProcess>(child: Child): Child {
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

/** Remembers something that must be done in any case. @returns does it, once */
export function owe(duty: () => void | Promise<void>): () => Promise<void> {
  duties.add(duty);
  return async () => {
    if (duties.delete(duty)) await duty();
  };
}

/** Does everything that is still owed, the newest first. */
export async function payAll(): Promise<void> {
  for (const duty of [...duties].toReversed()) {
    duties.delete(duty);
    try {
      await duty();
    } catch {
      // The others are owed all the same.
    }
  }
}

const PATIENCE_MS = 5_000;

/** Asks a process to end and waits until it has; one that does not listen is killed. */
export async function endProcess(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  ask();
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  await ended;
  clearTimeout(impatience);
}

/** The next message that matches. @throws when the process ends first */
export function nextMessage<Message extends object>(
  child: ChildProcess,
  matches: (message: Message) => boolean,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('a process of the benchmark ended too early'));
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

/** Waits; for lengths of measurements, not for things to happen. */
export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
