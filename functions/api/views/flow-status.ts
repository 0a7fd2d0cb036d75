import {
  FLOW_OUTPUTS_MAX,
  describeSourceMedia,
  isFlowUp,
  observeFlow,
  type FlowSourceView,
  type FlowView,
  type SourceMedia,
} from '../../aws/flow.ts';
import {
  getEngineAnalysis,
  UNKNOWN_QUALITY,
  type ContentQuality,
  type EngineAnalysis,
} from '../../aws/content-quality.ts';
import { getSourceCoding, getSourceMetrics, getTrackLanguages, type SourceMetrics } from '../../aws/flow-metrics.ts';
import { getListenerMetrics, withEarlierSightings, type ListenerMetrics } from '../../aws/listener-metrics.ts';
import { getSourceObservation } from '../../aws/source-table.ts';
import { findHlsUrl } from '../../aws/package-channel.ts';
import { whyNotAnalysed } from '../../domain/analysis-state.ts';
import { PRIMARY_DESTINATION_ID } from '../../domain/destination.ts';
import { AppError, errorName } from '../../domain/errors.ts';
import { toSrtUrl } from '../../domain/srt-address.ts';
import { codingWarnings, feedWarnings, sourceWarnings, type Warning } from '../../domain/source-warnings.ts';
import { describeCoding, type CodingNumbers } from '../../domain/video-coding.ts';
import type { ApiDeps } from '../api-deps.ts';
import { memoize, type Memo } from '../../domain/memoize.ts';
import type { FlowStatusResource } from '../schemas/flow.ts';

/** The playlist's URL changes only with a deployment. */
const HLS_URL_KEPT_MS = 300_000;
/** SRT's default, used when the flow does not set a latency. */
const LATENCY_MS_DEFAULT = 120;
const STATUSES = ['STANDBY', 'ACTIVE', 'UPDATING', 'DELETING', 'STARTING', 'STOPPING', 'ERROR'] as const;

/** One observation of the flow and its source. */
export interface FlowLook {
  flow: FlowView;
  media: SourceMedia | null;
  metrics: SourceMetrics;
  /** What MediaConnect found in the content, as the monitor read it. */
  quality: ContentQuality;
  /** What arrives at each source; empty without a backup. */
  listeners: ListenerMetrics[];
  /** What this machine's engine found; null on AWS, and while the analysis is off. */
  engine: EngineAnalysis | null;
  /** Null where it is not reported, as on AWS. */
  coding: CodingNumbers | null;
  /** By the place of the audio track; empty where they are not reported. */
  languages: (string | null)[];
  hlsUrl: string | null;
  /** Start of the source's state, from this process or the metrics; null when neither saw the change. */
  since: string | null;
  observedAt: string;
}

const NO_METRICS: SourceMetrics = {
  connected: null,
  connectedSince: null,
  bitrateBps: null,
  continuityErrors: null,
  packetLossPercent: null,
  roundTripMs: null,
  jitterMs: null,
};

const NO_FIGURES = { metrics: NO_METRICS, quality: UNKNOWN_QUALITY, listeners: [] };

export type FlowLookMemo = Memo<FlowLook>;

