import type { AwsDeps, Deployment } from '../aws/clients.ts';
import type { IngestProbe } from '../domain/ingest-probe.ts';
import type { ClockComparison } from '../domain/preflight-clock.ts';
import type { DiskFacts } from '../domain/preflight-deployment.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import type { StartPace } from '../domain/start-pace.ts';
import type { MailWay } from '../notify/mail.ts';

export interface Logger {
  info(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

/** What beginning and ending an operation needs, for the API, the steps and the sweep alike. */
export interface OperationDeps extends AwsDeps<
  'sfn' | 'table',
  'deliveryMachineArn' | 'stateMachineArns' | 'tableName'
> {
  now: () => Date;
  logger: Logger;
}

/** How a deployment runs preflights. */
export interface PreflightWays {
  probe: IngestProbe;
  /** Age up to which an observation is fresh. */
  freshSeconds: number;
  /** Compares the clock with a time server; absent where none is set. */
  compareClock?: () => Promise<ClockComparison>;
  /** Measures the disk with the recordings; absent where they go to S3. */
  recordingDisk?: () => DiskFacts | null;
}

/** What the steps need. They have no access to fingerprints or metrics. */
export interface WorkflowDeps extends AwsDeps<
  'kms' | 'mediaConnect' | 'mediaLive' | 'mediaPackage' | 's3' | 'secretsManager' | 'sfn' | 'sns' | 'table',
  Exclude<keyof Deployment, 'defaultStandby' | 'fingerprintSecret' | 'reportBucket' | 'slateMachineArn'>
> {
  now: () => Date;
  /** Waits briefly inside one step, so that quick transitions need no retry of the state machine. */
  sleep: (delayMs: number) => Promise<void>;
  /**
   * How long AWS's reads may lag behind an accepted call. A channel that stays IDLE for longer after StartChannel has
   * fallen back. AWS documents no figure.
   */
  readsLagMs: number;
  /** Seconds from a recording's end until MediaPackage has received all of it. */
  harvestDelaySeconds: number;
  /** Seconds that a destination needs to start, as long as it has no history. */
  startSeconds: number;
  /** How fast destinations are started one after the other. */
  startPace: StartPace;
  /** Whether a show's channels start early and are paused until their planned second. */
  pausesOutputs: boolean;
  /** When the HLS preview runs, unless the API has changed it. */
  primaryMode: PrimaryMode;
  /** How e-mail notifications leave this deployment. */
  mail: MailWay;
  preflight: PreflightWays;
  /** Resolves a host name, for the check against private networks at start. */
  resolveHost: (host: string) => Promise<string[]>;
  logger: Logger;
}
