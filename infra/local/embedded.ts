import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { ulid } from 'ulid';
import type { ApiDeps } from '../../functions/api/api-deps.ts';
import { createApi } from '../../functions/api/app.ts';
import { createRevokedSessions } from '../../functions/api/auth/revoked-sessions.ts';
import { createTokenAuthentication } from '../../functions/api/auth/authentication.ts';
import type { Rehearsal } from '../../functions/api/rehearsal.ts';
import type { AwsDeps } from '../../functions/aws/clients.ts';
import { CDN_IDENTIFIER_FIELD, CDN_IDENTIFIER_HEADER } from '../../functions/aws/package-channel.ts';
import { listAllDestinations } from '../../functions/aws/destination-table.ts';
import { createMediaEventHandler } from '../../functions/events/media-event.ts';
import { reportCosts } from '../../functions/schedules/cost-report.ts';
import { MONITORED_LOCALLY } from '../../functions/schedules/figures-due.ts';
import { observeDestinations } from '../../functions/schedules/monitor.ts';
import { sweep } from '../../functions/schedules/sweep.ts';
import { runStep } from '../../functions/workflow/run-step.ts';
import type { Logger, WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';
import { createGuardedServer } from './host/guarded-server.ts';
import { explainAsProblem, explainUnreadable } from './host/early-problem.ts';
import { closeServer } from './host/close-server.ts';
import { systemClock } from './host/clock.ts';
import { createRehearsal } from './rehearsal/rehearsal.ts';
import { nameCaller } from './host/name-caller.ts';
import { openSealedFile } from './host/sealed-file.ts';
import { deriveLocalKey } from './host/root-key.ts';
import { deleteExpired } from './endpoints/dynamodb/delete-expired.ts';
import { createScheduler } from './endpoints/events/scheduler.ts';
import { toFunctionArn } from './endpoints/lambda/registry.ts';
import { startLocalAws } from './endpoints/local-aws.ts';
import { createMediaEngine } from './engine/media-engine.ts';
import { CDN_IDENTIFIER_SECRET_ARN, PASSPHRASE_SECRET_ARN, provision } from './provision.ts';
import { originOf, type Settings } from './host/settings.ts';
import { createDailyBackup } from './host/store/daily-backup.ts';
import { markStoreComplete } from './host/store/kept-files.ts';
import type { OpenStore } from './host/store/open-store.ts';
import { createStorageHealth, type StorageHealth } from './host/store/storage-health.ts';
import { keepSmallFiles, watchDirectory } from './host/store/watch-directory.ts';
import { resolveHost } from '../../functions/resolve-host.ts';
import { makeWorkflowDeps, READS_LAG_AWS_LIKE_MS, READS_LAG_MS, WORKFLOW_FUNCTION } from './workflow-function.ts';

/**
 * The whole product on one machine: local AWS, media engine, the functions, the schedules, the API and the dashboard.
 * On AWS the CDK stacks do this wiring; nothing in `functions` knows the difference.
 */
export interface Embedded {
  /** Where the dashboard and the API are, such as `http://127.0.0.1:8080`. */
  origin: string;
  /** Stops everything and waits for it. */
  close(): Promise<void>;
}

interface EmbeddedOptions {
  settings: Settings;
  store: OpenStore;
  token: string;
  /** Undefined: the listener takes any caller. */
  srtPassphrase: string | undefined;
  ffmpegPath: string;
  /** Which one it is, for the page. */
  ffmpeg: NonNullable<ApiDeps['ffmpeg']>;
  /** Built dashboard. */
  dashboardDirectory: string;
  rootDirectory: string;
  logger: Logger;
}

/** Account quotas locally: as AWS grants by default when rehearsing, out of the way otherwise. */
const QUOTAS = {
  'aws-like': { channelQuota: 5, pushInputQuota: 5 },
  fast: { channelQuota: 200, pushInputQuota: 200 },
} as const;

/** One machine can afford to look every second; on AWS the monitor runs every minute. */
const MONITOR = { everySeconds: 1, windowSeconds: 5, periodSeconds: 1, ...MONITORED_LOCALLY };
const SWEEP_EVERY_SECONDS = 10;
/** A report is due once a day; a machine that is not always on gets it soon after its start. */
const COST_REPORT_EVERY_SECONDS = 300;
/** How often it is asked whether the last backup is a day old. */
const BACKUP_DUE_EVERY_SECONDS = 15;
const EXPIRY_EVERY_SECONDS = 3600;
/** Age under which a look is fresh: two looks may be missed. */
const FRESH_SECONDS = 5;
/** A browser opens six for a page. */
const CONNECTIONS_MAX = 512;
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]', '::1'];

