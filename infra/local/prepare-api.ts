import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import type { ApiDeps, RecordingDisk } from '../../functions/api/api-deps.ts';
import type { Rehearsal } from '../../functions/api/rehearsal.ts';
import type { readDestinationKeys } from '../../functions/api/transfer/reveal-keys.ts';
import type { AwsDeps } from '../../functions/aws/clients.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import { resolveHost } from '../../functions/resolve-host.ts';
import type { Logger, WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';
import { convertJpeg } from './convert-jpeg.ts';
import type { MediaEngine } from './engine/contract.ts';
import { isLocalScraper } from './host/is-local-scraper.ts';
import { isLoopbackHost } from './host/loopback-hosts.ts';
import { nameCaller } from './host/name-caller.ts';
import { openSealedFile } from './host/sealed-file.ts';
import type { Settings } from './host/settings.ts';
import type { StorageHealth } from './host/store/storage-health.ts';
import type { ProductCode } from './product-code.ts';
import { remuxRecording } from './recorder/remux-recording.ts';
import { FRESH_SECONDS } from './workflow-deps.ts';

/** What the engine's playlists always have. */
const RECORDS_BACK_SECONDS = 5;

/** Returns what takes a picture of one of two sources. */
export function pictureTaker(engine: MediaEngine, flowArn: string): NonNullable<ApiDeps['takeSourcePicture']> {
  return async (role) => {
    const picture = await engine.fetchSourcePicture(flowArn, role);
    return picture && { jpeg: new Uint8Array(picture.jpeg), takenAt: new Date(picture.takenAtMs) };
  };
}

/** What one machine knows about itself, beside its settings. */
export interface ApiOptions {
  settings: Settings;
  token: string;
  /** Undefined: the listener admits any caller. */
  srtPassphrase: string | undefined;
  /** Undefined without a backup. */
  backupPassphrase?: string | undefined;
  ffmpegPath: string;
  /** Version and origin of ffmpeg, for the dashboard. */
  ffmpeg: NonNullable<ApiDeps['ffmpeg']>;
  /** Built dashboard; undefined when another server has it. */
  dashboardDirectory: string | undefined;
  rootDirectory: string;
  logger: Logger;
}

/** Returns what creates the API from code: everything the API needs besides is opened once. */
export function prepareApi(
  {
    settings,
    token,
    srtPassphrase,
    backupPassphrase,
    ffmpeg,
    ffmpegPath,
    dashboardDirectory,
    rootDirectory,
    logger,
  }: ApiOptions,
  {
    health,
    ...aws
  }: AwsDeps &
    Pick<WorkflowDeps, 'mail' | 'preflight' | 'sleep' | 'startPace' | 'startSeconds'> & {
      rehearsal: Rehearsal;
      takeSourcePicture: NonNullable<ApiDeps['takeSourcePicture']>;
      hlsProxy: (path: string) => Promise<Response>;
      recordingDisk: () => RecordingDisk | null;
      health: StorageHealth;
      revealKeys: (record: Destination) => ReturnType<typeof readDestinationKeys>;
    },
): (code: ProductCode) => ReturnType<ProductCode['createApi']> {
  const { version } = JSON.parse(readFileSync(join(rootDirectory, 'package.json'), 'utf8')) as { version: string };
  const now = () => new Date();
  const { dataDirectory } = settings;
  const store = openSealedFile(join(dataDirectory, 'revoked-sessions.sealed'), dataDirectory, health);
  const isLoopback = isLoopbackHost(settings.host);
  return (code) =>
    code.createApi({
      ...aws,
      storageFailure: health.failure,
      now,
      resolveHost,
      logger,
      authentication: code.createTokenAuthentication({
        token,
        now,
        revoked: code.createRevokedSessions({ store, now }),
        accessTokens: code.createAccessTokens({ ...aws, now, logger }),
      }),
      nameCaller,
      isLocalScraper,
      embedded: true,
      hasAudience: settings.audience !== null,
      version,
      newId: (prefix) => `${prefix}_${ulid().toLowerCase()}`,
      freshSeconds: FRESH_SECONDS,
      metrics: { windowSeconds: 300, periodSeconds: 5, keptMs: 1_000 },
      source: { lookKeptMs: 1_000, figuresAgeMsMax: 1_000, periodSeconds: 1 },
      primaryMode: settings.primary,
      ingestHost: null,
      srtPassphrase: srtPassphrase ?? null,
      ...(backupPassphrase !== undefined && { backupPassphrase }),
      ffmpeg,
      recordsBackSeconds: RECORDS_BACK_SECONDS,
      convertJpeg: (jpeg) => convertJpeg(ffmpegPath, jpeg),
      remuxRecording: (recordingId) => remuxRecording({ ...aws, logger }, ffmpegPath, recordingId),
      docs: { directory: join(rootDirectory, 'node_modules', 'swagger-ui-dist') },
      ...(dashboardDirectory === undefined ? {} : { staticFiles: { directory: dashboardDirectory } }),
      // A DNS name for loopback would let any web page in; on other addresses the operator chose to be reachable.
      ...(isLoopback ? { isHostAllowed: isLoopbackHost } : {}),
    });
}
