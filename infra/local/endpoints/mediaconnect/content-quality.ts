import type { EngineReport, SourceReport } from '../../engine/contract.ts';
import { ANALYSED_OUTPUTS_MAX } from '../../../../functions/domain/analysis-state.ts';
import { emit } from '../media/media-context.ts';
import type { MediaContext } from '../media/media-context.ts';
import type { FaultSettings, FlowRecord, SourceMonitoring } from '../media/media-state.ts';
import { badRequest } from '../wire/aws-error.ts';

/**
 * MediaConnect's content quality analysis: which faults it looks for, when one counts, and its events. The engine
 * measures; AWS's rules decide what is reported.
 * @see https://docs.aws.amazon.com/mediaconnect/latest/ug/monitor-content-quality-analysis.html
 */

const THRESHOLD_SECONDS_DEFAULT = 30;
const THRESHOLD_SECONDS_MIN = 10;
const THRESHOLD_SECONDS_MAX = 60;

/** Whether each fault has lasted for its threshold. A fault that is not looked for, or is unknown, is absent. */
export interface Breaches {
  black?: boolean;
  frozen?: boolean;
  silent?: boolean;
}

/** Returns whether a flow is set to analyse its content. */
export function isAnalysed({ monitoring }: FlowRecord): boolean {
  return monitoring?.ContentQualityAnalysisState === 'ENABLED';
}

/** Refuses thresholds that MediaConnect refuses, naming the member. */
export function checkMonitoring(monitoring: SourceMonitoring): void {
  const { black, frozen, silent } = settingsOf(monitoring);
  for (const [name, fault] of Object.entries({ BlackFrames: black, FrozenFrames: frozen, SilentAudio: silent })) {
    const seconds = fault?.ThresholdSeconds ?? THRESHOLD_SECONDS_DEFAULT;
    if (seconds >= THRESHOLD_SECONDS_MIN && seconds <= THRESHOLD_SECONDS_MAX) continue;
    throw badRequest(
      `SourceMonitoringConfig: ThresholdSeconds of ${name} must be from ${THRESHOLD_SECONDS_MIN} to ${THRESHOLD_SECONDS_MAX}`,
    );
  }
}

/** Judges what the engine found. MediaConnect ends the analysis of a flow with more than ten outputs. */
export function breachesOf(flow: FlowRecord, { state, analysis }: SourceReport, atMs: number): Breaches {
  if (!isAnalysed(flow) || flow.outputs.length > ANALYSED_OUTPUTS_MAX || state !== 'connected') return {};
  const settings = settingsOf(flow.monitoring!);
  const { picture, sound } = analysis ?? {};
  return {
    ...judge('black', settings.black, picture?.blackSinceMs, atMs),
    ...judge('frozen', settings.frozen, picture?.frozenSinceMs, atMs),
    ...judge('silent', settings.silent, sound?.silentSinceMs, atMs),
  };
}

/** @param sinceMs undefined: unknown; null: the fault is not there */
function judge(
  fault: keyof Breaches,
  settings: FaultSettings | undefined,
  sinceMs: number | null | undefined,
  atMs: number,
): Breaches {
  if (settings?.State !== 'ENABLED' || sinceMs === undefined) return {};
  const seconds = settings.ThresholdSeconds ?? THRESHOLD_SECONDS_DEFAULT;
  return { [fault]: sinceMs !== null && atMs - sinceMs >= seconds * 1000 };
}

function settingsOf({ VideoMonitoringSettings: video = [], AudioMonitoringSettings: audio = [] }: SourceMonitoring) {
  return { black: video[0]?.BlackFrames, frozen: video[0]?.FrozenFrames, silent: audio[0]?.SilentAudio };
}

/** Emits a `MediaConnect Flow Content Quality` event whenever a fault begins or ends to count. */
export function createContentQuality(context: MediaContext): (report: EngineReport) => void {
  const last = new Map<string, string>();
  return (report) => {
    for (const source of report.sources) {
      const flow = context.state.flows[source.flowArn];
      if (flow === undefined) continue;
      const { black = false, frozen = false, silent = false } = breachesOf(flow, source, report.atMs);
      const key = [black, frozen, silent].join(' ');
      const previous = last.get(flow.id) ?? 'false false false';
      last.set(flow.id, key);
      if (key === previous) continue;
      emit(context, {
        source: 'aws.mediaconnect',
        detailType: 'MediaConnect Flow Content Quality',
        resources: [flow.id],
        detail: {
          impacted: black || frozen || silent,
          streams: [
            { black_frames_duration_breaching: black, frozen_frames_duration_breaching: frozen },
            { silent_audio_duration_breaching: silent },
          ],
        },
      });
    }
  };
}
