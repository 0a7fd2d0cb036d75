import { ANALYSIS_STATES, SILENCE_LEVEL } from '../../../../functions/domain/analysis-state.ts';
import type { SourceAnalysis } from '../../engine/contract.ts';
import type { Breaches } from '../mediaconnect/content-quality.ts';

/** Returns MediaConnect's metrics. What is unknown has no value. [mediaconnect/latest/ug/monitor-with-cloudwatch-metrics-flow-health] */
export function breachValues({ black, frozen, silent }: Breaches): Record<string, number> {
  const flags = { BlackFramesBreaching: black, FrozenFramesBreaching: frozen, SilentAudioBreaching: silent };
  return Object.fromEntries(
    Object.entries(flags).flatMap(([name, isBreach]) => (isBreach === undefined ? [] : [[name, isBreach ? 1 : 0]])),
  );
}

/** Returns what the engine knows beyond that; none of it exists on AWS. */
export function analysisValues({ state, picture, sound }: SourceAnalysis, atMs: number): Record<string, number> {
  const seconds = (sinceMs: number | null) => (sinceMs === null ? 0 : Math.max(0.001, (atMs - sinceMs) / 1000));
  const level = (value: number | null) => value ?? SILENCE_LEVEL;
  return {
    SourceAnalysisState: ANALYSIS_STATES.indexOf(state),
    ...(picture && {
      SourceBlackSeconds: seconds(picture.blackSinceMs),
      SourceFrozenSeconds: seconds(picture.frozenSinceMs),
    }),
    ...(sound && {
      SourceSilentSeconds: seconds(sound.silentSinceMs),
      SourceMomentaryLoudness: level(sound.momentaryLufs),
      SourceIntegratedLoudness: level(sound.integratedLufs),
      SourceTruePeak: level(sound.truePeakDbtp),
      ...Object.fromEntries(
        sound.channelPeaksDbfs.map((peak, index) => [`SourceChannelPeak${index + 1}`, level(peak)]),
      ),
    }),
  };
}
