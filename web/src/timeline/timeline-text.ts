import type { Timeline } from '../../../functions/api/schemas/answers.ts';
import { sentence } from '../ui/format.ts';

/** One entry of a destination's past. */
export type TimelineEntry = Timeline['data'][number];

/** Kinds of entries as a filter offers them. */
export const TIMELINE_KIND_WORDS: Record<TimelineEntry['kind'], string> = {
  operation_began: 'Actions started',
  operation_ended: 'Actions finished',
  edited: 'Edits',
  health: 'Health changes',
  drift: 'External changes',
};

/** What acts without a person; everybody else is called by the name the API gives. */
const MACHINE_ACTORS: Record<string, string> = {
  workflow: 'Sluice',
  sweep: 'Automatic',
  monitor: 'Monitor',
};

/** Who or what caused it. */
export function timelineActor({ actor }: Pick<TimelineEntry, 'actor'>): string {
  return MACHINE_ACTORS[actor] ?? sentence(actor);
}

/** What happened, as a line of its own. */
export function timelineWords({ kind, detail }: Pick<TimelineEntry, 'kind' | 'detail'>): string {
  return kind === 'edited' ? `Edited: ${detail}` : sentence(detail);
}
