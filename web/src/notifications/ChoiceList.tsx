import type { Choice } from './target-text.ts';
import classes from './Notifications.module.css';

interface ChoiceListProps {
  legend: string;
  choices: readonly Choice[];
  selected: readonly string[];
  /** What an empty selection admits. */
  none: string;
  error?: string | undefined;
  onChange: (selected: string[]) => void;
}

/** A list of check boxes that unfolds. Its heading says how many are selected. */
export function ChoiceList({ legend, choices, selected, none, error, onChange }: ChoiceListProps) {
  // A selected value may no longer exist, such as a deleted destination. It stays visible so that it can be removed.
  const gone = selected.filter((value) => !choices.some((choice) => choice.value === value));
  const all = [...choices, ...gone.map((value) => ({ value, label: value }))];
  return (
    <details className={classes.choices} open={error === undefined ? undefined : true}>
      <summary>
        <span>{legend}</span>
        <span className={classes.count}>{selected.length === 0 ? none : `${selected.length} selected`}</span>
      </summary>
      <fieldset>
        <legend>Select none for: {none}</legend>
        {all.map(({ value, label }) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={selected.includes(value)}
              onChange={(event) =>
                onChange(
                  event.currentTarget.checked ? [...selected, value] : selected.filter((other) => other !== value),
                )
              }
            />
            <span>{label}</span>
          </label>
        ))}
        {all.length === 0 && <p>There are none.</p>}
      </fieldset>
      {error !== undefined && (
        <p className={classes.error} role="alert">
          {error}
        </p>
      )}
    </details>
  );
}
