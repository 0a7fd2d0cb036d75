/**
 * Whether the picture and sound of the source are analysed on one machine. The media engine reports the state as the
 * metric `SourceAnalysisState`, whose value is the place in this list.
 */
export const ANALYSIS_STATES = [
  /** Figures arrive. */
  'running',
  /** Nothing to analyse yet: no keyframe has arrived. */
  'waiting',
  /** The analyser ended and is started again after a pause. */
  'ended',
  /** The analyser is too slow for its source and is started again after a pause. */
  'behind',
  /** This ffmpeg lacks a filter. */
  'unsupported',
] as const;

export type AnalysisState = (typeof ANALYSIS_STATES)[number];

/** A metric has numbers only: this level, in LUFS or dBFS, stands for silence, which has none. */
export const SILENCE_LEVEL = -120;

/** Why nothing is known about picture and sound, in words, by state; null: something is known. */
const REASONS: Record<AnalysisState, string | null> = {
  running: null,
  waiting: 'The analysis waits for the first keyframe.',
  ended: 'The analyser ended. It is started again within seconds.',
  behind: 'This machine is too slow for the analysis. It is started again within seconds.',
  unsupported: 'This ffmpeg lacks a filter that the analysis needs. Install the one from npm.',
};

/** MediaConnect ends the analysis of a flow with more outputs. [mediaconnect/latest/ug/quotas] */
export const ANALYSED_OUTPUTS_MAX = 10;

/**
 * Returns why the source is not analysed, in words; null while it is. Pure.
 * @param input.engine the engine's state; undefined where there is no engine, null when it reports nothing
 * @param input.isReported whether MediaConnect reports any of black, frozen and silent
 */
export function whyNotAnalysed(input: {
  isOn: boolean;
  engine: AnalysisState | null | undefined;
  isReported: boolean;
  outputs: number;
}): string | null {
  const { isOn, engine, isReported, outputs } = input;
  if (!isOn) return 'The analysis is switched off in the settings.';
  if (engine) return REASONS[engine];
  if (isReported) return null;
  if (engine === undefined && outputs > ANALYSED_OUTPUTS_MAX) {
    return `MediaConnect analyses a flow with at most ${ANALYSED_OUTPUTS_MAX} outputs.`;
  }
  return engine === null ? 'The media engine reports no analysis.' : 'MediaConnect has reported no analysis yet.';
}