/** Shares one observation among all pollers, because MediaConnect limits describe calls per account. */
export function createFlowLook(deps: ApiDeps): FlowLookMemo {
  const hlsUrl = memoize(
    { milliseconds: HLS_URL_KEPT_MS, now: deps.now, isKept: (url: string | null) => url !== null },
    () => findHlsUrl(deps),
  );
  // On AWS the monitor's observation is enough; CloudWatch is queried only while the monitor does not run.
  const freshFigures = memoize({ milliseconds: deps.source.figuresAgeMsMax, now: deps.now }, () =>
    getSourceMetrics(deps, { now: deps.now(), ...deps.metrics, periodSeconds: deps.source.periodSeconds }),
  );
  async function readFigures(flow: FlowView): Promise<Pick<FlowLook, 'metrics' | 'quality' | 'listeners'>> {
    const stored = await getSourceObservation(deps);
    const ageMs = stored ? deps.now().getTime() - Date.parse(stored.observedAt) : Infinity;
    const isFresh = stored !== null && ageMs >= 0 && ageMs < deps.source.figuresAgeMsMax;
    if (isFresh) {
      return { metrics: stored, quality: { ...UNKNOWN_QUALITY, ...stored }, listeners: stored.listeners ?? [] };
    }
    const window = { now: deps.now(), ...deps.metrics, periodSeconds: deps.source.periodSeconds };
    const [metrics, listeners] = await Promise.all([freshFigures.get(), getListenerMetrics(deps, flow, window)]);
    return { metrics, quality: UNKNOWN_QUALITY, listeners: withEarlierSightings(listeners, stored?.listeners) };
  }
  let seen: { state: string; since: string | null } | null = null;

  /** Returns a fallback when an optional part of the status fails. */
  async function orElse<Value>(what: string, work: Promise<Value>, instead: Value): Promise<Value> {
    try {
      return await work;
    } catch (error) {
      deps.logger.warn('part of the flow status is missing', {
        what,
        error: errorName(error),
      });
      return instead;
    }
  }

  return memoize({ milliseconds: deps.source.lookKeptMs, now: deps.now }, async () => {
    const [flow, url] = await Promise.all([observeFlow(deps), orElse('preview', hlsUrl.get(), null)]);
    if (!flow) {
      throw new AppError('resource_missing', {
        detail: 'the flow does not exist',
        remedy: 'deploy the media source again',
      });
    }
    // A stopped flow has no metrics, and CloudWatch bills the query.
    const [media, { metrics, quality, listeners }, coding, languages, engine] = isFlowUp(flow)
      ? await Promise.all([
          orElse('media', describeSourceMedia(deps), null),
          orElse('metrics', readFigures(flow), NO_FIGURES),
          deps.embedded ? orElse('coding', getSourceCoding(deps, deps.now()), null) : null,
          deps.embedded ? orElse('languages', getTrackLanguages(deps, deps.now()), []) : [],
          deps.embedded && deps.deployment.isSourceAnalysed
            ? orElse('analysis', getEngineAnalysis(deps, deps.now()), null)
            : null,
        ])
      : [null, NO_FIGURES, null, [], null];
    const observedAt = deps.now().toISOString();
    const { state } = sourceStateOf(flow, metrics, media);
    if (seen?.state !== state) seen = { state, since: seen === null ? metrics.connectedSince : observedAt };
    const at = { since: seen.since, observedAt };
    return { flow, media, metrics, quality, listeners, engine, coding, languages, hlsUrl: url, ...at };
  });
}

/** Converts an observation to the API's resource. @param requestHost host name of the request, without its port */
export function toFlowStatusResource(deps: ApiDeps, look: FlowLook, requestHost: string): FlowStatusResource {
  const { flow, media, metrics } = look;
  const source = sourceStateOf(flow, metrics, media);
  const isConnected = source.state === 'connected';
  // Means over some seconds, rounded to the digits that are meaningful.
  const figure = (value: number | null, decimals: number) =>
    isConnected && value !== null ? Math.round(value * 10 ** decimals) / 10 ** decimals : null;
  return {
    flowArn: flow.flowArn,
    name: flow.name,
    status: STATUSES.find((status) => status === flow.status) ?? 'UNKNOWN',
    source: {
      ...source,
      since: look.since,
      bitrateBps: figure(metrics.bitrateBps, 0),
      continuityErrors: figure(metrics.continuityErrors, 0),
      packetLossPercent: figure(metrics.packetLossPercent, 2),
      roundTripMs: figure(metrics.roundTripMs, 1),
      jitterMs: figure(metrics.jitterMs, 1),
      video: isConnected && media?.video ? { ...media.video, ...describeCoding(look.coding, media.video.codec) } : null,
      audio: isConnected ? (media?.audio ?? null) : null,
      audioTracks: isConnected ? toTracks(look) : [],
      analysis: isConnected ? toAnalysis(deps, look) : null,
      warnings: isConnected ? warningsOf(deps, look) : [],
    },
    ingest: toIngest(deps, flow.ingest, requestHost),
    sources: flow.sources.map((each) => toSourceResource(deps, look, each, requestHost)),
    preferredSource: flow.preferred,
    preview: { hlsUrl: look.hlsUrl === null ? null : pathOf(look.hlsUrl), destinationId: PRIMARY_DESTINATION_ID },
    outputs: { used: flow.outputs.length, limit: FLOW_OUTPUTS_MAX },
    observedAt: look.observedAt,
  };
}

function toTracks({ media, languages }: FlowLook): FlowStatusResource['source']['audioTracks'] {
  return (media?.audioTracks ?? []).map((track, index) => ({ ...track, language: languages[index] ?? null }));
}

