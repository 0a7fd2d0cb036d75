import type { TimelineEntry } from './destination.ts';
import { ruleOf } from './incident-rules.ts';
import { durationSeconds, type Incident } from './incident.ts';

/**
 * The line of an incident on the timeline. It is one line however many transitions the incident has: it is written when
 * the incident opens, and written again in its place with how it went on and how long it lasted.
 */

/** Destinations that are named in one line; of more, only the number is given. */
const NAMED_MAX = 6;

/** A row of the history about an incident. */
export interface IncidentEntry {
  owner: { destinationId: string; name: string };
  entry: TimelineEntry;
  /** Distinguishes incidents of the same instant. */
  order: string;
  /** Of two writes of one row, the later revision stays. */
  revision: number;
}

/** Returns the line of an incident that has opened. Pure. */
export function toTimelineEntry(incident: Incident): IncidentEntry {
  const { rule, subject, openedAt, since, incidentId, revision } = incident;
  return {
    owner: { destinationId: subject.id === 'main' ? 'source' : subject.id, name: subject.name },
    entry: {
      at: openedAt ?? since,
      actor: 'monitor',
      kind: 'incident',
      detail: `${ruleOf(rule).title}: ${storyOf(incident)}`,
    },
    order: incidentId,
    revision,
  };
}

function storyOf(incident: Incident): string {
  const { state, acknowledgedBy, acknowledgedAt, affected, resolution, isDrill, detail } = incident;
  const parts = [detail];
  if (affected.length > 0) parts.push(`affects ${nameAll(affected.map(({ name }) => name))}`);
  if (acknowledgedBy !== null && acknowledgedAt !== null) parts.push(`acknowledged by ${acknowledgedBy}`);
  if (state === 'resolved' && resolution !== 'cleared') parts.push(ENDS[resolution ?? 'cleared']);
  if (state === 'resolved')
    parts.push(`lasted ${formatDuration(durationSeconds(incident, new Date(incident.resolvedAt!)))}`);
  if (isDrill) parts.push('a drill');
  return parts.join('; ');
}

const ENDS = { cleared: '', subject_gone: 'the destination was deleted', rule_disabled: 'the rule was switched off' };

function nameAll(names: readonly string[]): string {
  const rest = names.length - NAMED_MAX;
  return rest > 0 ? `${names.slice(0, NAMED_MAX).join(', ')} and ${rest} more` : names.join(', ');
}

/** Formats seconds as `45 s`, `2 min 5 s` or `1 h 3 min`. */
export function formatDuration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  const rest = Math.round(seconds % 60);
  if (minutes === 0) return `${rest} s`;
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
}
