import { listSetAlerts, listChannels } from '../aws/channel.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { listAllDestinations, putObservation } from '../aws/destination-table.ts';
import { putTimelineEntry } from '../aws/history-table.ts';
import { getChannelSeries, getSourceMetrics, newest, total, type ChannelSeries } from '../aws/metrics.ts';
import type { Destination, Observation } from '../domain/destination.ts';
import { healthOf, withHealthSince } from '../domain/health.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { withFeed } from '../domain/recorded-run.ts';
import type { MonitorOutcome } from './counted-lines.ts';

/**
 * The stream monitor: looks at every running destination and writes what it saw beside its record. It changes nothing
 * in AWS and decides nothing. One look costs one list of channels, one or a few calls for metrics, and one ListAlerts
 * per running channel, whatever is wrong.
 */
export interface MonitorDeps extends AwsDeps<'cloudWatch' | 'mediaLive' | 'table', 'flowArn' | 'tableName'> {
  now: () => Date;
  /** How far back metrics are looked at, and in which grain. Minutes on AWS, seconds on one machine. */
  windowSeconds: number;
  periodSeconds: number;
}

/** Below the burst MediaLive allows per account, and quick enough that the last of fifty is not seen late. */
const LOOKS_AT_ONCE = 8;

/** Observes all running destinations once. */
export async function observeDestinations(deps: MonitorDeps): Promise<MonitorOutcome> {
  return observeRecords(deps, await listAllDestinations(deps));
}

/** Observes once those of the records that run. */
export async function observeRecords(deps: MonitorDeps, records: readonly Destination[]): Promise<MonitorOutcome> {
  const running = records.filter((record) => record.status === 'running');
  if (running.length === 0) return toOutcome([], []);
  const channelIds = running.flatMap((record) => record.held.channel?.channelId ?? []);
  const window = { now: deps.now(), windowSeconds: deps.windowSeconds, periodSeconds: deps.periodSeconds };
  const [channels, series, source] = await Promise.all([
    listChannels(deps),
    getChannelSeries(deps, channelIds, window),
    getSourceMetrics(deps, window),
  ]);
  const states = new Map(channels.map((channel) => [channel.channelId, channel.state]));
  // As old as the oldest of what it says, however long the rest of the look takes.
  const listed: Listed = {
    now: window.now,
    states,
    series,
    sourceConnected: source.connected,
    sourceBitrateBps: source.bitrateBps,
  };
  const seen: Look[] = [];
  let failure: unknown;
  for (let index = 0; index < running.length; index += LOOKS_AT_ONCE) {
    const group = running.slice(index, index + LOOKS_AT_ONCE);
    for (const result of await Promise.allSettled(group.map((record) => lookAt(deps, record, listed)))) {
      if (result.status === 'rejected') failure = result.reason;
      else seen.push(result.value);
    }
  }
  // Nobody is left out because of another one; whoever runs the monitor still learns of it.
  if (failure !== undefined) throw failure;
  return toOutcome(running, seen);
}

/** What the lists say of all channels, and when they were asked for. */
interface Listed {
  now: Date;
  states: ReadonlyMap<string, string>;
  series: ReadonlyMap<string, ChannelSeries>;
  sourceConnected: boolean | null;
  sourceBitrateBps: number | null;
}

async function lookAt(deps: MonitorDeps, record: Destination, listed: Listed): Promise<Look> {
  const channelId = record.held.channel?.channelId ?? '';
  const channelState = listed.states.get(channelId);
  const alerts = channelState === undefined ? [] : await listSetAlerts(deps, channelId);
  const observation = toObservation(
    listed.now,
    channelState ?? 'DELETED',
    alerts,
    listed.sourceConnected,
    listed.series.get(channelId),
  );
  const next = withFeed(withHealthSince(observation, record.observation), record, listed.sourceBitrateBps);
  const written = await putObservation(deps, record.destinationId, { observation: next, now: deps.now() });
  // Told by what it replaces, not by what was read: of several who look at once, one sees the change.
  if (written && written.replaced?.healthCode !== next.healthCode) await noteHealth(deps, record, next);
  return { record, observation: next };
}

/** One destination, and what was seen of it. */
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

/** A change of health belongs on the timeline, with its reason: what happened, asked after the show. */
async function noteHealth(deps: MonitorDeps, record: Destination, observation: Observation): Promise<void> {
  const { code, detail } = healthOf({ status: 'running', observation });
  const entry = { at: observation.observedAt, actor: 'monitor', kind: 'health' as const, detail: `${code}: ${detail}` };
  await putTimelineEntry(deps, record, entry, record.writeCount);
}

function toObservation(
  now: Date,
  channelState: string,
  alerts: Observation['alerts'],
  sourceConnected: boolean | null,
  series: ChannelSeries | undefined,
): Observation {
  const framesPerSecond = series && (newest(series.outputFramesPerSecond) ?? newest(series.inputFramesPerSecond));
  return {
    observedAt: now.toISOString(),
    channelState,
    alerts,
    ...optional('sourceConnected', sourceConnected),
    ...optional('bitrateBps', series && newest(series.bitrateBps)),
    ...optional('framesPerSecond', framesPerSecond),
    ...optional('droppedFrames', series && total(series.droppedFrames)),
    ...optional('reconnects', series && total(series.reconnects)),
    ...optional('activeOutputs', series && newest(series.activeOutputs)),
    ...optional('inputLossSeconds', series && total(series.inputLossSeconds)),
  };
}

/** Leaves a figure out when it was not reported, which is not the same as zero. */
function optional<Key extends keyof Observation>(key: Key, value: Observation[Key] | null | undefined) {
  return value === null || value === undefined ? {} : ({ [key]: value } as Pick<Observation, Key>);
}
