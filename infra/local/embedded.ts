import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { RecordingDisk } from '../../functions/api/api-deps.ts';
import type { Destination } from '../../functions/domain/destination.ts';
import { readDestinationKeys } from '../../functions/api/transfer/reveal-keys.ts';
import { isAudiencePath } from '../../functions/audience/app.ts';
import { CDN_IDENTIFIER_FIELD, CDN_IDENTIFIER_HEADER } from '../../functions/aws/package-channel.ts';
import { listAllDestinations } from '../../functions/aws/destination-table.ts';
import { MONITORED_LOCALLY } from '../../functions/schedules/figures-due.ts';
import type { WorkflowDeps } from '../../functions/workflow/workflow-deps.ts';
import type { ProductCode } from './product-code.ts';
import { createGuardedServer } from './host/guarded-server.ts';
import { explainAsProblem, explainUnreadable } from './host/early-problem.ts';
import { closeServer } from './host/close-server.ts';
import { systemClock } from './host/clock.ts';
import { drillsOf } from './rehearsal/drills.ts';
import { pictureTaker, prepareApi, type ApiOptions } from './prepare-api.ts';
import { prepareAudience } from './prepare-audience.ts';
import { createRecorder, type Recorder } from './recorder/recorder.ts';
import { createRehearsal } from './rehearsal/rehearsal.ts';
import { compareClock } from './host/compare-clock.ts';
import { deriveLocalKey } from './host/root-key.ts';
import { deleteExpired } from './endpoints/dynamodb/delete-expired.ts';
import { createScheduler } from './endpoints/events/scheduler.ts';
import { toFunctionArn } from './endpoints/lambda/registry.ts';
import { startLocalAws } from './endpoints/local-aws.ts';
import type { MediaEngine } from './engine/contract.ts';
import { createMediaEngine } from './engine/media-engine.ts';
import { CDN_IDENTIFIER_SECRET_ARN, provision } from './provision.ts';
import { BACKUP_PASSPHRASE_SECRET_ARN, PASSPHRASE_SECRET_ARN } from './provision-flow.ts';
import { originOf, type Settings } from './host/settings.ts';
import { createMailWay } from './host/smtp-mailer.ts';
import { createDailyBackup } from './host/store/daily-backup.ts';
import { markStoreComplete, SEGMENTS_FOLDER } from './host/store/kept-files.ts';
import type { OpenStore } from './host/store/open-store.ts';
import { createStorageHealth } from './host/store/storage-health.ts';
import { keepSmallFiles, watchDirectory } from './host/store/watch-directory.ts';
import { AWS_LIKE_PACE, createWorkflowDeps, WORKFLOW_FUNCTION } from './workflow-deps.ts';

/**
 * Starts the whole product on one machine: local AWS, media engine, functions, schedules, API and dashboard. On AWS the
 * CDK stacks connect these parts; nothing in `functions` depends on the difference.
 */
export interface Embedded {
  /** The origin of the dashboard and the API, such as `http://127.0.0.1:8080`. */
  origin: string;
  /**
   * Replaces the running code of `functions/`: every later request, step and schedule uses the new one. The media
   * engine, the local AWS and what they keep are untouched.
   * @throws {Error} when the API cannot be created with it; the old code continues
   */
  useCode(code: ProductCode): void;
  /** Stops everything and waits for the end. */
  close(): Promise<void>;
}

interface EmbeddedOptions extends ApiOptions {
  code: ProductCode;
  store: OpenStore;
}

/** Local account quotas: AWS's defaults for a rehearsal at AWS's pace, otherwise large enough not to matter. */
const QUOTAS = {
  'aws-like': { channelQuota: 5, pushInputQuota: 5 },
  fast: { channelQuota: 200, pushInputQuota: 200 },
} as const;

/** The local monitor polls every second; on AWS it runs every minute. */
const MONITOR = { everySeconds: 1, windowSeconds: 5, periodSeconds: 1, ...MONITORED_LOCALLY };
/** An observation costs nothing here, and an event is news for someone who waits. */
const EVENT_PAUSE_SECONDS = 0.2;
const RECORDER_EVERY_SECONDS = 1;
const SWEEP_EVERY_SECONDS = 10;
/**
 * A report is due once a day. The short interval gives it to machines that are not always on soon after their start.
 */
const COST_REPORT_EVERY_SECONDS = 300;
/** How often to check whether the last backup is a day old. */
const BACKUP_DUE_EVERY_SECONDS = 15;
const EXPIRY_EVERY_SECONDS = 3600;
/** A browser opens six per page. */
const CONNECTIONS_MAX = 512;

