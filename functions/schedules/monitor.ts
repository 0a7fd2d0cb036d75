import { listSetAlerts, listChannels } from '../aws/channel.ts';
import type { AwsDeps } from '../aws/clients.ts';
import {
  getContentQuality,
  getEngineAnalysis,
  toQuality,
  UNKNOWN_QUALITY,
  type ContentQuality,
} from '../aws/content-quality.ts';
import { putObservation } from '../aws/destination-table.ts';
import { describeSourceMedia, isFlowUp, observeFlow, type FlowView, type SourceMedia } from '../aws/flow.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import {
  backupSubject,
  getDeliverySeries,
  getSourceMetrics,
  newest,
  outputMetrics,
  total,
  type ChannelMetric,
  type DeliverySeries,
  type MetricsRequest,
  type SourceMetrics,
} from '../aws/metrics.ts';
import { OUTPUT_GROUP_NAMES } from '../aws/names.ts';
import { getSourceObservation, putSourceObservation, type SourceObservation } from '../aws/source-table.ts';
import type { Destination, Observation, PipelineFigures, SourcePicture } from '../domain/destination.ts';
import { followRate } from '../domain/frame-rate.ts';
import { HEALTH_REASONS, type HealthCode, type HealthLevel } from '../domain/health-reasons.ts';
import type { SourceSeen } from '../domain/incident-signals.ts';
import { healthOf, observationOfThisRun, withHealthSince } from '../domain/health.ts';
import { kindOf } from '../domain/destination-kind.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { outputAlerts } from '../domain/output-alerts.ts';
import { flowStoppedLine, SOURCE_OWNER, sourceLineOf } from '../domain/source-timeline.ts';
import { withLostConnections } from '../domain/lost-connections.ts';
import { feedWarnings, sourceWarnings } from '../domain/source-warnings.ts';
import { usualBitrate } from '../domain/usual-bitrate.ts';
import { healthEvents, sourceEvents } from '../domain/destination-events.ts';
import { publishQuietly, type PublishDeps } from '../notify/publish-event.ts';
import { isFiguresDue } from './figures-due.ts';
import { withFeed } from '../domain/recorded-run.ts';
import type { MonitorOutcome } from './counted-log-lines.ts';

/**
 * The stream monitor: reads every running destination and the source, and stores what it observes. It changes nothing
 * in AWS and decides nothing. One run costs one list of channels, one or a few calls for metrics, and one ListAlerts
 * per running channel, whatever their health.
 */
export interface MonitorDeps extends AwsDeps<
  'cloudWatch' | 'mediaConnect' | 'mediaLive' | 'sfn' | 'table',
  'declaredInput' | 'deliveryMachineArn' | 'flowArn' | 'isSourceAnalysed' | 'tableName'
> {
  now: () => Date;
  logger: PublishDeps['logger'];
  /** How far back metrics are read, and their period: minutes on AWS, seconds on one machine. */
  windowSeconds: number;
  periodSeconds: number;
  /** Metrics read on every run, and those read every `figuresEverySeconds`: CloudWatch bills each requested metric. */
  everyRun: readonly ChannelMetric[];
  figures: readonly ChannelMetric[];
  figuresEverySeconds: number;
  /** How often the feed's format is read, for which MediaConnect is asked once more. */
  mediaEverySeconds: number;
  /** How often the analysis of the content is read while nothing is wrong. An event of MediaConnect does not wait. */
  contentEverySeconds: number;
  /** True on one machine, whose media engine analyses what MediaConnect does not. */
  hasEngine: boolean;
  /** Beyond this much time between two observations of a run, its health in between is recorded as unknown. */
  unobservedAfterSeconds: number;
}

/** Stays below MediaLive's burst limit per account, and is fast enough that the last of fifty is read in time. */
const READS_AT_ONCE = 8;

/** What was observed, and the failure of what could not be. */
export interface MonitorReport {
  outcome: MonitorOutcome;
  source: SourceSeen;
  /** The newest observations by destination. */
  observations: ReadonlyMap<string, Observation>;
  failure: unknown;
}

