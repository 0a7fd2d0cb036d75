import type { Destination, Observation } from './destination.ts';
import { INPUT_ALERTS } from './health-alerts.ts';
import { backupPipelineOf, mainPipelineOf } from './pipelines.ts';

/** Adds to an observation whether the source delivers, since when it does not, and whether a slate is sent instead. Pure. */
export function withSource(
  observation: Observation,
  { held }: Pick<Destination, 'held'>,
  previous: Observation | null,
): Observation {
  const isFed = readFed(observation);
  const hadSource = previous?.hadSource === true || isFed === true;
  const sourceLostSince = lostSince(isFed, hadSource, observation, previous);
  const isSending = (observation.activeOutputs ?? 0) > 0;
  const isHeld = isFed === false && held.channel?.holds;
  return {
    ...observation,
    ...(isSending && isHeld && { slate: 'hold' as const }),
    ...(hadSource && { hadSource }),
    ...(sourceLostSince && { sourceLostSince }),
  };
}

/** Returns whether the source delivers; null when that is not known. It does as long as one pipeline is fed. */
function readFed(observation: Observation): boolean | null {
  const main = readPipelineFed(mainPipelineOf(observation));
  if (!observation.backup || main) return main;
  const backup = readPipelineFed(backupPipelineOf(observation));
  return backup === false ? main : backup;
}

function readPipelineFed({ activeOutputs, alerts, fillMs = 0, sourceConnected }: Observation): boolean | null {
  if (sourceConnected === false || fillMs > 0) return false;
  if (alerts.some(({ alertType }) => INPUT_ALERTS.has(alertType))) return false;
  return sourceConnected && (activeOutputs ?? 0) > 0 ? true : null;
}

function lostSince(
  isFed: boolean | null,
  hadSource: boolean,
  { observedAt }: Observation,
  previous: Observation | null,
): string | undefined {
  if (isFed || !hadSource) return undefined;
  return previous?.sourceLostSince ?? (isFed === false ? observedAt : undefined);
}
