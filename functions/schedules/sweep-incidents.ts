import { observeIncidentExecution, startIncidentExecution } from '../aws/executions.ts';
import { putScheduleRun, type ScheduleRun } from '../aws/incident-settings-table.ts';
import { writeIncident } from '../aws/incident-table.ts';
import type { Destination } from '../domain/destination.ts';
import { deploymentSignals } from '../domain/incident-signals.ts';
import { isStanding, type Incident } from '../domain/incident.ts';
import { evaluateIncidents } from '../workflow/evaluate-incidents.ts';
import type { IncidentDeps } from '../workflow/finish-incident.ts';

/**
 * The sweep's part in incidents: it says when it ran and what it found, notices a monitor that does not run, and starts
 * the executions that are missing.
 */

/** Executions that one sweep asks about. More incidents than this are handled by the next sweeps. */
const ASKED_MAX = 100;

/** Records the run and evaluates the rules about the deployment. */
export async function reportSweep(
  deps: IncidentDeps,
  records: readonly Destination[],
  found: Omit<ScheduleRun, 'ranAt'>,
): Promise<void> {
  await putScheduleRun(deps, 'sweep', { ranAt: deps.now().toISOString(), ...found });
  const { standing } = await evaluateIncidents(deps, ({ runs, now }) => {
    const seen = { ...found, monitorRanAt: runs.monitor?.ranAt, sweepRanAt: now.toISOString() };
    return [deploymentSignals(seen, records, now)];
  });
  await restartMissing(deps, standing);
}

/** Starts the execution of each incident that has none. */
async function restartMissing(deps: IncidentDeps, incidents: readonly Incident[]): Promise<void> {
  const standing = incidents.filter(
    (incident) => isStanding(incident) || (incident.state === 'pending' && incident.executionRevision !== null),
  );
  for (const incident of standing.slice(0, ASKED_MAX)) {
    const state = await observeIncidentExecution(deps, incident);
    if (state === 'running') continue;
    if (state === 'missing' && incident.executionRevision !== null) await startIncidentExecution(deps, incident);
    else await startNext(deps, incident);
  }
}

/** A name cannot be used again, so the next execution is named by the next revision. */
async function startNext(deps: IncidentDeps, incident: Incident): Promise<void> {
  const revision = incident.revision + 1;
  const next = await writeIncident(deps, incident, { ...incident, revision, executionRevision: revision });
  if (!next) return;
  deps.logger.info('sweep resumes the workflow of an incident', { incidentId: incident.incidentId, revision });
  await startIncidentExecution(deps, next);
}
