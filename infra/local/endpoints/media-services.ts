/**
 * The local MediaConnect, MediaLive, MediaPackage, Secrets Manager and CloudWatch endpoints: AWS's wire protocols in front, AWS's
 * resource rules behind them, and a media engine that receives commands. Requests and responses are never logged,
 * because MediaLive's contain stream keys in plain text.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as mediaLiveClient from '@aws-sdk/client-medialive';
import * as mediaPackageClient from '@aws-sdk/client-mediapackage';
import type { Clock } from '../host/clock.ts';
import type { EventSink, LocalService } from './wire/local-service.ts';
import type { StateStore } from '../host/state-store.ts';
import { createAlerts } from './medialive/alerts.ts';
import { createChannelLogs } from './cloudwatch/channel-logs.ts';
import { arriveChannel, findChannel, recoverChannel, runChannel } from './medialive/channel.ts';
import { createCloudWatchLogsService } from './cloudwatch/cloudwatch-logs.ts';
import { createCloudWatchService } from './cloudwatch/cloudwatch.ts';
import type { EngineReport, MediaEngine } from '../engine/contract.ts';
import { feedingSource } from './media/feeds.ts';
import { arriveFlow, commandStart, startFlow } from './mediaconnect/flow.ts';
import { mediaConnectHandlers, mediaLiveHandlers, mediaPackageHandlers } from './handlers.ts';
import { createIdentifiers, createTransientIds } from './media/identifiers.ts';
import { arriveGroup } from './medialive/input-security-group.ts';
import { arriveInput } from './medialive/input.ts';
import { withPausedChannels } from './medialive/pause.ts';
import { armSchedules } from './medialive/schedule.ts';
import { command } from './media/engine-commands.ts';
import { armTransition, commit } from './media/transitions.ts';
import type { MediaContext, MediaHooks, TransitionKind } from './media/media-context.ts';
import { loadMediaState } from './media/media-state.ts';
import { createMetrics } from './cloudwatch/metrics.ts';
import { arriveHarvestJob, runHarvestJob } from './mediapackage/harvest-job.ts';
import { noHarvester, type Harvester } from './media/harvester.ts';
import { isOriginPath, serveOrigin } from './mediapackage/origin-endpoint.ts';
import { DURATIONS, QUOTAS } from './media/profiles.ts';
import type { Durations, Quotas, TimingProfile } from './media/profiles.ts';
import { mediaConnectOperations } from './media/protocol/mediaconnect-operations.ts';
import { createRestJsonService, type AroundOperation } from './wire/rest-json-service.ts';
import { operationsFromSchemas } from './media/protocol/schema-operations.ts';
import { loadShapeChecks } from './media/protocol/shape-validation.ts';
import type { Operation } from './wire/operation.ts';
import { createRateLimits } from './media/rate-limits.ts';
import { createOutputHealth } from './mediaconnect/flow-callers.ts';
import { createContentQuality } from './mediaconnect/content-quality.ts';
import { createSourceHealth } from './mediaconnect/source-health.ts';
import { createSecretsManager } from './secrets-manager/secrets-manager.ts';
import { forgetTombstones } from './medialive/tombstones.ts';

export interface MediaServicesOptions {
  engine: MediaEngine;
  /** Copies media into S3; without it every harvest job fails. */
  harvester?: Harvester;
  clock: Clock;
  /** Must be encrypted at rest, because the state contains the stream keys of channels, as MediaLive's own does. */
  store: StateStore;
  events: EventSink;
  profile: TimingProfile;
  /** Overrides individual quotas of the profile. */
  quotas?: Partial<Quotas>;
  /** Overrides individual durations of the profile. */
  durations?: Partial<Durations>;
  hooks?: MediaHooks;
  /** Refuses calls above AWS's request rates with 429. */
  isRateLimited?: boolean;
  /** Makes ids differ between installations; the same seed and calls produce the same ids. */
  idSeed?: string;
  /**
   * The host that SRT listeners bind. By default loopback for a source whose WhitelistCidr is loopback, else every
   * interface.
   */
  listenHost?: string;
  /** S3, from which MediaLive reads slates; without it every image is missing. */
  objects?: MediaContext['objects'];
}

