import type { AwsDeps } from '../aws/clients.ts';

export interface Logger {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

export interface WorkflowDeps extends AwsDeps {
  now: () => Date;
  /** Waits inside one step for a moment, so that quick transitions need no retry of the state machine. */
  sleep: (delayMs: number) => Promise<void>;
  /** Addresses of a host name, for the check against private networks at start. */
  resolveHost: (host: string) => Promise<string[]>;
  logger: Logger;
}
