import { getIncident, writeIncident } from '../aws/incident-table.ts';
import { AppError } from '../domain/errors.ts';
import type { Incident } from '../domain/incident.ts';
import { finishIncident, type IncidentDeps } from './finish-incident.ts';

const ATTEMPTS_MAX = 8;

/**
 * Changes an incident that is not resolved, and computes the change again when another process came first.
 * @param change returns the incident to store, or null to write nothing
 * @returns the incident as stored; null when it does not exist
 * @throws {AppError} `concurrent_change` when other processes came first on every attempt
 */
export async function changeIncident(
  deps: IncidentDeps,
  incidentId: string,
  change: (incident: Incident) => Incident | null,
): Promise<Incident | null> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = await getIncident(deps, incidentId);
    if (before === null) return null;
    const after = before.state === 'resolved' ? null : change(before);
    if (after === null) return before;
    const written = await writeIncident(deps, before, after);
    if (!written) continue;
    await finishIncident(deps, written);
    return (await getIncident(deps, incidentId)) ?? written;
  }
  throw new AppError('concurrent_change', {
    detail: `the incident was changed by others ${ATTEMPTS_MAX} times while this change was made`,
    remedy: 'try again',
    retryAfterSeconds: 1,
  });
}