/** Observes the source, and those of the records whose status is running. */
export async function observeRecords(deps: MonitorDeps, records: readonly Destination[]): Promise<MonitorReport> {
  const running = records.filter((record) => record.status === 'running');
  const window = { now: deps.now(), windowSeconds: deps.windowSeconds, periodSeconds: deps.periodSeconds };
  const reading = observeFlow(deps);
  if (running.length === 0) {
    const source = await observeSource(deps, window, await reading);
    return { outcome: toOutcome([], []), source, observations: new Map(), failure: undefined };
  }
  const [flow, channels, series, source] = await Promise.all([
    reading,
    listChannels(deps),
    getDeliverySeries(
      deps,
      running.flatMap((record) => toRequest(deps, record, window.now)),
      window,
    ),
    reading.then((seen) => observeSource(deps, window, seen)),
  ]);
  const states = new Map(channels.map((channel) => [channel.channelId, channel.state]));
  // Stamped with the time before the reads, however long the rest of the run takes.
  const listed: Listed = {
    now: window.now,
    flow,
    states,
    series,
    sourceConnected: source.connected ?? null,
    sourceBitrateBps: source.bitrateBps ?? null,
    sourcePicture: source.picture ?? null,
  };
  const seen: Look[] = [];
  let failure: unknown;
  for (let index = 0; index < running.length; index += READS_AT_ONCE) {
    const group = running.slice(index, index + READS_AT_ONCE);
    for (const result of await Promise.allSettled(group.map((record) => lookAt(deps, record, listed)))) {
      if (result.status === 'rejected') failure = result.reason;
      else seen.push(result.value);
    }
  }
  const observations = new Map(seen.map(({ record, observation }) => [record.destinationId, observation]));
  // A destination that cannot be read does not prevent the others from being observed, but the caller gets its error.
  return { outcome: toOutcome(running, seen), source, observations, failure };
}

function toRequest(deps: MonitorDeps, record: Destination, now: Date): MetricsRequest[] {
  const isDue = isFiguresDue(record, now, deps.figuresEverySeconds);
  const { channel, flowOutput } = record.held;
  if (kindOf(record) === 'srt') {
    if (!flowOutput) return [];
    return [{ flowOutputArn: flowOutput.flowOutputArn, metrics: isDue ? outputMetrics() : ['activeOutputs'] }];
  }
  if (!channel) return [];
  const metrics = isDue ? [...deps.everyRun, ...deps.figures] : deps.everyRun;
  const outputGroupName = isPrimary(record) ? OUTPUT_GROUP_NAMES.package : OUTPUT_GROUP_NAMES.rtmp;
  const main: MetricsRequest = { channelId: channel.channelId, outputGroupName, metrics };
  return channel.channelClass === 'STANDARD' ? [main, { ...main, pipelineId: '1' }] : [main];
}

/** Reads and stores the source's metrics, of which there are none while the flow does not run. */
async function observeSource(
  deps: MonitorDeps,
  window: { now: Date; windowSeconds: number; periodSeconds: number },
  flow: FlowView | null,
): Promise<SourceSeen> {
  if (!flow || !isFlowUp(flow)) {
    await noteFlowStopped(deps, window.now);
    return { isFlowUp: false };
  }
  const [metrics, before] = await Promise.all([getSourceMetrics(deps, window), getSourceObservation(deps)]);
  const observedAt = window.now.toISOString();
  const lostSince = metrics.connected === false ? (before?.lostSince ?? lostAt(metrics, window)) : null;
  const elapsedSeconds = before ? (window.now.getTime() - Date.parse(before.observedAt)) / 1000 : 0;
  const observation: SourceObservation = {
    ...metrics,
    observedAt,
    lostSince,
    usualBitrateBps: usualBitrate(before?.usualBitrateBps ?? null, metrics.bitrateBps, elapsedSeconds),
    ...(await examineFeed(deps, metrics, before, window.now)),
    ...(metrics.connected === false
      ? UNKNOWN_QUALITY
      : await examineContent(deps, window, before, metrics.connectedSince)),
  };
  const written = await putSourceObservation(deps, observation);
  // The replaced observation decides, so only one of several concurrent monitors records the change.
  const entry = written && sourceLineOf(written.replaced, observation);
  if (entry) await putTimelineEntry(deps, SOURCE_OWNER, entry, 0);
  await publishQuietly(deps, sourceEvents(before, { connected: metrics.connected ?? null, observedAt }));
  return { isFlowUp: true, ...observation };
}

