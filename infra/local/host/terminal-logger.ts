import type { Logger } from '../../../functions/workflow/workflow-deps.ts';

/** Creates a logger for a terminal: one line per message, with its details as `key=value`. */
export function createTerminalLogger(write: (line: string) => void = console.log): Logger {
  const log =
    (level: string) =>
    (message: string, details: Record<string, unknown> = {}) => {
      const time = new Date().toISOString().slice(11, 19);
      const rest = Object.entries(details).map(
        ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      write(`${time} ${level} ${message}${rest.join('')}`);
    };
  return { info: log('info '), warn: log('warn '), error: log('error') };
}
