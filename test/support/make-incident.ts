import type { SubjectObservation } from '../../functions/domain/incident-observe.ts';
import { INCIDENT_RULES, ruleOf, type RuleId } from '../../functions/domain/incident-rules.ts';
import type { IncidentSubject } from '../../functions/domain/incident.ts';

/** Subjects and observations for tests about incidents. */

export const SUBJECTS: Record<IncidentSubject['kind'], IncidentSubject> = {
  source: { kind: 'source', id: 'main', name: 'Source', group: null },
  destination: { kind: 'destination', id: 'dst_00000000000000000000000001', name: 'Main YouTube', group: 'Sunday' },
  deployment: { kind: 'deployment', id: 'deployment', name: 'Deployment', group: null },
  money: { kind: 'money', id: 'month', name: 'This month', group: null },
};

/** Observes one signal of a rule's subject. */
export function seen(
  rule: RuleId,
  value: number | boolean,
  more: Partial<SubjectObservation> = {},
): SubjectObservation {
  return { subject: SUBJECTS[INCIDENT_RULES[rule].subject], signals: { [ruleOf(rule).signal]: value }, ...more };
}

/** A value that is just trouble, and one that is just none. */
export function aroundLimit(
  rule: RuleId,
  limit = ruleOf(rule).threshold?.default ?? 0,
): [bad: number | boolean, good: number | boolean] {
  const { threshold } = ruleOf(rule);
  if (!threshold) return [true, false];
  const slightly = Math.max(limit, 1) * 1e-6;
  if (threshold.is === 'above') return [limit + slightly, limit];
  return threshold.is === 'below' ? [limit - slightly, limit] : [limit, limit - slightly];
}
