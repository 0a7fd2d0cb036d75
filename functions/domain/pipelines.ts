import type { Observation, PipelineFigures } from './destination.ts';
import type { Classified } from './health-alerts.ts';
import { HEALTH_REASONS, type HealthLevel } from './health-reasons.ts';

/** The two pipelines of a channel with a backup ingest: what each delivers, and what follows for the destination. */

/** Returns an observation as if the channel had only its first pipeline. */
export function mainPipelineOf({ backup: _backup, ...observation }: Observation): Observation {
  return { ...observation, alerts: observation.alerts.filter(({ pipelineId }) => pipelineId !== '1') };
}

const FIGURES = [
  'activeOutputs',
  'bitrateBps',
  'fillMs',
  'framesPerSecond',
  'reconnects',
  'unsentFrames',
] as const satisfies (keyof PipelineFigures)[];

/** Returns an observation as if the channel had only its second pipeline. */
export function backupPipelineOf(observation: Observation): Observation {
  const shared = mainPipelineOf(observation);
  for (const figure of FIGURES) delete shared[figure];
  const alerts = observation.alerts.filter(({ pipelineId }) => pipelineId === '1');
  return { ...shared, ...observation.backup, alerts };
}

/** Connected or connecting without a failure: an ordinary start, or the return after a failure. */
const IS_STARTING: ReadonlySet<string> = new Set(['connecting', 'first_frames']);

function levelOf({ code }: Classified): HealthLevel {
  return HEALTH_REASONS[code].level;
}

function isDelivering(seen: Classified): boolean {
  return levelOf(seen) === 'good' || levelOf(seen) === 'degraded';
}

/**
 * Combines what is seen of both pipelines. As long as one delivers, the broadcast goes out: then the destination is
 * degraded by what the other one lacks. Pure.
 */
export function combinePipelines(main: Classified, backup: Classified): Classified {
  if (!isDelivering(main) && !isDelivering(backup)) return main;
  const isMain = isDelivering(backup) && levelOf(main) !== 'good';
  const worse = isMain ? main : backup;
  if (levelOf(worse) === 'good' || levelOf(worse) === 'unknown') return worse;
  const name = isMain ? ('main_ingest' as const) : ('backup_ingest' as const);
  const { detail = HEALTH_REASONS[worse.code].detail, attempt, nextAttemptAt } = worse;
  const code = `${name}_${IS_STARTING.has(worse.code) ? 'starting' : 'failing'}` as const;
  const about = isDelivering(worse) ? HEALTH_REASONS[`${name}_starting`].detail : HEALTH_REASONS[code].detail;
  return {
    code,
    detail: `${about}: ${detail}`,
    ...(attempt === undefined ? {} : { attempt }),
    ...(nextAttemptAt === undefined ? {} : { nextAttemptAt }),
  };
}
