import { ruleOf } from '../../functions/domain/incident-rules.ts';
import type { IncidentNotification } from '../../functions/domain/incident-notification.ts';
import type { Incident, TransitionKind } from '../../functions/domain/incident.ts';
import { Violation } from './violation.ts';
import type { Item, Watcher } from './watching.ts';
import type { World } from './world.ts';

/**
 * I13 incidents: an incident opens once and resolves once, each transition has exactly one notification, none is lost,
 * and nothing old replaces anything newer.
 */

/** Transitions that an incident makes at most once, unless an operator or a drill intervenes. */
const ONCE: readonly TransitionKind[] = ['opened', 'escalated', 'resolved'];

/** Transitions that report that an incident is there. */
const ANNOUNCING: readonly TransitionKind[] = ['opened', 'unmuted'];

/** Creates the watcher. */
export function watchIncidents(world: World): Watcher {
  const seen = new Set<string>();
  return {
    wrote(key, before, after) {
      if (key.startsWith('NOTIFICATIONS-DUE/')) return checkNotification(before, after);
      if (key.startsWith('INCIDENTS/')) checkIncident(asIncident(before), asIncident(after));
    },
  };

  function checkNotification(before: Item | null, after: Item | null): void {
    if (before !== null) throw new Violation('I13 incidents', 'a notification was recorded twice');
    const { incidentId, kind, rule, since, at } = after as unknown as IncidentNotification;
    const transition = `${incidentId} ${kind}`;
    if (ONCE.includes(kind) && seen.has(transition)) throw new Violation('I13 incidents', `${transition} twice`);
    seen.add(transition);
    if (kind === 'resolved' && !ANNOUNCING.some((each) => seen.has(`${incidentId} ${each}`))) {
      throw new Violation('I13 incidents', `the end of ${incidentId} was reported without its beginning`);
    }
    const heldMs = Date.parse(at) - Date.parse(since);
    if (kind === 'opened' && heldMs < ruleOf(rule).holdSeconds * 1000) {
      throw new Violation('I13 incidents', `${rule} opened after ${heldMs} ms`);
    }
  }

  function checkIncident(before: Incident | null, after: Incident | null): void {
    if (before === null) return;
    const { incidentId } = before;
    const isSame = after?.incidentId === incidentId;
    if (!isSame && before.state !== 'pending' && before.state !== 'resolved') {
      throw new Violation('I13 incidents', `${incidentId} was ${before.state} and is gone`);
    }
    if (isSame && after.revision < before.revision) {
      throw new Violation('I13 incidents', `${incidentId} went back to revision ${after.revision}`);
    }
    const due = new Set(isSame ? after.due.map(({ revision }) => revision) : []);
    for (const { revision, kind } of before.due) {
      if (due.has(revision) || world.items.has(`NOTIFICATIONS-DUE/${incidentId}-${revision}`)) continue;
      throw new Violation('I13 incidents', `the notification of ${incidentId} ${kind} was lost`);
    }
  }
}

function asIncident(item: Item | null): Incident | null {
  return item as unknown as Incident | null;
}