/** Reads what is wrong with picture and sound; the former answer while it is not due and nothing is wrong. */
async function examineContent(
  deps: MonitorDeps,
  window: { now: Date; windowSeconds: number; periodSeconds: number },
  before: SourceObservation | null,
  connectedSince: string | null,
): Promise<ContentQuality & Pick<SourceObservation, 'contentAt'>> {
  const ageMs = before?.contentAt === undefined ? Infinity : window.now.getTime() - Date.parse(before.contentAt);
  const isWrong = before?.black || before?.frozen || before?.silent;
  if (!isWrong && ageMs >= 0 && ageMs < deps.contentEverySeconds * 1000) {
    const { contentAt, black = null, frozen = null, silent = null } = before!;
    return { ...UNKNOWN_QUALITY, contentAt, black, frozen, silent };
  }
  const quality = keepBeginnings(await readQuality(deps, window, connectedSince), before);
  return { ...quality, contentAt: window.now.toISOString() };
}

/** Reads MediaConnect's analysis; the engine's where MediaConnect has none, as of a flow with many outputs. */
async function readQuality(
  deps: MonitorDeps,
  window: { now: Date; windowSeconds: number; periodSeconds: number },
  connectedSince: string | null,
): Promise<ContentQuality> {
  if (!deps.deployment.isSourceAnalysed) return UNKNOWN_QUALITY;
  const quality = await getContentQuality(deps, window, connectedSince);
  const isReported = quality.black !== null || quality.frozen !== null || quality.silent !== null;
  return isReported || !deps.hasEngine ? quality : toQuality(await getEngineAnalysis(deps, window.now), window.now);
}

/** A fault that began before the window, or was read later than it was seen first, keeps its first beginning. */
function keepBeginnings(quality: ContentQuality, before: SourceObservation | null): ContentQuality {
  const since = (fault: 'black' | 'frozen' | 'silent') => {
    const key = `${fault}Since` as const;
    return quality[fault] && before?.[fault] && before[key] ? before[key] : quality[key];
  };
  return { ...quality, blackSince: since('black'), frozenSince: since('frozen'), silentSince: since('silent') };
}

/** Returns by when the encoder was certainly gone: the end of the first period without it, or else the observation. */
function lostAt(
  { connectedSince }: SourceMetrics,
  { now, periodSeconds }: { now: Date; periodSeconds: number },
): string {
  const endMs = connectedSince === null ? Infinity : Date.parse(connectedSince) + periodSeconds * 1000;
  return new Date(Math.min(endMs, now.getTime())).toISOString();
}

/** Records once that a flow that was observed runs no longer, so that its last state does not count any further. */
async function noteFlowStopped(deps: MonitorDeps, now: Date): Promise<void> {
  const last = await getSourceObservation(deps);
  if (!last || last.flowStoppedAt !== undefined) return;
  const flowStoppedAt = now.toISOString();
  const written = await putSourceObservation(deps, { ...last, flowStoppedAt });
  if (!written || written.replaced?.flowStoppedAt !== undefined) return;
  await putTimelineEntry(deps, SOURCE_OWNER, flowStoppedLine(flowStoppedAt), 0);
}

/** Reads whether the feed has sound and a format that destinations take; the former answer while it is not due. */
async function examineFeed(
  deps: MonitorDeps,
  { connected, connectedSince }: SourceMetrics,
  before: SourceObservation | null,
  now: Date,
): Promise<Pick<SourceObservation, 'mediaAt' | 'hasAudio' | 'formatProblem' | 'picture'>> {
  const known = pictureOf(null, before);
  // Without figures yet, the format is the first that is known of a feed.
  if (connected === false) return known;
  const ageMs = before?.mediaAt === undefined ? Infinity : now.getTime() - Date.parse(before.mediaAt);
  if (ageMs >= 0 && ageMs < deps.mediaEverySeconds * 1000) {
    const { mediaAt, hasAudio, formatProblem } = before!;
    return { mediaAt, hasAudio, formatProblem, ...known };
  }
  const media = await describeSourceMedia(deps);
  const connectedSeconds = connectedSince === null ? null : (now.getTime() - Date.parse(connectedSince)) / 1000;
  const problems = [
    ...sourceWarnings(media?.video ?? null, deps.deployment.declaredInput),
    ...feedWarnings({ media, connectedSeconds, messages: [] }),
  ];
  return {
    mediaAt: now.toISOString(),
    hasAudio: media === null ? null : media.audio !== null,
    formatProblem: problems[0]?.detail ?? null,
    ...pictureOf(media, before),
  };
}

