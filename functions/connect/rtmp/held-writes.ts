import type { Writable } from 'node:stream';

/** How long a write may wait for the next one: about a picture at 25 per second, far below what receivers buffer. */
const HELD_MS_MAX = 40;

const held = new Set<Writable>();

/**
 * Holds what is written to a stream until `release`, for 40 ms at most, so that several messages leave in one system
 * call. All streams share one timer. A stream that is ended writes what it holds.
 */
export function hold(stream: Writable): void {
  if (held.has(stream)) return;
  if (held.size === 0) setTimeout(releaseAll, HELD_MS_MAX);
  held.add(stream);
  stream.cork();
}

/** Writes what a stream holds. */
export function release(stream: Writable): void {
  if (held.delete(stream)) stream.uncork();
}

function releaseAll(): void {
  for (const stream of [...held]) release(stream);
}
