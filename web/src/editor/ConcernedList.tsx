import type { DestinationResource } from '../../../functions/api/schemas/answers.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { presentDestination } from '../destinations/destination-presentation.ts';
import classes from './editor.module.css';

interface ConcernedListProps {
  label: string;
  destinations: readonly DestinationResource[];
  /** What is said of each besides its state; null where there is nothing to say. */
  describe?: (destination: DestinationResource) => string | null;
}

/** The destinations a question is about, by name, each with its state. */
export function ConcernedList({ label, destinations, describe }: ConcernedListProps) {
  return (
    <ul className={classes.names} aria-label={label}>
      {destinations.map((destination) => {
        const { tone, glyph, word } = presentDestination(destination);
        const more = describe?.(destination) ?? null;
        return (
          <li key={destination.destinationId}>
            {destination.name}
            <StatusWord tone={tone} glyph={glyph} word={word} />
            {more !== null && <span className={classes.detail}>{more}</span>}
          </li>
        );
      })}
    </ul>
  );
}