/** Returns the picture just read; without one, the last that is known. */
function pictureOf(media: SourceMedia | null, before: SourceObservation | null): Pick<SourceObservation, 'picture'> {
  const { width, height, framesPerSecond } = media?.video ?? {};
  const rate = followRate(framesPerSecond, before?.picture?.framesPerSecond);
  if (!width || !height || rate === null) return before?.picture ? { picture: before.picture } : {};
  return { picture: { width, height, framesPerSecond: rate } };
}

/** The lists of all channels and metrics, and when they were requested. */
interface Listed {
  now: Date;
  flow: FlowView | null;
  states: ReadonlyMap<string, string>;
  series: ReadonlyMap<string, DeliverySeries>;
  sourceConnected: boolean | null;
  sourceBitrateBps: number | null;
  sourcePicture: SourcePicture | null;
}

async function lookAt(deps: MonitorDeps, record: Destination, listed: Listed): Promise<Look> {
  const seen = kindOf(record) === 'srt' ? observeOutput(record, listed) : await observeChannelOf(deps, record, listed);
  const observation: Observation = {
    observedAt: listed.now.toISOString(),
    ...seen,
    ...optional('sourcePicture', listed.sourcePicture),
    ...figuresOf(deps, record, listed),
    ...backupOf(deps, record, listed),
  };
  const previous = observationOfThisRun(record);
  const judged = withLostConnections(withHealthSince(observation, previous), previous);
  const next = withFeed(judged, record, listed.sourceBitrateBps);
  const written = await putObservation(deps, record.destinationId, { observation: next, now: deps.now() });
  const isGap = previous !== null && secondsBetween(previous, next) > deps.unobservedAfterSeconds;
  if (written && isGap) await noteGap(deps, record, previous);
  // The monitor compares the new value with the one it replaces, so only one of several concurrent monitors notes it.
  if (written && (isGap || isNews(written.replaced, next))) await noteHealth(deps, record, next, previous);
  return { record, observation: next };
}

type Seen = Pick<Observation, 'alerts' | 'channelState' | 'sourceConnected'>;

async function observeChannelOf(deps: MonitorDeps, { held }: Destination, listed: Listed): Promise<Seen> {
  const channelId = held.channel?.channelId ?? '';
  const channelState = listed.states.get(channelId);
  const alerts = channelState === undefined ? [] : await listSetAlerts(deps, channelId);
  return {
    channelState: channelState ?? 'DELETED',
    alerts,
    ...optional('sourceConnected', listed.sourceConnected),
  };
}

/** Reads what the flow says about an SRT output. A flow that is off sends nothing. */
function observeOutput({ held }: Destination, { flow, now, sourceConnected }: Listed): Seen {
  const name = held.flowOutput?.flowOutputName ?? '';
  const isUp = flow !== null && isFlowUp(flow);
  return {
    alerts: outputAlerts(flow?.errors ?? [], name, now),
    ...optional('sourceConnected', isUp ? sourceConnected : false),
  };
}

function isNews(before: Observation | null, next: Observation): boolean {
  if (before?.healthCode !== next.healthCode) return true;
  const levelOf = (observation: Observation) => healthOf({ status: 'running', observation }).level;
  return levelOf(before!) !== levelOf(next);
}

/** One destination with its observation. */
interface Look {
  record: Destination;
  observation: Observation;
}

function toOutcome(running: Destination[], seen: Look[]): MonitorOutcome {
  const levels = seen.map(({ record, observation }) => ({
    isOnAir: !isPrimary(record),
    level: healthOf({ status: 'running', observation }).level,
  }));
  return {
    running: running.length,
    onAir: running.filter((record) => !isPrimary(record)).length,
    waiting: levels.filter(({ isOnAir, level }) => isOnAir && level === 'waiting_for_source').length,
    alerts: seen.reduce((sum, { observation }) => sum + observation.alerts.length, 0),
    down: levels.filter(({ level }) => level === 'down').length,
  };
}

const secondsBetween = (one: Observation, other: Observation) =>
  (Date.parse(other.observedAt) - Date.parse(one.observedAt)) / 1000;

/** Records a change of health on the timeline with its reason, so it can be explained after the show. */
async function noteHealth(
  deps: MonitorDeps,
  record: Destination,
  observation: Observation,
  previous: Observation | null,
): Promise<void> {
  const { code, level, detail } = healthOf({ status: 'running', observation });
  const health = { at: observation.observedAt, code, level, detail };
  await putHealth(deps, record, health);
  const before = previous && healthOf({ status: 'running', observation: previous }).level;
  await publishQuietly(deps, healthEvents(record, before, health));
}

