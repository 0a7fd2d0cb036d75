import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { DestinationFields } from '../api/destinations.ts';
import { isOffAirAnyway } from '../destinations/off-air.ts';
import { interruptingFields } from './destination-fields.ts';
import { RestartCost } from './RestartCost.tsx';
import classes from './editor.module.css';

interface RestartNoteProps {
  destination: DestinationResource;
  changes: Partial<DestinationFields>;
}

/** Shows before saving whether an edit interrupts the running destination, and for how long. */
export function RestartNote({ destination, changes }: RestartNoteProps) {
  if (destination.desired !== 'running') return null;
  const interrupting = interruptingFields(changes);
  if (interrupting.length === 0) {
    return (
      <p className={classes.text} role="status">
        {Object.keys(changes).length > 0
          ? 'These changes do not interrupt it.'
          : 'This destination is running. Name, group and “When stopped” change without interruption. Other changes need a restart; you choose when.'}
      </p>
    );
  }
  if (isOffAirAnyway(destination)) {
    return (
      <p className={classes.text} role="status">
        This destination is not on air, so a new {interrupting.join(' and ')} applies at once.
      </p>
    );
  }
  return (
    <p className={classes.text} role="status">
      A new {interrupting.join(' and ')} restarts this destination only. You choose when:{' '}
      <RestartCost destination={destination} />
    </p>
  );
}
