import { ANALYSIS_STATES, SILENCE_LEVEL, type AnalysisState } from '../domain/analysis-state.ts';
import type { AwsDeps } from './clients.ts';
import { getFlowSeries, type FlowPoint, type MetricsWindow } from './flow-series.ts';

/** Faults of picture and sound, and since when each has been there; null when unknown, or when it is not there. */
export interface ContentQuality {
  black: boolean | null;
  frozen: boolean | null;
  silent: boolean | null;
  blackSince: string | null;
  frozenSince: string | null;
  silentSince: string | null;
}

export const UNKNOWN_QUALITY: ContentQuality = {
  black: null,
  frozen: null,
  silent: null,
  blackSince: null,
  frozenSince: null,
  silentSince: null,
};

/** A fault counts after this time: the least that MediaConnect accepts. The flow's monitoring settings state it. */
export const FAULT_SECONDS = 10;

/** Metrics that one observation of the content requests. */
export const CONTENT_METRICS = 3;

/** The newest value says nothing about now when it is older than this, and than so many periods. */
const FRESH_SECONDS_MIN = 5;
const FRESH_PERIODS = 4;

const FAULTS = ['black', 'frozen', 'silent'] as const;
const BREACHING = { black: 'BlackFramesBreaching', frozen: 'FrozenFramesBreaching', silent: 'SilentAudioBreaching' };

/**
 * Reads MediaConnect's analysis of the flow's source: 1 while a fault has lasted for the threshold, else 0. There are
 * no values while the analysis is off, and for a flow with more than ten outputs.
 * @param connectedSince values from before belong to another feed; null: unknown
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/monitor-with-cloudwatch-metrics-flow-health.html
 */
export async function getContentQuality(
  deps: AwsDeps<'cloudWatch', 'flowArn'>,
  window: MetricsWindow,
  connectedSince: string | null = null,
): Promise<ContentQuality> {
  const metrics = FAULTS.map((fault) => ({ id: fault, metric: BREACHING[fault], stat: 'Maximum' as const }));
  const series = await getFlowSeries(deps, 'AWS/MediaConnect', metrics, window);
  const quality = { ...UNKNOWN_QUALITY };
  const freshMs = window.now.getTime() - Math.max(FRESH_SECONDS_MIN, FRESH_PERIODS * window.periodSeconds) * 1000;
  const feedMs = connectedSince === null ? -Infinity : Date.parse(connectedSince);
  for (const fault of FAULTS) {
    const points = series(fault).filter(({ at }) => at.getTime() >= feedMs);
    if (points.length === 0 || points[0]!.at.getTime() < freshMs) continue;
    quality[fault] = points[0]!.value > 0;
    quality[`${fault}Since`] = sinceOf(points);
  }
  return quality;
}

/** Returns when a fault began that lasts until now. @param points newest first */
function sinceOf(points: FlowPoint[]): string | null {
  const end = points.findIndex(({ value }) => value === 0);
  const first = points[(end === -1 ? points.length : end) - 1];
  return first ? new Date(first.at.getTime() - FAULT_SECONDS * 1000).toISOString() : null;
}

/** What the media engine of one machine knows about the source's picture and sound. */
export interface EngineAnalysis {
  /** Null when the engine reports none. */
  state: AnalysisState | null;
  /** How long each fault has lasted; 0 when it is not there; null when unknown. */
  blackSeconds: number | null;
  frozenSeconds: number | null;
  silentSeconds: number | null;
  /** Null when unknown. */
  loudness: Loudness | null;
}

/** Judges the engine's figures as MediaConnect would judge them. Pure. */
export function toQuality(engine: EngineAnalysis, now: Date): ContentQuality {
  const isFault = (seconds: number | null) => (seconds === null ? null : seconds >= FAULT_SECONDS);
  const sinceOfFault = (seconds: number | null) =>
    isFault(seconds) ? new Date(now.getTime() - seconds! * 1000).toISOString() : null;
  const { blackSeconds, frozenSeconds, silentSeconds } = engine;
  return {
    black: isFault(blackSeconds),
    frozen: isFault(frozenSeconds),
    silent: isFault(silentSeconds),
    blackSince: sinceOfFault(blackSeconds),
    frozenSince: sinceOfFault(frozenSeconds),
    silentSince: sinceOfFault(silentSeconds),
  };
}

/** Levels of the sound; null where there is only silence. */
export interface Loudness {
  momentaryLufs: number | null;
  integratedLufs: number | null;
  truePeakDbtp: number | null;
  channelPeaksDbfs: (number | null)[];
}

/** The engine reports once a second. */
const ENGINE_SECONDS = 3;
const CHANNELS_MAX = 8;
const CHANNEL_IDS = Array.from({ length: CHANNELS_MAX }, (_, index) => `peak${index + 1}`);
const ENGINE_METRICS = [
  { id: 'state', metric: 'SourceAnalysisState' },
  { id: 'black', metric: 'SourceBlackSeconds' },
  { id: 'frozen', metric: 'SourceFrozenSeconds' },
  { id: 'silent', metric: 'SourceSilentSeconds' },
  { id: 'momentary', metric: 'SourceMomentaryLoudness' },
  { id: 'integrated', metric: 'SourceIntegratedLoudness' },
  { id: 'truepeak', metric: 'SourceTruePeak' },
  ...CHANNEL_IDS.map((id, index) => ({ id, metric: `SourceChannelPeak${index + 1}` })),
].map((each) => ({ ...each, stat: 'Maximum' as const }));

/** Reads the engine's own figures, which exist on one machine only: MediaConnect measures no loudness. */
export async function getEngineAnalysis(deps: AwsDeps<'cloudWatch', 'flowArn'>, now: Date): Promise<EngineAnalysis> {
  const window = { now, windowSeconds: ENGINE_SECONDS, periodSeconds: 1 };
  const series = await getFlowSeries(deps, 'Sluice/Engine', ENGINE_METRICS, window);
  // Values of different seconds do not belong together: a figure that is not in the newest second is unknown by now.
  const newestMs = series('state')[0]?.at.getTime();
  const valueOf = (id: string) => {
    const [point] = series(id);
    return point?.at.getTime() === newestMs ? (point?.value ?? null) : null;
  };
  const state = valueOf('state');
  const momentary = valueOf('momentary');
  const levelOf = (id: string) => toLevel(valueOf(id));
  return {
    state: state === null ? null : (ANALYSIS_STATES[state] ?? null),
    blackSeconds: valueOf('black'),
    frozenSeconds: valueOf('frozen'),
    silentSeconds: valueOf('silent'),
    loudness:
      momentary === null
        ? null
        : {
            momentaryLufs: toLevel(momentary),
            integratedLufs: levelOf('integrated'),
            truePeakDbtp: levelOf('truepeak'),
            channelPeaksDbfs: CHANNEL_IDS.filter((id) => valueOf(id) !== null).map(levelOf),
          },
  };
}

function toLevel(value: number | null): number | null {
  return value === null || value <= SILENCE_LEVEL ? null : Math.round(value * 10) / 10;
}
