/**
 * The stream monitor: reads every running destination and the source, and stores what it observes. It changes nothing
 * in AWS and decides nothing. One run costs one list of channels, one or a few calls for metrics, and one ListAlerts
 * per running channel, whatever their health.
 */
import { listSetAlerts, listChannels } from '../aws/channel.ts';
import { putObservation } from '../aws/destination-table.ts';
import { isFlowUp, observeFlow, type FlowView } from '../aws/flow.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { getDeliverySeries, outputMetrics, type DeliverySeries, type MetricsRequest } from '../aws/metrics.ts';
import { OUTPUT_GROUP_NAMES } from '../aws/names.ts';
import { healthEvents } from '../domain/destination-events.ts';
import { kindOf } from '../domain/destination-kind.ts';
import type { Destination, Observation, SourcePicture } from '../domain/destination.ts';
import { HEALTH_REASONS, type HealthCode, type HealthLevel } from '../domain/health-reasons.ts';
import { healthOf, observationOfThisRun, withHealthSince } from '../domain/health.ts';
import type { SourceSeen } from '../domain/incident-signals.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { withLostConnections } from '../domain/lost-connections.ts';
import { withSource } from '../domain/observed-source.ts';
import { outputAlerts } from '../domain/output-alerts.ts';
import { withFeed } from '../domain/recorded-run.ts';
import { publishQuietly } from '../notify/publish-event.ts';
import type { MonitorOutcome } from './counted-log-lines.ts';
import { backupOf, figuresOf, optional } from './destination-figures.ts';
import { isFiguresDue } from './figures-due.ts';
import type { MonitorDeps } from './monitor-deps.ts';
import { observeSource } from './observe-source.ts';

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
  const read: Observation = {
    observedAt: listed.now.toISOString(),
    ...seen,
    ...optional('sourcePicture', listed.sourcePicture),
    ...figuresOf(deps, record, listed),
    ...backupOf(deps, record, listed),
  };
  const previous = observationOfThisRun(record);
  const observation = withSource(read, record, previous);
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
