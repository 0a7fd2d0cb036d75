/**
 * Metrics as CloudWatch would hold them, for the last minutes: one value per second, metric and resource, taken from
 * the engine's reports. A gauge keeps the latest value of a second; a counter adds up its growth within it.
 */
import type { CodingNumbers } from '../../../../functions/domain/video-coding.ts';
import type { EngineReport, SourceReport } from '../../engine/contract.ts';
import { breachesOf } from '../mediaconnect/content-quality.ts';
import { listenersOf } from '../mediaconnect/source-health.ts';
import type { MediaContext } from '../media/media-context.ts';
import { createCallerMetrics } from './caller-metrics.ts';
import { createChannelMetrics, type CountAlerts } from './channel-metrics.ts';
import { growth } from './growth.ts';
import type { FlowRecord } from '../media/media-state.ts';
import { analysisValues, breachValues } from './analysis-metrics.ts';
import { createMetricSeries, type Series } from './metric-series.ts';

/** MediaConnect reports only codec, size and rate of a picture; these metrics hold what else the engine knows. */
const SOURCE_CODING_METRICS: Record<keyof CodingNumbers, string> = {
  profileIdc: 'SourceVideoProfile',
  levelIdc: 'SourceVideoLevel',
  chromaFormatIdc: 'SourceVideoChromaFormat',
  bitDepth: 'SourceVideoBitDepth',
  isInterlaced: 'SourceVideoInterlaced',
  colourPrimaries: 'SourceVideoColourPrimaries',
  transferCharacteristics: 'SourceVideoTransferCharacteristics',
  matrixCoefficients: 'SourceVideoMatrixCoefficients',
  isFullRange: 'SourceVideoFullRange',
};

/** The stored metrics. */
export interface Metrics {
  record(report: EngineReport): void;
  /** Lists the series of a namespace, or all. */
  list(namespace?: string): Series[];
}

/** Creates the metrics of running channels and active flows. */
export function createMetrics(context: MediaContext, countAlerts: CountAlerts): Metrics {
  const series = createMetricSeries();
  const { put } = series;
  const lastSources = new Map<string, SourceReport>();
  const recordCallers = createCallerMetrics(put);
  const recordChannels = createChannelMetrics({ context, put, countAlerts });

  const recordSource = (flow: FlowRecord, source: SourceReport, atMs: number) => {
    const last = lastSources.get(source.flowArn);
    lastSources.set(source.flowArn, source);
    const dimensions = { FlowARN: source.flowArn };
    put(
      { namespace: 'AWS/MediaConnect', dimensions },
      atMs,
      {
        SourceConnected: source.state === 'connected' ? 1 : 0,
        SourceBitRate: source.bitrateBps,
        ...lineOf(source),
        ...breachValues(breachesOf(flow, source, atMs)),
      },
      {
        SourceContinuityCounter: growth(source.continuityErrors, last?.continuityErrors),
        FailoverSwitches: growth(source.failoverSwitches ?? 0, last?.failoverSwitches),
      },
    );
    recordListeners(flow, source, atMs);
    const coding = source.state === 'connected' ? source.video?.coding : undefined;
    if (coding) put({ namespace: 'Sluice/Engine', dimensions }, atMs, codingValues(coding));
    if (source.state === 'connected') put({ namespace: 'Sluice/Engine', dimensions }, atMs, languageValues(source));
    if (source.analysis) put({ namespace: 'Sluice/Engine', dimensions }, atMs, analysisValues(source.analysis, atMs));
  };

  /** Which source feeds the flow is in no answer of MediaConnect, only in SourceSelected. */
  const recordListeners = (flow: FlowRecord, report: SourceReport, atMs: number) => {
    for (const { source, listener } of listenersOf(flow, report)) {
      put({ namespace: 'AWS/MediaConnect', dimensions: { SourceARN: source.arn } }, atMs, {
        SourceSelected: listener.isSelected ? 1 : 0,
        SourceConnected: listener.state === 'connected' ? 1 : 0,
        SourceBitRate: listener.bitrateBps,
        ...lineOf(listener),
      });
    }
  };

  return {
    record(report) {
      recordChannels(report);
      recordCallers(report);
      for (const source of report.sources) {
        const flow = context.state.flows[source.flowArn];
        if (flow !== undefined) recordSource(flow, source, report.atMs);
      }
      series.dropSilent(report.atMs);
    },
    list: series.list,
  };
}

function codingValues(coding: CodingNumbers): Record<string, number> {
  const names = Object.entries(SOURCE_CODING_METRICS) as [keyof CodingNumbers, string][];
  return Object.fromEntries(names.map(([field, metric]) => [metric, Number(coding[field])]));
}

/** Returns the language of each audio track, its three letters as one number; 0 when the source states none. */
function languageValues({ audioTracks = [] }: SourceReport): Record<string, number> {
  const numberOf = (language = '\0\0\0') => Buffer.from(language, 'latin1').readUIntBE(0, 3);
  return Object.fromEntries(
    audioTracks.map(({ language }, index) => [`SourceAudioLanguage${index + 1}`, numberOf(language)]),
  );
}

/** Returns the known facts about the line; CloudWatch has no value for a second without a connected encoder. */
function lineOf({
  packetLossPercent,
  roundTripMs,
  jitterMs,
}: Pick<SourceReport, 'packetLossPercent' | 'roundTripMs' | 'jitterMs'>): Record<string, number> {
  return {
    ...(packetLossPercent === undefined ? {} : { SourcePacketLossPercent: packetLossPercent }),
    ...(roundTripMs === undefined ? {} : { SourceRoundTripTime: roundTripMs }),
    ...(jitterMs === undefined ? {} : { SourceJitter: jitterMs }),
  };
}
