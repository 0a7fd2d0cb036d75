import type { DestinationResource, PresetsResource } from '../../../functions/api/schemas.ts';
import type { BitrateHistory } from '../presentation/bitrate-history.ts';
import { AddDestinationButton } from './AddDestinationButton.tsx';
import { BulkButtons } from './BulkButtons.tsx';
import { DestinationRow } from './DestinationRow.tsx';
import classes from './DestinationList.module.css';

interface DestinationListProps {
  destinations: readonly DestinationResource[];
  presets: PresetsResource | undefined;
  history: BitrateHistory;
  /** The source is coming in, so there is something to let through. */
  sourceConnected: boolean;
  stale: boolean;
}

/** The same one every time, so that a row that sends nothing is not rendered with every poll. */
const NO_HISTORY: readonly (number | null)[] = [];

/** All destinations, hanging off the source like branches off a stream. */
export function DestinationList({ destinations, presets, history, sourceConnected, stale }: DestinationListProps) {
  // What is always on comes first: it is the preview's own channel, and it never moves.
  const ordered = destinations.toSorted((a, b) => Number(b.primary) - Number(a.primary));
  return (
    <section
      aria-labelledby="destinations-heading"
      className={classes.section}
      data-flowing={(sourceConnected && !stale) || undefined}
    >
      <div className={classes.heading}>
        <h2 id="destinations-heading">Destinations</h2>
        <div className={classes.actions}>
          {destinations.some((destination) => !destination.primary) && <BulkButtons destinations={destinations} />}
          <AddDestinationButton />
        </div>
      </div>
      <ul className={classes.list}>
        {ordered.map((destination) => (
          <DestinationRow
            key={destination.destinationId}
            destination={destination}
            presets={presets}
            history={
              destination.status === 'running' ? (history.get(destination.destinationId) ?? NO_HISTORY) : NO_HISTORY
            }
            stale={stale}
          />
        ))}
      </ul>
    </section>
  );
}
