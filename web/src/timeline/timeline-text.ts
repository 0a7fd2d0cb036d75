import type { Timeline } from '../../../functions/api/schemas/timeline.ts';
import { sentence } from '../ui/format.ts';

/** One entry of a destination's timeline. */
export type TimelineEntry = Timeline['data'][number];

/** Kinds of entries, as in the filter. */
export const TIMELINE_KIND_WORDS: Record<TimelineEntry['kind'], string> = {
  operation_began: 'Actions started',
  operation_ended: 'Actions finished',
  edited: 'Edits',
  health: 'Health changes',
  drift: 'External changes',
  incident: 'Incidents',
  source: 'Source',
  show: 'Shows',
  ceiling: 'Ceilings',
};

/** Names of automatic actors; users are shown by the name of the API. */
const MACHINE_ACTORS: Record<string, string> = {
  workflow: 'Sluice',
  sweep: 'Automatic',
  monitor: 'Monitor',
};

/** Returns the actor of an entry. */
export function timelineActor({ actor }: Pick<TimelineEntry, 'actor'>): string {
  return MACHINE_ACTORS[actor] ?? sentence(actor);
}

/** Returns the text of an entry. */
export function timelineWords({ kind, detail }: Pick<TimelineEntry, 'kind' | 'detail'>): string {
  return kind === 'edited' ? `Edited: ${detail}` : sentence(detail);
}
