import { ruleOf, type RuleId, type Severity } from './incident-rules.ts';
import {
  durationSeconds,
  type DueTransition,
  type Incident,
  type IncidentSubject,
  type TransitionKind,
} from './incident.ts';

/**
 * What a message says about one transition of an incident. It is written once per transition, before anything is sent,
 * and holds everything that a message needs.
 */
export interface IncidentNotification {
  /** The same however often the transition is handed over. */
  notificationId: string;
  incidentId: string;
  revision: number;
  kind: TransitionKind;
  at: string;
  rule: RuleId;
  title: string;
  severity: Severity;
  subject: IncidentSubject;
  isDrill: boolean;
  isEscalated: boolean;
  detail: string;
  meaning: string;
  action: string;
  since: string;
  /** How long the trouble lasted until this transition. */
  durationSeconds: number;
  affected: Incident['affected'];
  acknowledgedBy: string | null;
}

/** Returns the notification of a transition that is due. Pure. */
export function toNotification(incident: Incident, { revision, kind, at }: DueTransition): IncidentNotification {
  const { title, meaning, action } = ruleOf(incident.rule);
  return {
    notificationId: `${incident.incidentId}-${revision}`,
    incidentId: incident.incidentId,
    revision,
    kind,
    at,
    rule: incident.rule,
    title,
    severity: incident.severity,
    subject: incident.subject,
    isDrill: incident.isDrill,
    isEscalated: incident.escalatedAt !== null,
    detail: incident.detail,
    meaning,
    action,
    since: incident.since,
    durationSeconds: durationSeconds(kind === 'resolved' ? incident : { ...incident, resolvedAt: null }, new Date(at)),
    affected: incident.affected,
    acknowledgedBy: incident.acknowledgedBy,
  };
}
