import { TextInput } from '@mantine/core';
import { useShow } from '../app/use-show.ts';
import type { ShowFormValues } from './show-fields.ts';
import classes from './Shows.module.css';

type Chosen = ShowFormValues['destinations'];

interface DestinationChoiceProps {
  chosen: Chosen;
  /** What the API refuses about them. */
  faults: readonly string[];
  onChange: (chosen: Chosen) => void;
}

/** Chooses the destinations of a show, each with its offset. They start and stop in the order they were chosen in. */
export function DestinationChoice({ chosen, faults, onChange }: DestinationChoiceProps) {
  const { destinations } = useShow();
  const usable = (destinations ?? []).filter(({ primary, desired }) => !primary && desired !== 'deleted');
  const isUsable = ({ destinationId }: Chosen[number]) => usable.some((each) => each.destinationId === destinationId);
  // A copy or restored input may name one that was deleted meanwhile. It can only be left out.
  const gone = destinations ? chosen.filter((each) => !isUsable(each)) : [];
  return (
    <fieldset className={classes.destinations}>
      <legend>Destinations</legend>
      <p className={classes.hint}>
        They start and stop in the order in which you choose them. A negative offset is before the start.
      </p>
      {usable.length === 0 && <p>No destinations yet. Add one on the page Destinations first.</p>}
      {usable.map(({ destinationId, name }) => {
        const own = chosen.find((each) => each.destinationId === destinationId);
        const set = (part: Partial<Chosen[number]>): void =>
          onChange(chosen.map((each) => (each === own ? { ...each, ...part } : each)));
        return (
          <div key={destinationId} className={classes.destination}>
            <label className={classes.choice}>
              <input
                type="checkbox"
                checked={own !== undefined}
                onChange={(event) =>
                  onChange(
                    event.currentTarget.checked
                      ? [...chosen, { destinationId, offsetSeconds: '0', isRequired: false }]
                      : chosen.filter((each) => each !== own),
                  )
                }
              />
              <span>{name}</span>
            </label>
            {own && (
              <>
                <TextInput
                  className={classes.offset}
                  size="xs"
                  type="number"
                  label="Offset in seconds"
                  aria-label={`Offset in seconds of ${name}`}
                  value={own.offsetSeconds}
                  onChange={(event) => set({ offsetSeconds: event.currentTarget.value })}
                />
                <label className={classes.choice}>
                  <input
                    type="checkbox"
                    checked={own.isRequired}
                    aria-label={`${name} is required`}
                    onChange={(event) => set({ isRequired: event.currentTarget.checked })}
                  />
                  Required
                </label>
              </>
            )}
          </div>
        );
      })}
      {gone.map((each) => (
        <label key={each.destinationId} className={classes.choice}>
          <input
            type="checkbox"
            checked
            onChange={() => onChange(chosen.filter(({ destinationId }) => destinationId !== each.destinationId))}
          />
          <span>A destination that was deleted</span>
        </label>
      ))}
      {faults.map((fault) => (
        <p key={fault} role="alert" className={classes.fault}>
          {fault}
        </p>
      ))}
    </fieldset>
  );
}
