import type { AwsDeps, Deployment } from '../aws/clients.ts';

export interface Logger {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

/** What beginning and ending an operation takes, whoever does it: the API, a step, the sweep. */
export interface OperationDeps extends AwsDeps<'sfn' | 'table', 'stateMachineArns' | 'tableName'> {
  now: () => Date;
  logger: Logger;
}

/** What the steps take. They see no fingerprints and read no figures. */
export interface WorkflowDeps extends AwsDeps<
  'kms' | 'mediaConnect' | 'mediaLive' | 'mediaPackage' | 'sfn' | 'table',
  Exclude<keyof Deployment, 'defaultStandby' | 'fingerprintSecret' | 'pricedInput' | 'reportBucket'>
> {
  now: () => Date;
  /** Waits inside one step for a moment, so that quick transitions need no retry of the state machine. */
  sleep: (delayMs: number) => Promise<void>;
  /**
   * How long MediaLive's reads may lag behind an acknowledged StartChannel. A channel that is IDLE for longer has fallen
   * back. AWS documents no figure.
   */
  readsLagMs: number;
  /** Addresses of a host name, for the check against private networks at start. */
  resolveHost: (host: string) => Promise<string[]>;
  logger: Logger;
}
