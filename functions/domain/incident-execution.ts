import type { Incident } from './incident.ts';

/**
 * Returns the name of the execution that looks after an incident: at most 80 characters, as Step Functions demands. Apart
 * from the incident's own file, so that a function that only starts executions does not contain the rules.
 */
export function incidentExecutionOf({ incidentId }: Pick<Incident, 'incidentId'>, revision: number): string {
  return `${incidentId}-${revision}`;
}
