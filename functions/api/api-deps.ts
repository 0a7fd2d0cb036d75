import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AwsDeps } from '../aws/clients.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import type { WorkflowDeps } from '../workflow/workflow-deps.ts';
import type { Authentication, Principal } from './auth/authentication.ts';
import type { Rehearsal } from './rehearsal.ts';

/** MediaLive is not among them: its answers hold stream keys. */
type ApiClient = 'cloudWatch' | 'cloudWatchLogs' | 'kms' | 'mediaConnect' | 'mediaPackage' | 's3' | 'sfn' | 'table';
type ApiFact =
  | 'copiesSource'
  | 'declaredInput'
  | 'defaultStandby'
  | 'deliveryMachineArn'
  | 'deploymentId'
  | 'fingerprintSecret'
  | 'flowArn'
  | 'keyId'
  | 'loopbackTargetsAllowed'
  | 'packageChannelId'
  | 'pricedInput'
  | 'reportBucket'
  | 'stateMachineArns'
  | 'tableName';

/** All that differs between the places the API runs in. */
export interface ApiDeps
  extends Pick<WorkflowDeps, 'now' | 'sleep' | 'resolveHost' | 'logger' | 'mail'>, AwsDeps<ApiClient, ApiFact> {
  authentication: Authentication;
  /** True on one machine: the dashboard, the HLS preview and the API share this origin. */
  embedded: boolean;
  /** Host of the dashboard's page where it differs from the one the API is asked by; left out: the request's. */
  publicHost?: string;
  version: string;
  /** `dst_` and a lower-case ULID. */
  newDestinationId: () => string;
  /** Age under which an observation is fresh. */
  freshSeconds: number;
  /** How far back `GET …/metrics` reaches, in which grain, and how long one answer serves: CloudWatch bills each query. */
  metrics: { windowSeconds: number; periodSeconds: number; keptMs: number };
  /** How long one look at the flow serves all pollers, and how old the source's figures in it may be. */
  source: { lookKeptMs: number; figuresAgeMsMax: number; periodSeconds: number };
  /** When the primary runs, unless that was changed through the API. */
  primaryMode: PrimaryMode;
  /** Host an encoder connects to; null: the host of the request when embedded, else the flow's ingest address. */
  ingestHost: string | null;
  /** The program that handles media on one machine, and where it is from; absent on AWS. */
  ffmpeg?: { version: string; origin: 'environment' | 'system' | 'npm' };
  /** Shown to operators in the encoder's address; null: the listener is open; absent on AWS, where the API cannot read it. */
  srtPassphrase?: string | null;
  /** Directory of swagger-ui-dist; null serves no documentation page. */
  docs: { directory: string } | null;
  /** Directory of the built dashboard. */
  staticFiles?: { directory: string };
  /** Fetches a playlist or segment; `path` begins with `/out/v1/` and carries the query. */
  hlsProxy?: (path: string) => Promise<Response>;
  /** Practises failures; absent on AWS. */
  rehearsal?: Rehearsal;
  /** Names who a connection comes from, given what the server passed in beside the request. */
  nameCaller?: (bindings: unknown) => string;
  /** Why nothing can be kept at the moment; null while everything can. Absent on AWS. */
  storageFailure?: () => StorageFailure | null;
  /** Says whether a `Host` header may be answered (without its port). Keeps rebound DNS names out. */
  isHostAllowed?: (host: string) => boolean;
}

/** How old figures may be on AWS, where each question to CloudWatch is billed. It has new figures once a minute. */
export const FIGURES_ON_AWS: Pick<ApiDeps, 'freshSeconds' | 'metrics' | 'source'> = {
  // The monitor runs once a minute; it may miss one run.
  freshSeconds: 150,
  metrics: { windowSeconds: 1800, periodSeconds: 60, keptMs: 60_000 },
  source: { lookKeptMs: 3_000, figuresAgeMsMax: 150_000, periodSeconds: 60 },
};

/** A disk that does not take what is written. Names no path: anyone may read it. */
export interface StorageFailure {
  since: Date;
  reason: string;
  remedy: string;
}

interface ApiVariables {
  requestId: string;
  principal: Principal;
  /** The parsed body, or undefined when there was none. */
  body: unknown;
  bodyText: string;
}

export type ApiEnv = { Variables: ApiVariables };
export type Api = OpenAPIHono<ApiEnv>;
export type ApiContext = Context<ApiEnv>;
