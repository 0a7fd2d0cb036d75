import type { TableDeps } from '../aws/clients.ts';
import { readIncidentCircumstances, type ScheduleRun, type ScheduleName } from '../aws/incident-settings-table.ts';
import { insertIncident, listStandingIncidents, removeStanding, writeIncident } from '../aws/incident-table.ts';
import { observe, type SubjectObservation } from '../domain/incident-observe.ts';
import type { Incident } from '../domain/incident.ts';
import { finishIncident, type IncidentDeps } from './finish-incident.ts';

/**
 * Evaluates the rules after something was observed. The monitor, the sweep, events and the incident’s own workflow all
 * do the same: read the incidents, let `observe` move them, and write what has changed. Each write is conditional, so of
 * several that evaluate at once only one makes a transition. What follows from a transition is done afterwards and can be
 * repeated: the timeline, the notification, the execution and the move to the history.
 */

/** Others came first; what they wrote is read again this often. */
const ATTEMPTS_MAX = 4;

/** What an evaluation starts from. */
export interface Known {
  incidents: readonly Incident[];
  runs: Partial<Record<ScheduleName, ScheduleRun>>;
  now: Date;
}

export interface EvaluationResult {
  /** Incidents that are not resolved afterwards. */
  standing: Incident[];
  opened: number;
  resolved: number;
}

/**
 * Evaluates all rules.
 * @param toObservations computed again when others have changed incidents meanwhile
 * @param options.everySeconds seconds until the caller evaluates again
 */
export async function evaluateIncidents(
  deps: IncidentDeps,
  toObservations: (known: Known) => readonly SubjectObservation[],
  { everySeconds = 0 }: { everySeconds?: number } = {},
): Promise<EvaluationResult> {
  const result: EvaluationResult = { standing: [], opened: 0, resolved: 0 };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const [incidents, { settings, runs }] = await Promise.all([
      listStandingIncidents(deps),
      readIncidentCircumstances(deps),
    ]);
    const now = deps.now();
    const observations = toObservations({ incidents, runs, now });
    const observed = observe(incidents, observations, now, { ...settings, observedEverySeconds: everySeconds });
    const { written, isComplete } = await writeChanges(deps, incidents, observed.incidents);
    const committed = new Map(written.map((incident) => [incident.incidentId, incident]));
    for (const { kind, incident } of observed.transitions) {
      if (!committed.has(incident.incidentId)) continue;
      if (kind === 'opened') result.opened += 1;
      if (kind === 'resolved') result.resolved += 1;
    }
    // Those that another process left unfinished, too. A change that was not written has happened to no incident.
    const asRead = new Set(incidents);
    for (const incident of observed.incidents) {
      const stored = committed.get(incident.incidentId) ?? (asRead.has(incident) ? incident : null);
      if (stored && (committed.has(stored.incidentId) || isUnfinished(stored))) await finishIncident(deps, stored);
    }
    result.standing = observed.incidents.filter(({ state }) => state !== 'resolved');
    if (isComplete) break;
  }
  return result;
}

function isUnfinished({ due, state }: Incident): boolean {
  return due.length > 0 || state === 'resolved';
}

/** Writes what has changed. @returns the incidents that this call wrote, and whether it wrote all */
async function writeChanges(
  deps: TableDeps,
  before: readonly Incident[],
  after: readonly Incident[],
): Promise<{ written: Incident[]; isComplete: boolean }> {
  const known = new Map(before.map((incident) => [incident.incidentId, incident]));
  const written: Incident[] = [];
  let isComplete = true;
  for (const incident of after) {
    const stored = known.get(incident.incidentId);
    known.delete(incident.incidentId);
    if (stored === incident) continue;
    const next = stored ? await writeIncident(deps, stored, incident) : await insert(deps, incident);
    if (next) written.push(next);
    else isComplete = false;
  }
  // The rest were pending and came to nothing.
  for (const incident of known.values()) if (!(await removeStanding(deps, incident))) isComplete = false;
  return { written, isComplete };
}

async function insert(deps: TableDeps, incident: Incident): Promise<Incident | null> {
  return (await insertIncident(deps, incident)) ? incident : null;
}
