import { listAllDestinations } from '../aws/destination-table.ts';
import { putScheduleRun, type ScheduleRun } from '../aws/incident-settings-table.ts';
import type { AwsDeps } from '../aws/clients.ts';
import { pricingOf } from '../aws/pricing-of.ts';
import { ceilingSignals, removedCeilings, type CeilingReport } from '../domain/ceiling-signals.ts';
import { priceOfHeld } from '../domain/cost.ts';
import type { Destination } from '../domain/destination.ts';
import type { SubjectObservation } from '../domain/incident-observe.ts';
import type { Incident } from '../domain/incident.ts';
import {
  deploymentSignals,
  destinationSignals,
  goneSubjects,
  sourceSignals,
  type DrillSeen,
  type SourceSeen,
} from '../domain/incident-signals.ts';
import { sum } from '../domain/money.ts';
import { evaluateCeilings, type CeilingDeps } from '../workflow/ceilings.ts';
import { endSourceLosses } from '../workflow/end-source-loss.ts';
import { evaluateIncidents, type Known } from '../workflow/evaluate-incidents.ts';
import { evaluateNoSource, type NoSourceSeen } from '../workflow/no-source-limit.ts';
import { readShowCeilings } from '../workflow/show-ceiling.ts';
import type { IncidentDeps } from '../workflow/finish-incident.ts';
import { COUNTED_LINES, type MonitorOutcome } from './counted-log-lines.ts';
import type { MonitorDeps } from './monitor-deps.ts';
import { recordAlways } from './record-always.ts';
import { observeRecords, type MonitorReport } from './monitor.ts';
import { errorName } from '../domain/errors.ts';

/** One run of the monitor: it observes, then evaluates the rules of incidents on what it has seen. */
export type MonitorRunDeps = MonitorDeps &
  IncidentDeps &
  CeilingDeps &
  AwsDeps<never, 'channelQuota' | 'pushInputQuota' | 'recordingMachineArn'> & {
    /** Seconds between two runs. */
    everySeconds: number;
    /** The drills in progress; left out where there can be none. */
    drills?: () => readonly DrillSeen[];
  };

/** A run is recorded this often, because each record is a write. */
const RECORDED_EVERY_SECONDS = 30;
/** What the sweep found out longer ago than this is not believed any more. */
const SWEEP_FRESH_SECONDS = 1800;

/** Observes the source and all running destinations, and evaluates the rules. */
export async function runMonitor(deps: MonitorRunDeps): Promise<MonitorOutcome> {
  return observeAndEvaluate(deps, await listAllDestinations(deps));
}

/**
 * Observes some destinations and evaluates the rules for all.
 * @param about those to observe; the others count as they were last observed
 * @throws the error of a destination that could not be observed, after the others were evaluated
 */
export async function observeAndEvaluate(
  deps: MonitorRunDeps,
  records: readonly Destination[],
  about: readonly Destination[] = records,
): Promise<MonitorOutcome> {
  const report = await observeRecords(deps, about);
  await endSourceLosses(deps, withObservations(records, report));
  await evaluateObserved(deps, records, report);
  await recordQuietly(deps, records, report);
  if (report.failure !== undefined) throw report.failure;
  return report.outcome;
}

/** Begins or ends a recording by the setting. Logs a failure: the next run tries again. */
async function recordQuietly(
  deps: MonitorRunDeps,
  records: readonly Destination[],
  { source }: MonitorReport,
): Promise<void> {
  try {
    await recordAlways(deps, source, records);
  } catch (error) {
    deps.logger.warn('the recording did not follow the source', {
      error: errorName(error),
    });
  }
}

function withObservations(records: readonly Destination[], { observations }: MonitorReport): Destination[] {
  return records.map((record) => {
    const observation = observations.get(record.destinationId);
    return observation ? { ...record, observation } : record;
  });
}

