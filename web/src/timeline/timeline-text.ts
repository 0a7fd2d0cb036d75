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

/** A reason code before the words, which stands there for machines. */
const REASON_CODE = /^[a-z]+(_[a-z]+)*: /;

/** What happened, as a line of its own. */
export function timelineWords({ kind, detail }: Pick<TimelineEntry, 'kind' | 'detail'>): string {
  if (kind === 'edited') return `Edited: ${detail}`;
  if (kind !== 'health') return sentence(detail);
  const words = detail.replace(REASON_CODE, '');
  // A health without words is known by its code alone.
  return sentence(words || detail.replace(/: *$/, '').replaceAll('_', ' '));
}
