import type { IncidentResource } from '../../../functions/api/schemas/incidents.ts';

/** Words and order of incidents. The API decides which are open; nothing is judged here. */

type Severity = IncidentResource['severity'];

/** Most severe first. Not imported from the rules, whose texts would come with it. */
const RANKS: Record<Severity, number> = { high: 0, medium: 1, low: 2 };

/** Colour of a severity. */
export const SEVERITY_TONES = { high: 'attention', medium: 'motion', low: 'waiting' } as const;

export const SEVERITY_WORDS: Record<Severity, string> = { high: 'High', medium: 'Medium', low: 'Low' };

/**
 * Returns the incidents that call for a person: not effects of another one, and not muted. Most severe first, then
 * unacknowledged ones, then the oldest.
 */
export function callingIncidents(incidents: readonly IncidentResource[]): IncidentResource[] {
  return incidents
    .filter(({ hiddenBy, muted }) => hiddenBy === null && muted === null)
    .toSorted(
      (one, other) =>
        RANKS[one.severity] - RANKS[other.severity] ||
        Number(one.state === 'acknowledged') - Number(other.state === 'acknowledged') ||
        Date.parse(one.since) - Date.parse(other.since),
    );
}

/** Returns what the browser's tab shows before the title: the number of incidents, or nothing. */
export function titlePrefix(count: number): string {
  return count > 0 ? `(${count}) ` : '';
}

/** Names an incident: its subject only where the rule's name does not say it. */
export function incidentName({ title, subject, isDrill }: IncidentResource): string {
  const name = subject.kind === 'destination' ? `${subject.name}: ${title}` : title;
  return isDrill ? `Drill: ${name}` : name;
}

/** Names the destinations that suffer; empty for an incident of one destination. */
export function affectedWords({ subject, affected }: IncidentResource): string {
  if (subject.kind === 'destination' || affected.length === 0) return '';
  const [first, second, ...more] = affected.map(({ name }) => name);
  const named = [first, second].filter(Boolean).join(', ');
  return more.length > 0 ? `${named} and ${more.length} more` : named;
}

/** Returns incidents that have opened, become more severe or been unmuted since. Acknowledged ones raise no alarm. */
export function newCalls(
  before: readonly IncidentResource[],
  calling: readonly IncidentResource[],
): IncidentResource[] {
  const known = new Map(before.map(({ incidentId, severity }) => [incidentId, severity]));
  return calling.filter(({ incidentId, severity, state }) => {
    const was = known.get(incidentId);
    return state === 'open' && (was === undefined || RANKS[severity] < RANKS[was]);
  });
}

/** Returns true for an incident that a page’s filter selects; an empty value selects all. */
export function matchesFilter(
  { severity, subject }: IncidentResource,
  filter: { severity: string; kind: string },
): boolean {
  return (!filter.severity || severity === filter.severity) && (!filter.kind || subject.kind === filter.kind);
}