export interface MediaServices {
  /**
   * By signing name: `mediaconnect`, `medialive`, `mediapackage`, `monitoring`, `logs`, `secretsmanager`. The one for `mediapackage` also
   * serves players, whose requests are not signed: GET /out/v1/*.
   */
  services: LocalService[];
  /** Resumes the stored state: starts active flows and running channels in the engine again. */
  restore(): Promise<void>;
  /** Makes a running channel fail and recover, as AWS's maintenance does; for fault injection. */
  disturbChannel(channelId: string): void;
  /** Unsubscribes from the engine's reports and stops every timer. The caller closes the engine. */
  close(): Promise<void>;
}

/** Made once: they depend on the SDK and the shapes alone, and tests build the endpoints thousands of times. */
let knownOperations: Record<'mediaConnect' | 'mediaLive' | 'mediaPackage', Operation[]> | null = null;

function operations() {
  return (knownOperations ??= {
    mediaConnect: mediaConnectOperations(loadShapeChecks('mediaconnect')),
    mediaLive: operationsFromSchemas(mediaLiveClient, loadShapeChecks('medialive')),
    mediaPackage: operationsFromSchemas(mediaPackageClient, loadShapeChecks('mediapackage')),
  });
}

/** Builds the endpoints on a stored state. Call `restore` once before serving. */
export function createMediaServices(options: MediaServicesOptions): MediaServices {
  const context = makeContext(options);
  const alerts = createAlerts(context);
  const metrics = createMetrics(context, alerts.countSet);
  const logs = createChannelLogs(context.clock);
  const observeSources = createSourceHealth(context);
  const observeOutputs = createOutputHealth(context);
  const observeContent = createContentQuality(context);

  const observe = (engineReport: EngineReport) => {
    const report = withPausedChannels(context, engineReport);
    const reports = new Map(report.channels.map((channel) => [channel.channelId, channel]));
    for (const channel of Object.values(context.state.channels)) {
      const channelReport = reports.get(channel.id);
      if (channel.state === 'STARTING') alerts.forget(channel.id);
      else if (channel.state !== 'RUNNING') alerts.clear(channel);
      else if (channel.isPaused) alerts.observePause(channel);
      else if (channelReport !== undefined) {
        alerts.observe(
          channel,
          channelReport,
          (pipelineId) => feedingSource(context, report, channel.id, pipelineId)?.state === 'connected',
        );
      }
      logs.observe(channel, channelReport);
    }
    observeSources(report);
    observeOutputs(report);
    metrics.record(report);
    // After the metrics, because an event makes its receiver read them.
    observeContent(report);
  };
  const unsubscribe = context.engine.onReport(observe);

  const nextRequestId = createTransientIds(`${options.idSeed ?? ''}:request`, context.clock.now());
  const common = { around: untilSaved(options.store, withRateLimits(options)), nextRequestId };
  const services: LocalService[] = [
    createRestJsonService({
      ...common,
      signingName: 'mediaconnect',
      operations: operations().mediaConnect,
      handlers: mediaConnectHandlers(context),
    }),
    createRestJsonService({
      ...common,
      signingName: 'medialive',
      operations: operations().mediaLive,
      handlers: mediaLiveHandlers(context, alerts),
    }),
    withOrigin(
      context,
      createRestJsonService({
        ...common,
        signingName: 'mediapackage',
        operations: operations().mediaPackage,
        handlers: mediaPackageHandlers(context),
      }),
    ),
    createCloudWatchService(metrics, common),
    createCloudWatchLogsService(logs),
    createSecretsManager(context),
  ];
  return {
    services,
    restore: () => restore(context),
    disturbChannel: (channelId) => {
      const channel = findChannel(context, channelId);
      command(context, channelId, () => context.engine.stopChannel(channelId));
      recoverChannel(context, channel);
    },
    async close() {
      context.closed = true;
      context.images.remove();
      unsubscribe();
      await Promise.allSettled(context.commands.values());
      await Promise.allSettled([context.store.saved?.()]);
    },
  };
}