async function evaluateObserved(
  deps: MonitorRunDeps,
  listed: readonly Destination[],
  report: MonitorReport,
): Promise<void> {
  const { source } = report;
  const records = withObservations(listed, report);
  const drills = deps.drills?.() ?? [];
  const reports = await evaluateCeilingsQuietly(deps, listed);
  const noSource = await evaluateNoSourceQuietly(deps, records, source.connected);
  let ranAt: string | undefined;
  const observe = ({ incidents, runs, now }: Known) => {
    ranAt = runs.monitor?.ranAt;
    const quotas = deps.deployment;
    const seen = {
      quotas,
      monitorRanAt: now.toISOString(),
      sweepRanAt: runs.sweep?.ranAt,
      ...sweepFindings(runs.sweep, now),
    };
    return [
      sourceSignals({ ...source, ...priceOf(deps, records) }, records, drills),
      ...records.map((record) => destinationSignals(record, now, drills)),
      deploymentSignals({ ...seen, noSource }, records, now),
      ...goneSubjects(incidents, records),
      ...moneySignals(reports, incidents, records, now),
    ];
  };
  await evaluateIncidents(deps, observe, { everySeconds: deps.everySeconds });
  await recordRun(deps, ranAt);
}

/** Returns what everything that runs costs per hour; nothing on one machine, which bills nothing. */
function priceOf(deps: MonitorRunDeps, records: readonly Destination[]): Pick<SourceSeen, 'costPerHour'> {
  if (deps.hasEngine) return {};
  const pricing = pricingOf(deps);
  return { costPerHour: sum(records.map((record) => priceOfHeld(pricing, record))) };
}

/**
 * Evaluates the ceilings. Logs a failure, which must not keep the other rules from being evaluated.
 * @returns null when the spending could not be read, which proves nothing
 */
async function evaluateCeilingsQuietly(
  deps: MonitorRunDeps,
  records: readonly Destination[],
): Promise<CeilingReport[] | null> {
  try {
    const ofDeployment = await evaluateCeilings(deps, records, deps.everySeconds);
    return [...ofDeployment, ...(await readShowCeilings(deps, records))];
  } catch (error) {
    deps.logger.error(COUNTED_LINES.ceilingsNotEvaluated, { error: errorName(error) });
    return null;
  }
}

/** Applies the no-source limit. Logs a failure: the next run tries again, and until then nothing is known. */
async function evaluateNoSourceQuietly(
  deps: MonitorRunDeps,
  records: readonly Destination[],
  connected: boolean | null | undefined,
): Promise<NoSourceSeen | undefined> {
  try {
    return await evaluateNoSource(deps, records, connected);
  } catch (error) {
    deps.logger.error('the no-source limit could not be evaluated', { error: errorName(error) });
    return undefined;
  }
}

function moneySignals(
  reports: readonly CeilingReport[] | null,
  incidents: readonly Incident[],
  records: readonly Destination[],
  now: Date,
): SubjectObservation[] {
  if (!reports) return [];
  return [...reports.map((report) => ceilingSignals(report, records, now)), ...removedCeilings(incidents, reports)];
}

function sweepFindings(
  run: ScheduleRun | undefined,
  now: Date,
): Pick<ScheduleRun, 'orphans' | 'egressBlocked' | 'failingTargets' | 'unreadyShows'> {
  if (!run || now.getTime() - Date.parse(run.ranAt) > SWEEP_FRESH_SECONDS * 1000) return {};
  const { egressBlocked, failingTargets, orphans, unreadyShows } = run;
  return { egressBlocked, failingTargets, orphans, unreadyShows };
}

async function recordRun(deps: MonitorRunDeps, before: string | undefined): Promise<void> {
  const now = deps.now();
  const ageMs = before === undefined ? Infinity : now.getTime() - Date.parse(before);
  // An age is negative after the clock was set back.
  if (ageMs >= 0 && ageMs < RECORDED_EVERY_SECONDS * 1000) return;
  await putScheduleRun(deps, 'monitor', { ranAt: now.toISOString() });
}
