import { TextInput } from '@mantine/core';
import { useShow } from '../app/use-show.ts';
import type { ShowFormValues } from './show-fields.ts';
import classes from './Shows.module.css';

type Chosen = ShowFormValues['destinations'];

/** Chooses the destinations of a show, each with its offset. They start and stop in the order they were chosen in. */
export function DestinationChoice({ chosen, onChange }: { chosen: Chosen; onChange: (chosen: Chosen) => void }) {
  const { destinations = [] } = useShow();
  const usable = destinations.filter(({ primary, desired }) => !primary && desired !== 'deleted');
  return (
    <fieldset className={classes.destinations}>
      <legend>Destinations</legend>
      {usable.length === 0 && <p>No destinations yet. Add one on the page Destinations.</p>}
      {usable.map(({ destinationId, name }) => {
        const own = chosen.find((each) => each.destinationId === destinationId);
        const set = (part: Partial<Chosen[number]>): void =>
          onChange(chosen.map((each) => (each === own ? { ...each, ...part } : each)));
        return (
          <div key={destinationId} className={classes.destination}>
            <label>
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
              />{' '}
              {name}
            </label>
            {own && (
              <>
                <TextInput
                  className={classes.offset}
                  size="xs"
                  type="number"
                  label="Offset, s"
                  aria-label={`Offset of ${name} in seconds`}
                  value={own.offsetSeconds}
                  onChange={(event) => set({ offsetSeconds: event.currentTarget.value })}
                />
                <label>
                  <input
                    type="checkbox"
                    checked={own.isRequired}
                    aria-label={`${name} is required`}
                    onChange={(event) => set({ isRequired: event.currentTarget.checked })}
                  />{' '}
                  Required
                </label>
              </>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