/** Records that the destination was not observed for a while. What was good before may not have lasted. */
async function noteGap(deps: MonitorDeps, record: Destination, last: Observation): Promise<void> {
  const at = new Date(Date.parse(last.observedAt) + 1000).toISOString();
  const { level } = HEALTH_REASONS.not_observed;
  await putHealth(deps, record, { at, code: 'not_observed', level, detail: 'the monitor did not run' });
}

async function putHealth(
  deps: MonitorDeps,
  record: Destination,
  { at, code, level, detail }: { at: string; code: HealthCode; level: HealthLevel; detail: string },
): Promise<void> {
  const entry = { at, actor: 'monitor', kind: 'health' as const, detail, code, level };
  await putTimelineEntry(deps, record, entry, record.writeCount);
}

const FIGURES = [
  'bitrateBps',
  'fillMs',
  'framesPerSecond',
  'wantedFramesPerSecond',
  'droppedFrames',
  'unsentFrames',
  'reconnects',
  'resentPercent',
  'roundTripMs',
  'figuresAt',
] as const satisfies (keyof Observation)[];

/** Returns the figures of this run: read now, or carried over when they are not due. */
function figuresOf(deps: MonitorDeps, record: Destination, { now, series }: Listed): Partial<Observation> {
  const { channel, flowOutput } = record.held;
  const read = series.get(channel?.channelId ?? flowOutput?.flowOutputArn ?? '');
  const activeOutputs = read && newest(read.activeOutputs);
  const delivery = optional('activeOutputs', activeOutputs);
  if (!isFiguresDue(record, now, deps.figuresEverySeconds)) {
    const before = record.observation;
    const kept = FIGURES.map((figure) => optional(figure, before?.[figure]));
    return Object.assign({}, delivery, ...kept) as Partial<Observation>;
  }
  if (!read) return delivery;
  return {
    ...delivery,
    figuresAt: now.toISOString(),
    ...pipelineFigures(read, (activeOutputs ?? 0) > 0),
    ...optional('wantedFramesPerSecond', newest(read.wantedFramesPerSecond)),
    ...optional('droppedFrames', total(read.droppedFrames)),
    ...optional('resentPercent', shareOf(total(read.resentPackets), total(read.sentPackets))),
    ...optional('roundTripMs', newest(read.roundTripMs)),
  };
}

/** Returns the figures of the second pipeline, read now or carried over as those of the first; none without one. */
function backupOf(deps: MonitorDeps, record: Destination, { now, series }: Listed): Pick<Observation, 'backup'> {
  const { channel } = record.held;
  if (channel?.channelClass !== 'STANDARD') return {};
  const read = series.get(backupSubject(channel.channelId));
  const activeOutputs = read && newest(read.activeOutputs);
  const delivery = optional('activeOutputs', activeOutputs);
  if (!isFiguresDue(record, now, deps.figuresEverySeconds)) {
    return { backup: { ...record.observation?.backup, activeOutputs: undefined, ...delivery } };
  }
  return { backup: read ? { ...delivery, ...pipelineFigures(read, (activeOutputs ?? 0) > 0) } : delivery };
}

/** Returns the figures that every pipeline has. */
function pipelineFigures(read: DeliverySeries, isWritten: boolean): PipelineFigures {
  return {
    // MediaLive's NetworkOut is never zero, so it means nothing unless an output is being written.
    ...optional('bitrateBps', isWritten ? newest(read.bitrateBps) : null),
    ...optional('fillMs', newest(read.fillMs)),
    ...optional('framesPerSecond', newest(read.outputFramesPerSecond) ?? newest(read.inputFramesPerSecond)),
    ...optional('unsentFrames', total(read.unsentFrames)),
    ...optional('reconnects', total(read.reconnects)),
  };
}

/** Returns a share in percent, to one decimal; null when it is unknown. */
function shareOf(part: number | null, whole: number | null): number | null {
  return part === null || whole === null || whole === 0 ? null : Math.round((part / whole) * 1000) / 10;
}

/** Leaves out a figure that was not reported, which is not the same as zero. */
function optional<Key extends keyof Observation>(key: Key, value: Observation[Key] | null | undefined) {
  return value === null || value === undefined ? {} : ({ [key]: value } as Pick<Observation, Key>);
}
