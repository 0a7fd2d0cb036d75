import { setTimeout as sleep } from 'node:timers/promises';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { Output } from './output.ts';

/** What the work looks like now. */
export interface Progress<Resource> {
  resource: Resource;
  isOver: boolean;
  /** One line: `starting: step 2 of 5, starting the channel`. */
  text: string;
}

const POLL_MS = 1000;

/** Reads `--timeout` in seconds; null without it. */
export function readTimeoutSeconds(given: string | boolean | undefined): number | null {
  if (typeof given !== 'string') return null;
  if (!/^\d{1,6}$/.test(given)) throw new CommandFailure(EXIT.usage, '--timeout is a whole number of seconds');
  return Number(given);
}

/**
 * Polls until the work is over and prints every change. Ctrl-C ends the command and not the work.
 * @throws {CommandFailure} `stillRunning` after the timeout, `interrupted` after Ctrl-C
 */
export async function followWork<Resource>(
  out: Output,
  timeoutSeconds: number | null,
  look: () => Promise<Progress<Resource>>,
  whenInterrupted = 'no longer waiting; the work continues',
): Promise<Resource> {
  const interrupt = new AbortController();
  const onInterrupt = (): void => interrupt.abort();
  process.on('SIGINT', onInterrupt);
  const endsAtMs = timeoutSeconds === null ? Infinity : performance.now() + timeoutSeconds * 1000;
  let shown = '';
  const explain = (): string => `${whenInterrupted}${shown && `: ${shown}`}`;
  try {
    for (;;) {
      const { resource, isOver, text } = await unlessInterrupted(look(), interrupt.signal, explain);
      if (text !== shown) out.note(text);
      shown = text;
      if (isOver) return resource;
      if (performance.now() >= endsAtMs) throw new CommandFailure(EXIT.stillRunning, `still running: ${text}`);
      await unlessInterrupted(sleep(POLL_MS), interrupt.signal, explain);
    }
  } finally {
    // A terminal and npm may each send the same Ctrl-C. After the first the command ends by itself.
    if (!interrupt.signal.aborted) process.removeListener('SIGINT', onInterrupt);
  }
}

async function unlessInterrupted<Value>(
  work: Promise<Value>,
  signal: AbortSignal,
  explain: () => string,
): Promise<Value> {
  const refuse = (): CommandFailure => new CommandFailure(EXIT.interrupted, explain());
  if (signal.aborted) throw refuse();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(refuse());
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
