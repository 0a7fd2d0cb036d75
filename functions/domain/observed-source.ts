import type { Destination, Observation } from './destination.ts';
import { INPUT_ALERTS, PAUSE_ALERT } from './health-alerts.ts';
import { observationOfThisRun } from './health.ts';
import { backupPipelineOf, mainPipelineOf } from './pipelines.ts';

/**
 * Adds to an observation whether the source delivers, since when it does not, and whether a slate or nothing is meant to
 * be sent instead. Pure.
 */
export function withSource(
  observation: Observation,
  record: Pick<Destination, 'held' | 'outputPause' | 'slateBreak'>,
  previous: Observation | null,
): Observation {
  const isFed = readFed(observation);
  const hadSource = previous?.hadSource === true || isFed === true;
  const sourceLostSince = lostSince(isFed, hadSource, observation, previous);
  const slate = slateOf(record, observation, isFed === false);
  return {
    ...observation,
    ...(slate && { slate }),
    ...(isPauseMeant(record) && { isPauseMeant: true as const }),
    ...(hadSource && { hadSource }),
    ...(sourceLostSince && { sourceLostSince }),
  };
}

/**
 * Returns the newest observation of the run with the slate as the record has it now, because the next observation may be a
 * minute away; null without an observation. Pure.
 */
export function observationNow(record: Destination): Observation | null {
  const observation = observationOfThisRun(record);
  if (!observation) return null;
  const { slate: observed, isPauseMeant: _meant, ...seen } = observation;
  const slate = slateOf(record, observation, observed === 'hold');
  const rest = { ...seen, ...(isPauseMeant(record) && { isPauseMeant: true as const }) };
  if (slate) return { ...rest, slate };
  // What was seen before the output was let go says nothing about what is sent now.
  const letGoAt = record.outputPause?.endedAt ?? null;
  if (letGoAt === null || Date.parse(letGoAt) <= Date.parse(observation.observedAt)) return rest;
  const { activeOutputs: _outputs, backup: _backup, ...unseen } = rest;
  return { ...unseen, alerts: rest.alerts.filter(({ alertType }) => alertType !== PAUSE_ALERT) };
}

function isPauseMeant({ outputPause }: Pick<Destination, 'outputPause'>): boolean {
  return outputPause?.state === 'paused';
}

function slateOf(
  { held, slateBreak }: Pick<Destination, 'held' | 'slateBreak'>,
  { activeOutputs = 0 }: Observation,
  isUnfed: boolean,
): Observation['slate'] {
  if (activeOutputs === 0) return undefined;
  const isCovered =
    slateBreak && slateBreak.state !== 'showing' && slateBreak.runStartedAt === held.channelRun?.startedAt;
  if (isCovered) return 'break';
  return isUnfed && held.channel?.holds ? 'hold' : undefined;
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
