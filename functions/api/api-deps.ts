import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { AwsDeps } from '../aws/clients.ts';
import type { SourceThumbnail } from '../aws/flow-thumbnail.ts';
import type { UserPool } from '../aws/user-pool.ts';
import type { Destination } from '../domain/destination.ts';
import type { PrimaryMode } from '../domain/primary-mode.ts';
import type { ConvertJpeg } from '../domain/picture.ts';
import type { PublicLoad } from '../domain/public-load.ts';
import type { SourceRole } from '../domain/source-name.ts';
import type { WorkflowDeps } from '../workflow/workflow-deps.ts';
import type { Authentication } from './auth/authentication.ts';
import type { Principal } from './auth/principal.ts';
import type { Allowance } from './auth/rate-limit.ts';
import type { Role } from './auth/roles.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Leaves out MediaLive, whose answers contain stream keys. */
type ApiClient =
  | 'cloudWatch'
  | 'cloudWatchLogs'
  | 'kms'
  | 'mediaConnect'
  | 'mediaPackage'
  | 's3'
  | 'sfn'
  | 'sns'
  | 'table';
type ApiFact =
  | 'channelQuota'
  | 'copiesSource'
  | 'declaredInput'
  | 'defaultStandby'
  | 'deliveryMachineArn'
  | 'deploymentId'
  | 'fingerprintSecret'
  | 'flowArn'
  | 'groupMachineArn'
  | 'hasAudience'
  | 'hasBackupSource'
  | 'incidentMachineArn'
  | 'isSourceAnalysed'
  | 'keyId'
  | 'loopbackTargetsAllowed'
  | 'packageChannelId'
  | 'pricedInput'
  | 'pushInputQuota'
  | 'recordingBucket'
  | 'recordingMachineArn'
  | 'privateHosts'
  | 'reportBucket'
  | 'showMachineArn'
  | 'slateMachineArn'
  | 'stateMachineArns'
  | 'tableName';

/** The secrets of one destination, in the clear. */
export interface RevealedKeys {
  streamKey?: string;
  backupStreamKey?: string;
  /** Of an SRT destination. */
  passphrase?: string;
}

/** A client of the user pool for scripts, whose tokens have one role. */
interface ScriptClient {
  clientId: string;
  role: Role;
}

/** What the API says about the public pages, which another process serves. */
export interface ApiAudience {
  /** Returns their origin. @param host the host name by which the API was requested */
  originFor: (host: string) => string;
  /** Why they are not served now, and what to do; null while they are. */
  problem: () => string | null;
  /** What they do now; null while that is not known. Absent on AWS, where CloudWatch has it. */
  load?: () => PublicLoad | null;
}