/** Starts the product. If one part fails, the earlier ones are stopped again. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { settings, store, logger } = options;
  const { dataDirectory } = settings;
  let { code } = options;
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
      [BACKUP_PASSPHRASE_SECRET_ARN]: options.backupPassphrase,
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
    const disk: DiskReading = {};
    const deps = createWorkflowDeps({ clients: aws.clients, deployment }, logger, waysOf(settings, disk));
    aws.lambda.register(WORKFLOW_FUNCTION, (event) => code.handleStep(deps, event));
    markStoreComplete(dataDirectory);
    keepSmallFiles(health, dataDirectory);
    health.watch();

    // While the store refuses writes, scheduled runs could not record anything and would only fail again.
    const scheduler = createScheduler({ clock: systemClock, isPaused: () => health.failure() !== null });
    stack.defer(() => scheduler.close());
    const monitorDeps = { ...deps, ...MONITOR, drills: () => drillsOf(rehearsal.active()) };
    scheduler.every(MONITOR.everySeconds, 'monitor', async () => void (await code.runMonitor(monitorDeps)));
    scheduler.every(MONITOR.everySeconds, 'rehearsal', () => rehearsal.refresh());
    const recorder = openRecorder(settings, engine, deps, disk);
    scheduler.every(RECORDER_EVERY_SECONDS, 'recorder', () => recorder.tick());
    const sweepDeps = { ...deps, primary: { preset: settings.hlsRenditions.join(','), mode: settings.primary } };
    scheduler.every(SWEEP_EVERY_SECONDS, 'sweep', async () => void (await code.sweep(sweepDeps)));
    scheduler.every(COST_REPORT_EVERY_SECONDS, 'cost report', async () => {
      await code.reportCosts({ ...deps, isBilled: false });
      await code.recordUptime(deps);
    });
    scheduler.every(EXPIRY_EVERY_SECONDS, 'expiry', async () => void (await deleteExpired(deps, new Date())));
    const backUp = createDailyBackup({ dataDirectory, pause: aws.pause, health, logger });
    scheduler.every(BACKUP_DUE_EVERY_SECONDS, 'backup', () => backUp(new Date()));
    const mediaEventDeps = { ...monitorDeps, lookEverySeconds: EVENT_PAUSE_SECONDS };
    let handleMediaEvent = code.createMediaEventHandler(mediaEventDeps);
    aws.events.subscribe({ source: ['aws.medialive', 'aws.mediaconnect'] }, (event) => handleMediaEvent(event));
    // The data directory has one owner, so a lease of the previous process is stale.
    await code.sweep({ ...sweepDeps, takeOverLease: true });

    const hlsProxy = standInForCloudFront(aws.endpoint, cdnIdentifier);
    const revealKeys = (record: Destination) => readDestinationKeys(deps, record);
    const takeSourcePicture = pictureTaker(engine, deployment.flowArn);
    const own = { takeSourcePicture, rehearsal, hlsProxy, health, recordingDisk: recorder.disk, revealKeys };
    const buildApi = prepareApi(options, { ...deps, ...own });
    const buildAudience = prepareAudience(options, { ...deps, hlsProxy });
    const build = (from: ProductCode) => divide(buildApi(from), buildAudience(from));
    let serve = build(code);
    const server = await listen(settings, (request, environment) => serve(request, environment));
    stack.defer(() => closeServer(server));
    const useCode = (next: ProductCode) => {
      [serve, handleMediaEvent] = [build(next), next.createMediaEventHandler(mediaEventDeps)];
      code = next;
    };
    const whole = stack.move();
    return { origin: originOf(settings), useCode, close: () => whole.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** The disk with the recordings, from when the recorder is open; steps of the workflow may run before that. */
interface DiskReading {
  read?: () => RecordingDisk | null;
}

/** Returns what one machine's settings decide about the workflow. */
function waysOf(
  { mail, pausesUntilLive: pausesOutputs, primary: primaryMode, profile, startsAtOnce, timeServer }: Settings,
  disk: DiskReading,
) {
  const pace = profile === 'aws-like' ? AWS_LIKE_PACE : {};
  return {
    ...pace,
    pausesOutputs,
    primaryMode,
    startsAtOnce,
    mail: createMailWay(mail),
    recordingDisk: () => disk.read?.() ?? null,
    compareClock: timeServer ? () => compareClock(timeServer) : undefined,
  };
}

function openRecorder(
  { dataDirectory, recordingReserveBytes: reserveBytes }: Settings,
  engine: MediaEngine,
  deps: WorkflowDeps,
  disk: DiskReading,
): Recorder {
  const directory = join(dataDirectory, SEGMENTS_FOLDER);
  const { packageChannelId } = deps.deployment;
  const recorder = createRecorder({ deps, engine, packageChannelId, directory, dataDirectory, reserveBytes });
  disk.read = recorder.disk;
  return recorder;
}

/** Returns what reads the origin of the preview, which serves only its CDN. */
function standInForCloudFront(endpoint: string, cdnIdentifier: string): (path: string) => Promise<Response> {
  return (path) => fetch(endpoint + path, { headers: { [CDN_IDENTIFIER_HEADER]: cdnIdentifier } });
}

/** Returns a server of two routers that share nothing: the public side has its own. */
function divide(api: Router, audience: Router): Serve {
  return (request, environment) =>
    (isAudiencePath(new URL(request.url).pathname) ? audience : api).fetch(request, environment);
}

type Serve = Parameters<typeof getRequestListener>[0];

interface Router {
  fetch: Serve;
}

async function listen(settings: Settings, fetch: Serve): Promise<Server> {
  const server = createGuardedServer({
    // A request with an invalid URL or Host does not reach the API.
    listener: getRequestListener(fetch, { errorHandler: explainUnreadable }),
    connectionsMax: CONNECTIONS_MAX,
    explain: explainAsProblem,
  });
  server.listen({ port: settings.port, host: settings.host });
  await once(server, 'listening');
  return server;
}
