import type { CodingNumbers } from '../domain/video-coding.ts';
import type { AwsDeps } from './clients.ts';
import { CONTENT_METRICS } from './content-quality.ts';
import { getFlowSeries, type FlowMetric, type FlowPoint, type MetricsWindow } from './flow-series.ts';

const FLOW_METRICS: readonly FlowMetric[] = [
  { id: 'connected', metric: 'SourceConnected', stat: 'Minimum' },
  { id: 'bitrate', metric: 'SourceBitRate', stat: 'Average' },
  { id: 'continuity', metric: 'SourceContinuityCounter', stat: 'Sum' },
  { id: 'loss', metric: 'SourcePacketLossPercent', stat: 'Average' },
  { id: 'roundtrip', metric: 'SourceRoundTripTime', stat: 'Average' },
];

/** On AWS each metric is billed, and the alarm source-delay-jitter watches this one. */
const JITTER: FlowMetric = { id: 'jitter', metric: 'SourceJitter', stat: 'Average' };

/** Metrics of the flow that one observation requests on AWS, with the analysis of its content. */
export const SOURCE_METRICS = FLOW_METRICS.length + CONTENT_METRICS;

/** The flow's metrics; null where CloudWatch has no value yet. */
export interface SourceMetrics {
  connected: boolean | null;
  /** When `connected` took its current value; null when that was before the window. */
  connectedSince: string | null;
  bitrateBps: number | null;
  continuityErrors: number | null;
  packetLossPercent: number | null;
  roundTripMs: number | null;
  jitterMs: number | null;
}

/** Reads the flow's metrics within the window. */
export async function getSourceMetrics(
  deps: AwsDeps<'cloudWatch', 'flowArn'>,
  window: MetricsWindow,
): Promise<SourceMetrics> {
  const metrics = window.periodSeconds < 60 ? [...FLOW_METRICS, JITTER] : FLOW_METRICS;
  const series = await getFlowSeries(deps, 'AWS/MediaConnect', metrics, window);
  const newestOf = (id: string) => series(id)[0]?.value ?? null;
  const connected = newestOf('connected');
  const continuity = series('continuity');
  return {
    connected: connected === null ? null : connected > 0,
    connectedSince: sinceOf(series('connected')),
    bitrateBps: newestOf('bitrate'),
    continuityErrors: continuity.length === 0 ? null : continuity.reduce((sum, { value }) => sum + value, 0),
    packetLossPercent: newestOf('loss'),
    roundTripMs: newestOf('roundtrip'),
    jitterMs: newestOf('jitter'),
  };
}

/** Returns when a series, newest first, took its current value; null when that was before the window. */
function sinceOf(points: readonly FlowPoint[]): string | null {
  const changed = points.findIndex(({ value }) => value > 0 !== points[0]!.value > 0);
  return changed > 0 ? points[changed - 1]!.at.toISOString() : null;
}

/** The engine reports once a second. */
const CODING_WINDOW = { windowSeconds: 3, periodSeconds: 1 };

/** The names of the metrics, after their common beginning. */
const CODING_METRICS = {
  profileIdc: 'Profile',
  levelIdc: 'Level',
  chromaFormatIdc: 'ChromaFormat',
  bitDepth: 'BitDepth',
  isInterlaced: 'Interlaced',
  colourPrimaries: 'ColourPrimaries',
  transferCharacteristics: 'TransferCharacteristics',
  matrixCoefficients: 'MatrixCoefficients',
  isFullRange: 'FullRange',
} as const satisfies Record<keyof CodingNumbers, string>;

/** Returns how the source's pictures are coded, as this machine's engine reports it; null when unknown. Not for AWS. */
export async function getSourceCoding(
  deps: AwsDeps<'cloudWatch', 'flowArn'>,
  now: Date,
): Promise<CodingNumbers | null> {
  const metrics = Object.values(CODING_METRICS).map((name): FlowMetric => ({
    id: name.toLowerCase(),
    metric: `SourceVideo${name}`,
    stat: 'Maximum',
  }));
  const series = await getFlowSeries(deps, 'Sluice/Engine', metrics, { now, ...CODING_WINDOW });
  const newest = Object.entries(CODING_METRICS).map(([field, name]) => [field, series(name.toLowerCase())[0]?.value]);
  if (newest.some(([, value]) => value === undefined)) return null;
  const numbers = Object.fromEntries(newest) as Record<keyof CodingNumbers, number>;
  return { ...numbers, isInterlaced: numbers.isInterlaced > 0, isFullRange: numbers.isFullRange > 0 };
}

const LANGUAGE_METRICS: readonly FlowMetric[] = Array.from({ length: 16 }, (_, index) => ({
  id: `language${index + 1}`,
  metric: `SourceAudioLanguage${index + 1}`,
  stat: 'Maximum',
}));

/**
 * Returns the languages of the source's audio tracks by their place, as this machine's engine publishes them: the three
 * bytes of the language descriptor (ISO/IEC 13818-1 2.6.18) as a number. MediaConnect reports none.
 */
export async function getTrackLanguages(deps: AwsDeps<'cloudWatch', 'flowArn'>, now: Date): Promise<(string | null)[]> {
  const series = await getFlowSeries(deps, 'Sluice/Engine', LANGUAGE_METRICS, { now, ...CODING_WINDOW });
  return LANGUAGE_METRICS.map(({ id }) => toLetters(series(id)[0]?.value ?? 0));
}

function toLetters(number: number): string | null {
  const letters = String.fromCharCode((number >> 16) & 255, (number >> 8) & 255, number & 255);
  return /^[a-z]{3}$/.test(letters) ? letters : null;
}
