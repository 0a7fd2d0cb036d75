import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { StatusWord } from '../destinations/StatusWord.tsx';
import { presentDestination } from '../destinations/destination-presentation.ts';
import classes from './editor.module.css';

interface ConcernedListProps {
  label: string;
  destinations: readonly DestinationResource[];
  /** Text beside the state of each destination, or null. */
  describe?: (destination: DestinationResource) => string | null;
}

/** The destinations of a dialog, by name and state. */
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