/** Everything that differs between AWS and one machine. */
export interface ApiDeps
  extends
    Pick<
      WorkflowDeps,
      'now' | 'sleep' | 'resolveHost' | 'logger' | 'mail' | 'preflight' | 'startPace' | 'startSeconds'
    >,
    AwsDeps<ApiClient, ApiFact> {
  authentication: Authentication;
  /** True on one machine: the dashboard, the HLS preview and the API share this origin. */
  embedded: boolean;
  /** Host of the dashboard where it differs from the host of the request. */
  publicHost?: string;
  version: string;
  /** Returns the prefix with `_` and a lower-case ULID, so that ids of one kind sort by age. */
  newId: (prefix: 'act' | 'cov' | 'dst' | 'gst' | 'inv' | 'rec' | 'ser' | 'shw' | 'tgt' | 'tok' | 'wli') => string;
  /** Age under which an observation is fresh. */
  freshSeconds: number;
  /** Window and period of `GET …/metrics`, and how long an answer is cached, because CloudWatch bills each query. */
  metrics: { windowSeconds: number; periodSeconds: number; keptMs: number };
  /** How long one observation of the flow serves all pollers, and how old the source's metrics in it may be. */
  source: { lookKeptMs: number; figuresAgeMsMax: number; periodSeconds: number };
  /** Mode of the primary until it is changed through the API. */
  primaryMode: PrimaryMode;
  /** Host an encoder connects to; null: the host of the request when embedded, else the flow's ingest address. */
  ingestHost: string | null;
  /** The public pages; absent while they are off. */
  audience?: ApiAudience;
  /** The users and script clients; absent on one machine. */
  userPool?: UserPool & { scripts: readonly ScriptClient[] };
  /** The ffmpeg in use on one machine and its origin; absent on AWS. */
  ffmpeg?: { version: string; origin: 'environment' | 'system' | 'npm' };
  /**
   * Shown to operators in the encoder's address; null: the listener is open; absent on AWS, where the API cannot read
   * it.
   */
  srtPassphrase?: string | null;
  /** The same of the backup source; absent without one, and on AWS. */
  backupPassphrase?: string;
  /** Directory of swagger-ui-dist; null serves no documentation page. */
  docs: { directory: string } | null;
  /** Directory of the built dashboard. */
  staticFiles?: { directory: string };
  /** Fetches a playlist or segment; `path` begins with `/out/v1/` and carries the query. */
  hlsProxy?: (path: string) => Promise<Response>;
  /** How far back a recording may begin; absent: the startover window of the preview's origin. */
  recordsBackSeconds?: number;
  /** The disk that holds the recordings, null until it is measured; absent on AWS. */
  recordingDisk?: () => RecordingDisk | null;
  /** Returns a recording as one MP4 file; absent on AWS, where there is no ffmpeg. */
  remuxRecording?: (recordingId: string) => ReadableStream<Uint8Array>;
  /**
   * Takes a picture of one of two sources, in use or not; null without one. Absent on AWS, where MediaConnect
   * takes pictures of the source in use only.
   */
  takeSourcePicture?: (role: SourceRole) => Promise<SourceThumbnail | null>;
  /** Decodes a JPEG; absent on AWS, where there is no ffmpeg. */
  convertJpeg?: ConvertJpeg;
  /** Simulates failures; absent on AWS. */
  rehearsal?: Rehearsal;
  /**
   * Decrypts the secrets of a destination, for an export with keys. Absent on AWS, where the function that serves the
   * API may not decrypt stream keys.
   */
  revealKeys?: (record: Destination) => Promise<RevealedKeys>;
  /** Names the caller of a connection from the bindings the server passes with a request. */
  nameCaller?: (bindings: unknown) => string;
  /** Returns true for a request of this machine itself, which may read `GET /metrics` without a token. */
  isLocalScraper?: (bindings: unknown) => boolean;
  /** Why changes cannot be stored now; null while they can. Absent on AWS. */
  storageFailure?: () => StorageFailure | null;
  /** Returns true for a `Host` header, without its port, that the API answers to. Keeps rebound DNS names out. */
  isHostAllowed?: (host: string) => boolean;
}

/** The space of a disk with recordings. */
export interface RecordingDisk {
  freeBytes: number;
  /** Whether there should be a warning. */
  isLow: boolean;
  /** Whether nothing more is recorded. */
  isFull: boolean;
}

/** How old metrics may be on AWS, where CloudWatch bills each query and publishes metrics once a minute. */
export const FIGURES_ON_AWS: Pick<ApiDeps, 'freshSeconds' | 'metrics' | 'source'> = {
  // The monitor runs once a minute and may miss one run.
  freshSeconds: 150,
  metrics: { windowSeconds: 1800, periodSeconds: 60, keptMs: 60_000 },
  source: { lookKeptMs: 3_000, figuresAgeMsMax: 150_000, periodSeconds: 60 },
};

/** A disk that refuses writes. Contains no path, because anyone may read it. */
export interface StorageFailure {
  since: Date;
  reason: string;
  remedy: string;
}

interface ApiVariables {
  requestId: string;
  principal: Principal;
  /** What the caller has left; absent without a limit. */
  allowance?: Allowance;
  /** The parsed body, or undefined when there was none. */
  body: unknown;
  bodyText: string;
  /** An image that was sent instead of JSON. */
  image?: Buffer;
}

export type ApiEnv = { Variables: ApiVariables };
export type Api = OpenAPIHono<ApiEnv>;
export type ApiContext = Context<ApiEnv>;