/** Delays the response to a call that changes something until the change is durable. */
function untilSaved({ saved }: StateStore, around: AroundOperation | undefined): AroundOperation | undefined {
  if (!saved) return around;
  const keep: AroundOperation = async ({ operation }, proceed) => {
    const result = await proceed();
    if (!/^(Describe|List|Get)/.test(operation)) await saved();
    return result;
  };
  return around ? (call, proceed) => around(call, () => keep(call, proceed)) : keep;
}

/** Puts AWS's request rates in front of the fault hook, where they are enabled. */
function withRateLimits({ clock, hooks, isRateLimited }: MediaServicesOptions): AroundOperation | undefined {
  if (!isRateLimited) return hooks?.around;
  const requireRate = createRateLimits(clock);
  return async (call, proceed) => {
    requireRate(call);
    return hooks?.around ? hooks.around(call, proceed) : proceed();
  };
}

/**
 * Adds the origin to MediaPackage. Players use the same address as callers, so endpoint URLs contain the callers'
 * address.
 */
function withOrigin(context: MediaContext, service: LocalService): LocalService {
  return {
    signingName: service.signingName,
    async handle(request) {
      const { origin, pathname } = new URL(request.url);
      if (isOriginPath(pathname)) return serveOrigin(context, request);
      context.originUrl = origin;
      return service.handle(request);
    },
  };
}

/** A directory for this run of the product, made when it is needed: each start writes its images again. */
function createImages(): MediaContext['images'] {
  let directory: string | null = null;
  return {
    directory: () => (directory ??= mkdtempSync(join(tmpdir(), 'sluice-images-'))),
    remove() {
      if (directory !== null) rmSync(directory, { recursive: true, force: true });
    },
  };
}

function makeContext(options: MediaServicesOptions): MediaContext {
  const state = loadMediaState(options.store.load());
  return {
    state,
    clock: options.clock,
    engine: options.engine,
    harvester: options.harvester ?? noHarvester,
    durations: { ...DURATIONS[options.profile], ...options.durations },
    quotas: { ...QUOTAS[options.profile], ...options.quotas },
    hooks: options.hooks ?? {},
    identifiers: createIdentifiers(state, options.idSeed ?? ''),
    store: options.store,
    events: options.events,
    nextEventId: createTransientIds(`${options.idSeed ?? ''}:event`, options.clock.now()),
    originUrl: '',
    listenHost: options.listenHost,
    objects: options.objects ?? { get: () => null, hasBucket: () => false },
    images: createImages(),
    arrivals: {
      flows: arriveFlow,
      inputSecurityGroups: arriveGroup,
      inputs: arriveInput,
      channels: arriveChannel,
      harvestJobs: arriveHarvestJob,
    },
    commands: new Map(),
    fedAddresses: new Map(),
    calledReceivers: new Map(),
    closed: false,
  };
}

const TRANSITION_KINDS: readonly TransitionKind[] = [
  'flows',
  'inputSecurityGroups',
  'inputs',
  'channels',
  'harvestJobs',
];

/** Resumes every resource after a restart; on AWS, too, resources outlive their callers. */
async function restore(context: MediaContext): Promise<void> {
  forgetTombstones(context);
  for (const flow of Object.values(context.state.flows)) {
    if (flow.status === 'ACTIVE' || flow.status === 'UPDATING') commandStart(context, flow);
    // It failed for a local reason, such as a port or a secret, that the restart may have fixed.
    if (flow.status === 'ERROR') startFlow(context, { FlowArn: flow.id });
  }
  for (const channel of Object.values(context.state.channels)) {
    if (channel.state === 'RUNNING') runChannel(context, channel);
  }
  for (const job of Object.values(context.state.harvestJobs)) {
    if (job.status === 'IN_PROGRESS') runHarvestJob(context, job);
  }
  commit(context);
  for (const kind of TRANSITION_KINDS) {
    for (const resource of Object.values(context.state[kind])) armTransition(context, kind, resource);
  }
  armSchedules(context);
  await Promise.all(context.commands.values());
}
