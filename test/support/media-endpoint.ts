/** A media endpoint for tests: real HTTP in front of an engine that only records its commands. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { MediaConnectClient } from '@aws-sdk/client-mediaconnect';
import { MediaLiveClient } from '@aws-sdk/client-medialive';
import { MediaPackageClient } from '@aws-sdk/client-mediapackage';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { serve } from '@hono/node-server';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../infra/local/host/clock.ts';
import { systemClock } from '../../infra/local/host/clock.ts';
import type { AwsEvent } from '../../infra/local/endpoints/wire/local-service.ts';
import type { StateStore } from '../../infra/local/host/state-store.ts';
import { LOCAL_REGION } from '../../infra/local/endpoints/wire/local-service.ts';
import { createMemoryStore } from '../../infra/local/host/state-store.ts';
import type {
  ChannelRun,
  EngineReport,
  FlowSource,
  MediaEngine,
  SlateImage,
  SrtReceiver,
} from '../../infra/local/engine/contract.ts';
import { createIdleEngine } from '../../infra/local/engine/contract.ts';
import type { MediaServices, MediaServicesOptions } from '../../infra/local/endpoints/media-services.ts';
import { createMediaServices } from '../../infra/local/endpoints/media-services.ts';

/** An engine that records its commands. */
export interface RecordingEngine extends MediaEngine {
  flows: Map<string, FlowSource>;
  feeds: Map<string, string[]>;
  callers: Map<string, SrtReceiver[]>;
  channels: Map<string, ChannelRun>;
  /** The images over the channels' outputs. */
  covers: Map<string, SlateImage>;
  /** Every command in order: `startChannel 1000003`. */
  log: string[];
  /** Sends a report to the listeners. */
  send(report: Partial<EngineReport>): void;
}

/** Creates an engine that moves no media and records every command. */
export function makeRecordingEngine(): RecordingEngine {
  const listeners = new Set<(report: EngineReport) => void>();
  let latest: EngineReport = { atMs: 0, sources: [], channels: [], callers: [] };
  const engine: RecordingEngine = {
    ...createIdleEngine(),
    flows: new Map(),
    feeds: new Map(),
    callers: new Map(),
    channels: new Map(),
    covers: new Map(),
    log: [],
    async startFlow(source) {
      engine.log.push(`startFlow ${source.flowArn}`);
      engine.flows.set(source.flowArn, source);
    },
    async stopFlow(flowArn) {
      engine.log.push(`stopFlow ${flowArn}`);
      engine.flows.delete(flowArn);
      engine.feeds.delete(flowArn);
    },
    async setFlowOutputs(flowArn, addresses) {
      engine.log.push(`setFlowOutputs ${flowArn} ${addresses.join(' ')}`);
      engine.feeds.set(flowArn, addresses);
    },
    async setFlowCallers(flowArn, callers) {
      engine.log.push(
        `setFlowCallers ${flowArn} ${callers.map(({ address, port }) => `${address}:${port}`).join(' ')}`,
      );
      engine.callers.set(flowArn, callers);
    },
    async startChannel(run) {
      engine.log.push(`startChannel ${run.channelId}`);
      engine.channels.set(run.channelId, run);
    },
    async stopChannel(channelId) {
      engine.log.push(`stopChannel ${channelId}`);
      engine.channels.delete(channelId);
      engine.covers.delete(channelId);
    },
    async coverChannel(channelId, image) {
      engine.log.push(`coverChannel ${channelId} ${image?.kind ?? 'none'}`);
      if (image) engine.covers.set(channelId, image);
      else engine.covers.delete(channelId);
    },
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    report: () => latest,
    send(report) {
      latest = { ...latest, ...report };
      for (const listener of listeners) listener(latest);
    },
  };
  return engine;
}

/** A clock that moves only on `advance`. */
export interface ManualClock extends Clock {
  /** Advances the time, fires due timers, and waits until the endpoints have processed them. */
  advance(byMs: number): Promise<void>;
}

/** Creates a clock at the given time. */
export function makeManualClock(startMs = Date.parse('2026-06-01T12:00:00Z')): ManualClock {
  let nowMs = startMs;
  let timers: { dueMs: number; action: () => void }[] = [];
  return {
    now: () => nowMs,
    after(delayMs, action) {
      const timer = { dueMs: nowMs + delayMs, action };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(byMs) {
      const untilMs = nowMs + byMs;
      for (;;) {
        const next = timers
          .filter((timer) => timer.dueMs <= untilMs)
          .sort((left, right) => left.dueMs - right.dueMs)[0];
        if (next === undefined) break;
        timers = timers.filter((other) => other !== next);
        nowMs = Math.max(nowMs, next.dueMs);
        next.action();
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = untilMs;
    },
  };
}

/** A listening endpoint, and real SDK clients connected to it. */
export interface MediaEndpoint {
  media: MediaServices;
  engine: RecordingEngine;
  store: StateStore;
  events: AwsEvent[];
  url: string;
  mediaConnect: MediaConnectClient;
  mediaLive: MediaLiveClient;
  mediaPackage: MediaPackageClient;
  cloudWatch: CloudWatchClient;
  secretsManager: SecretsManagerClient;
  close(): Promise<void>;
}

/** Starts an endpoint on an ephemeral loopback port. The clients do not retry. */
export async function startMediaEndpoint(options: Partial<MediaServicesOptions> = {}): Promise<MediaEndpoint> {
  const engine = (options.engine ?? makeRecordingEngine()) as RecordingEngine;
  const store = options.store ?? createMemoryStore();
  const events: AwsEvent[] = [];
  const media = createMediaServices({
    clock: systemClock,
    profile: 'instant',
    events: { put: (event) => events.push(event) },
    ...options,
    engine,
    store,
  });
  await media.restore();
  const answer = async (request: Request): Promise<Response> => {
    const credential = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.get('authorization') ?? '');
    const name = new URL(request.url).pathname.startsWith('/out/v1/') ? 'mediapackage' : credential?.[1];
    const service = media.services.find((other) => other.signingName === name);
    return service === undefined ? new Response('unsigned', { status: 403 }) : service.handle(request);
  };
  const server = serve({ fetch: answer, port: 0, hostname: '127.0.0.1' });
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    endpoint: url,
    region: LOCAL_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const clients = {
    mediaConnect: new MediaConnectClient(config),
    mediaLive: new MediaLiveClient(config),
    mediaPackage: new MediaPackageClient(config),
    cloudWatch: new CloudWatchClient(config),
    secretsManager: new SecretsManagerClient(config),
  };
  return {
    media,
    engine,
    store,
    events,
    url,
    ...clients,
    async close() {
      for (const client of Object.values(clients)) client.destroy();
      await media.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
