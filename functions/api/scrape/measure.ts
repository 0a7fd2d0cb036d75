import { listAllDestinations } from '../../aws/destination-table.ts';
import { listStandingIncidents } from '../../aws/incident-table.ts';
import { withSharedReads } from '../../aws/shared-reads.ts';
import { DESTINATION_STATUSES } from '../../domain/destination.ts';
import { HEALTH_LEVELS } from '../../domain/health-reasons.ts';
import { isStanding } from '../../domain/incident.ts';
import { lostFramesOf } from '../../domain/lost-frames.ts';
import { SEVERITIES } from '../../domain/incident-rules.ts';
import type { ApiDeps } from '../api-deps.ts';
import { viewFor } from '../find-destination.ts';
import { explain, logFailure } from '../http/problem.ts';
import { type DestinationResource } from '../schemas/destinations.ts';
import { FlowStatusResource } from '../schemas/flow.ts';
import { observeCosts } from '../views/cost-now.ts';
import { toFlowStatusResource, type FlowLookMemo } from '../views/flow-status.ts';
import { toDestinationResource } from '../views/resources.ts';
import { CATALOG, type MetricKey } from './catalog.ts';
import type { Family, Sample } from './write-exposition.ts';

type Samples = Partial<Record<MetricKey, Sample[]>>;

const SOURCE_STATES = FlowStatusResource.shape.source.shape.state.options;

/**
 * Measures everything that `GET /metrics` shows, from what the dashboard reads too. A part that cannot be read is
 * missing and reported by `sluice_part_readable`.
 * @throws {unknown} the first failure, when no part can be read
 */
export async function measure(deps: ApiDeps, look: FlowLookMemo): Promise<[Family, Sample[]][]> {
  const parts = {
    destinations: () => measureDestinations(deps),
    source: () => measureSource(deps, look),
    incidents: () => measureIncidents(deps),
    costs: () => measureCosts(deps),
  };
  const read = await withSharedReads(() => Promise.allSettled(Object.values(parts).map((part) => part())));
  const failed = read.filter((part) => part.status === 'rejected');
  if (failed.length === read.length) throw failed[0]?.reason;
  for (const { reason } of failed) {
    logFailure(deps.logger, explain(reason), { requestId: 'scrape', route: '/metrics', method: 'GET' });
  }
  const samples: Samples = {
    build: [{ labels: { version: deps.version }, value: 1 }],
    readable: Object.keys(parts).map((part, index) => ({
      labels: { part },
      value: toNumber(read[index]?.status === 'fulfilled'),
    })),
    ...Object.assign({}, ...read.map((part) => (part.status === 'fulfilled' ? part.value : {}))),
    ...(deps.embedded ? measureProcess() : {}),
  };
  return (Object.keys(CATALOG) as MetricKey[]).map((key) => [CATALOG[key], samples[key] ?? []]);
}

async function measureDestinations(deps: ApiDeps): Promise<Samples> {
  const view = viewFor(deps, 'viewer');
  const records = await listAllDestinations(deps);
  const all = records.map((record) => toDestinationResource(record, view));
  const each = (value: (destination: DestinationResource) => number | null): Sample[] =>
    all.map((destination) => ({ labels: labelsOf(destination), value: value(destination) }));
  return {
    destinationState: all.flatMap((one) => oneOf(DESTINATION_STATUSES, 'state', one.status, labelsOf(one))),
    destinationHealth: all.flatMap((one) => oneOf(HEALTH_LEVELS, 'level', one.health.level, labelsOf(one))),
    destinationDesired: each(({ desired }) => toNumber(desired === 'running')),
    destinationOnAir: each(({ onAir }) => toNumber(onAir)),
    destinationBitrate: each(({ bitrateBps }) => bitrateBps),
    destinationFrames: each(({ framesPerSecond }) => framesPerSecond),
    destinationDropped: all.map((one, index) => ({
      labels: labelsOf(one),
      value: records[index]!.observation && lostFramesOf(records[index]!.observation),
    })),
    destinationResent: each(({ line }) => scaled(line?.resentPercent, 100)),
    destinationRoundTrip: each(({ line }) => scaled(line?.roundTripMs, 1000)),
    destinationRunningSince: each(({ runningSince }) =>
      runningSince === null ? null : Date.parse(runningSince) / 1000,
    ),
    destinationCost: each(({ cost }) => cost.perHourNow),
  };
}

async function measureSource(deps: ApiDeps, look: FlowLookMemo): Promise<Samples> {
  // The host is part of the encoder's address only, which is no metric.
  const { source } = toFlowStatusResource(deps, await look.get(), 'localhost');
  const single = (value: number | null): Sample[] => [{ labels: {}, value }];
  return {
    sourceState: oneOf(SOURCE_STATES, 'state', source.state, {}),
    sourceBitrate: single(source.bitrateBps),
    sourceLoss: single(scaled(source.packetLossPercent, 100)),
    sourceRoundTrip: single(scaled(source.roundTripMs, 1000)),
  };
}

async function measureIncidents(deps: ApiDeps): Promise<Samples> {
  const open = (await listStandingIncidents(deps)).filter((incident) => isStanding(incident) && !incident.isDrill);
  return {
    incidents: SEVERITIES.map((severity) => ({
      labels: { severity },
      value: open.filter((incident) => incident.severity === severity).length,
    })),
  };
}

async function measureCosts(deps: ApiDeps): Promise<Samples> {
  const costs = await observeCosts(deps);
  const single = (value: number): Sample[] => [{ labels: {}, value }];
  return {
    costPerHour: single(costs.perHourNow),
    costToday: single(costs.soFarToday),
    costComplete: single(toNumber(costs.isComplete && costs.isSoFarComplete)),
    costBilled: single(toNumber(costs.isBilled)),
  };
}

/** On AWS each instance of the function would report its own process. */
function measureProcess(): Samples {
  const { user, system } = process.cpuUsage();
  const single = (value: number): Sample[] => [{ labels: {}, value }];
  return {
    processStart: single(Math.round(Date.now() / 1000 - process.uptime())),
    processMemory: single(process.memoryUsage.rss()),
    processCpu: single((user + system) / 1_000_000),
  };
}

function labelsOf({ destinationId, name }: DestinationResource): Record<string, string> {
  return { destination_id: destinationId, name };
}

/** Returns one sample for each possible value of a label, 1 for the present one. */
function oneOf(
  values: readonly string[],
  label: string,
  present: string,
  labels: Readonly<Record<string, string>>,
): Sample[] {
  return values.map((value) => ({ labels: { ...labels, [label]: value }, value: toNumber(value === present) }));
}

function toNumber(isTrue: boolean): number {
  return isTrue ? 1 : 0;
}

function scaled(value: number | null | undefined, divisor: number): number | null {
  return value === null || value === undefined ? null : value / divisor;
}