/** Starts it. Every part that came up is taken down again when a later one fails. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { settings, store, logger } = options;
  const { dataDirectory } = settings;
  const stack = new AsyncDisposableStack();
  try {
    const health = createStorageHealth({ clock: systemClock, logger, directory: watchDirectory(dataDirectory) });
    const engine = await createMediaEngine({
      ffmpegPath: options.ffmpegPath,
      dataDirectory: settings.dataDirectory,
      logger,
      loopbackTargetsAllowed: settings.loopbackTargetsAllowed,
      hls: { lowLatency: settings.hls === 'low-latency' },
    });
    stack.defer(() => engine.close());
    const cdnIdentifier = deriveLocalKey(settings.dataDirectory, 'identifier of the CDN').toString('hex');
    const secrets: Record<string, string | undefined> = {
      [PASSPHRASE_SECRET_ARN]: options.srtPassphrase,
      [CDN_IDENTIFIER_SECRET_ARN]: JSON.stringify({ [CDN_IDENTIFIER_FIELD]: cdnIdentifier }),
    };
    const rehearsal = createRehearsal({ engine, listDestinations: () => listAllDestinations(deps) });
    const aws = await startLocalAws({
      dataDirectory: settings.dataDirectory,
      port: settings.localAwsPort,
      clock: systemClock,
      engine,
      profile: settings.profile,
      isRateLimited: settings.profile === 'aws-like',
      hooks: {
        ...rehearsal.hooks,
        resolveSecret: (secretArn) => secrets[secretArn],
      },
      health,
      ...(store.importedRows ? { importedRows: store.importedRows } : {}),
    });
    stack.defer(() => aws.close());
    stack.defer(() => health.close());
    store.finish();

    const deployment = await provision({
      clients: aws.clients,
      settings,
      isSrtEncrypted: options.srtPassphrase !== undefined,
      workflowFunctionArn: toFunctionArn(WORKFLOW_FUNCTION),
      quotas: QUOTAS[settings.profile],
      fingerprintSecret: deriveLocalKey(settings.dataDirectory, 'stream key fingerprints').toString('hex'),
      cdnIdentifierSecretArn: CDN_IDENTIFIER_SECRET_ARN,
    });
    const readsLagMs = settings.profile === 'aws-like' ? READS_LAG_AWS_LIKE_MS : READS_LAG_MS;
    const deps = makeWorkflowDeps({ clients: aws.clients, deployment }, logger, readsLagMs);
    aws.lambda.register(WORKFLOW_FUNCTION, (event) => runStep(deps, event));
    markStoreComplete(dataDirectory);
    keepSmallFiles(health, dataDirectory);
    health.watch();

    // What the schedules find out cannot be written down either, and each run would fail anew.
    const scheduler = createScheduler({ clock: systemClock, isPaused: () => health.failure() !== null });
    stack.defer(() => scheduler.close());
    const monitorDeps = { ...deps, ...MONITOR };
    scheduler.every(MONITOR.everySeconds, 'monitor', async () => void (await observeDestinations(monitorDeps)));
    scheduler.every(MONITOR.everySeconds, 'rehearsal', () => rehearsal.refresh());
    const sweepDeps = { ...deps, primary: { preset: settings.hlsRenditions.join(','), mode: settings.primary } };
    scheduler.every(SWEEP_EVERY_SECONDS, 'sweep', async () => void (await sweep(sweepDeps)));
    scheduler.every(
      COST_REPORT_EVERY_SECONDS,
      'cost report',
      async () => void (await reportCosts({ ...deps, isBilled: false })),
    );
    scheduler.every(EXPIRY_EVERY_SECONDS, 'expiry', async () => void (await deleteExpired(deps, new Date())));
    const backUp = createDailyBackup({ dataDirectory, pause: aws.pause, health, logger });
    scheduler.every(BACKUP_DUE_EVERY_SECONDS, 'backup', () => backUp(new Date()));
    aws.events.subscribe(
      { source: ['aws.medialive', 'aws.mediaconnect'] },
      createMediaEventHandler({ ...monitorDeps, lookEverySeconds: MONITOR.everySeconds }),
    );
    // Whoever held the lease died with the former process: the data directory has one owner.
    await sweep({ ...sweepDeps, takeOverLease: true });

    // Plays the part of CloudFront: people come with a session, the origin answers to the CDN only.
    const hlsProxy = (path: string) =>
      fetch(aws.endpoint + path, { headers: { [CDN_IDENTIFIER_HEADER]: cdnIdentifier } });
    const server = await listen(options, { ...deps, rehearsal, hlsProxy, health });
    stack.defer(() => server.close());
    const whole = stack.move();
    return { origin: server.origin, close: () => whole.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function listen(
  { settings, token, srtPassphrase, ffmpeg, dashboardDirectory, rootDirectory, logger }: EmbeddedOptions,
  {
    health,
    ...aws
  }: AwsDeps &
    Pick<WorkflowDeps, 'sleep'> & {
      rehearsal: Rehearsal;
      hlsProxy: (path: string) => Promise<Response>;
      health: StorageHealth;
    },
): Promise<{ origin: string; close: () => Promise<void> }> {
  const { version } = JSON.parse(readFileSync(join(rootDirectory, 'package.json'), 'utf8')) as { version: string };
  const now = () => new Date();
  const { dataDirectory } = settings;
  const store = openSealedFile(join(dataDirectory, 'revoked-sessions.sealed'), dataDirectory, health);
  const revoked = createRevokedSessions({ store, now });
  const isLoopback = LOOPBACK_HOSTS.includes(settings.host);
  const api = createApi({
    ...aws,
    storageFailure: health.failure,
    now,
    resolveHost,
    logger,
    authentication: createTokenAuthentication({ token, now, revoked }),
    nameCaller,
    embedded: true,
    version,
    newDestinationId: () => `dst_${ulid().toLowerCase()}`,
    freshSeconds: FRESH_SECONDS,
    metrics: { windowSeconds: 300, periodSeconds: 5, keptMs: 1_000 },
    source: { lookKeptMs: 1_000, figuresAgeMsMax: 1_000, periodSeconds: 1 },
    primaryMode: settings.primary,
    ingestHost: null,
    srtPassphrase: srtPassphrase ?? null,
    ffmpeg,
    docs: { directory: join(rootDirectory, 'node_modules', 'swagger-ui-dist') },
    staticFiles: { directory: dashboardDirectory },
    // A DNS name pointed at loopback would let any web page in; on other addresses the operator chose to be reachable.
    ...(isLoopback ? { isHostAllowed: (host: string) => LOOPBACK_HOSTS.includes(host) } : {}),
  });
  const server = createGuardedServer({
    // A request whose address or Host cannot be read does not get as far as the API.
    listener: getRequestListener(api.fetch, { errorHandler: explainUnreadable }),
    connectionsMax: CONNECTIONS_MAX,
    explain: explainAsProblem,
  });
  server.listen({ port: settings.port, host: settings.host });
  await once(server, 'listening');
  return { origin: originOf(settings), close: () => closeServer(server) };
}
