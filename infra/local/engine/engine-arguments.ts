const DEFAULT_INSPECTOR_PORT = 9229;
/**
 * Megabytes for young objects, and for old ones before the first full collection. With Node's defaults, sending to 50
 * destinations collects young objects all the time and the whole heap, which hardly grows, every three seconds.
 */
const HEAP = ['--min-semi-space-size=16', '--initial-old-space-size=128'];

/**
 * Returns the engine process's arguments of Node. The engine gets none of its parent's, except that it listens for a
 * debugger when its parent does, on this machine's next port (on a free one when the parent asked for port 0).
 */
export function engineArguments(parentArguments: readonly string[]): string[] {
  const inspect = parentArguments.find((argument) => /^--inspect(-brk|-wait)?(=|$)/.test(argument));
  if (inspect === undefined) return HEAP;
  const port = Number(/[=:](\d+)$/.exec(inspect)?.[1] ?? DEFAULT_INSPECTOR_PORT);
  return [...HEAP, `--inspect=127.0.0.1:${port === 0 ? 0 : port + 1}`];
}
