import type { z } from '@hono/zod-openapi';
import { ruleOf } from '../../domain/incident-rules.ts';
import { durationSeconds, type Incident } from '../../domain/incident.ts';
import type { IncidentResource } from '../schemas/incidents.ts';

/** Returns an incident as the API shows it. */
export function toIncidentResource(incident: Incident, now: Date): z.infer<typeof IncidentResource> {
  const { title, meaning, action } = ruleOf(incident.rule);
  const { incidentId, rule, subject, severity, state, isDrill, detail, since, openedAt } = incident;
  const { acknowledgedAt, acknowledgedBy, escalatedAt, resolvedAt, resolution, muted, affected, revision } = incident;
  return {
    ...{ incidentId, rule, title, subject, severity, state, isDrill, detail, meaning, action, since, openedAt },
    ...{ acknowledgedAt, acknowledgedBy, escalatedAt, resolvedAt, resolution, muted, affected, revision },
    durationSeconds: durationSeconds(incident, now),
    hiddenBy: incident.inhibitedBy,
    log: incident.notes,
  };
}