/** The engine knows each fault from its first second on; MediaConnect reports one after its threshold. */
function toAnalysis(
  deps: ApiDeps,
  { flow, quality, engine, observedAt }: FlowLook,
): NonNullable<FlowStatusResource['source']['analysis']> {
  const isReported = quality.black !== null || quality.frozen !== null || quality.silent !== null;
  const since = (seconds: number | null) =>
    seconds ? new Date(Date.parse(observedAt) - seconds * 1000).toISOString() : null;
  const isThere = (seconds: number | null) => (seconds === null ? null : seconds > 0);
  const faults = engine && {
    black: isThere(engine.blackSeconds),
    blackSince: since(engine.blackSeconds),
    frozen: isThere(engine.frozenSeconds),
    frozenSince: since(engine.frozenSeconds),
    silent: isThere(engine.silentSeconds),
    silentSince: since(engine.silentSeconds),
  };
  const { black, blackSince, frozen, frozenSince, silent, silentSince } = faults ?? quality;
  return {
    ...{ black, blackSince, frozen, frozenSince, silent, silentSince },
    loudness: engine?.loudness ?? null,
    notAnalysed: whyNotAnalysed({
      isOn: deps.deployment.isSourceAnalysed,
      engine: deps.embedded ? (engine?.state ?? null) : undefined,
      isReported,
      outputs: flow.outputs.length,
    }),
  };
}

function warningsOf(deps: ApiDeps, { flow, media, coding, since, observedAt }: FlowLook): Warning[] {
  const connectedSeconds = since === null ? null : (Date.parse(observedAt) - Date.parse(since)) / 1000;
  return [
    ...feedWarnings({ media, connectedSeconds, messages: flow.errors }),
    ...sourceWarnings(media?.video ?? null, deps.deployment.declaredInput),
    ...codingWarnings(coding),
  ];
}

function sourceStateOf(
  flow: FlowView,
  metrics: SourceMetrics,
  media: SourceMedia | null,
): Pick<FlowStatusResource['source'], 'state' | 'detail' | 'remedy'> {
  if (flow.status === 'ERROR') {
    return {
      state: 'failed',
      detail: `the flow has failed${flow.errors[0] ? `: ${flow.errors[0]}` : ''}`,
      remedy: 'stop the flow and start it again; if it fails again, check it in the MediaConnect console',
    };
  }
  if (flow.status === 'STARTING') return { state: 'off', detail: 'the flow is starting', remedy: '' };
  if (!isFlowUp(flow)) {
    const detail = flow.status === 'STANDBY' ? 'the flow is stopped' : `the flow is ${flow.status.toLowerCase()}`;
    return { state: 'off', detail, remedy: 'start the flow, then the encoder' };
  }
  // Metrics arrive late after a start; the media information is available sooner.
  if (metrics.connected ?? media !== null)
    return { state: 'connected', detail: 'the encoder is connected', remedy: '' };
  if (flow.errors[0]) {
    return {
      state: 'failed',
      detail: flow.errors[0],
      remedy: 'compare the encoder’s passphrase, latency and mode (caller) with those shown here',
    };
  }
  return {
    state: 'waiting',
    detail: 'no encoder is connected',
    remedy: 'point the encoder at the SRT URL shown here',
  };
}

/** Without its figures, the only source is the one in use, and of two it is unknown. */
function toSourceResource(
  deps: ApiDeps,
  { flow, listeners }: FlowLook,
  source: FlowSourceView,
  requestHost: string,
): FlowStatusResource['sources'][number] {
  const seen = listeners.find(({ role }) => role === source.role);
  const isOnly = flow.sources.length === 1;
  const figure = (value: number | null | undefined, decimals: number) =>
    seen?.connected && value !== null && value !== undefined
      ? Math.round(value * 10 ** decimals) / 10 ** decimals
      : null;
  return {
    role: source.role,
    isInUse: isOnly ? true : (seen?.isSelected ?? null),
    isConnected: seen?.connected ?? null,
    bitrateBps: figure(seen?.bitrateBps, 0),
    packetLossPercent: figure(seen?.packetLossPercent, 2),
    roundTripMs: figure(seen?.roundTripMs, 1),
    lastSeenAt: seen?.lastSeenAt ?? null,
    ingest: toIngest(deps, source, requestHost),
  };
}

function toIngest(deps: ApiDeps, ingest: FlowView['ingest'], requestHost: string): FlowStatusResource['ingest'] {
  const host = deps.ingestHost ?? (deps.embedded ? requestHost : (ingest.ip ?? requestHost));
  const port = ingest.port ?? 0;
  const latencyMs = ingest.latencyMs ?? LATENCY_MS_DEFAULT;
  const hint = ingest.encrypted ? { passphrase: '<your passphrase>' } : {};
  const srtUrl = toSrtUrl({ host, port, latencyMs, ...hint });
  return { protocol: ingest.protocol, host, port, latencyMs, encrypted: ingest.encrypted, srtUrl };
}

/** Returns the path, because the playlist is served from our own origin, whatever host packages it. */
function pathOf(url: string): string {
  const parsed = URL.parse(url, 'http://localhost');
  return parsed ? parsed.pathname + parsed.search : url;
}
