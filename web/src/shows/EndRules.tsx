import { TextInput } from '@mantine/core';
import { useShow } from '../app/use-show.ts';
import { CeilingFields, toCeilingDraft, type CeilingDraft } from '../costs/CeilingFields.tsx';
import type { ShowFormValues } from './show-fields.ts';
import classes from './Shows.module.css';

interface EndRulesProps {
  values: Pick<ShowFormValues, 'sourceLostMinutes' | 'onFailure' | 'ceiling' | 'destinations'>;
  errorOf: (field: string) => string | undefined;
  /** What the API refuses about the spared destinations. */
  faults: readonly string[];
  onChange: (part: Partial<Pick<ShowFormValues, 'sourceLostMinutes' | 'onFailure' | 'ceiling'>>) => void;
}

/** What ends a show besides the clock and a person: a lost source, a required destination that fails, and a ceiling of its cost. */
export function EndRules({ values, errorOf, faults, onChange }: EndRulesProps) {
  const { destinations = [] } = useShow();
  const { ceiling, onFailure, sourceLostMinutes } = values;
  const chosen = new Set(values.destinations.map(({ destinationId }) => destinationId));
  const change = (part: Partial<CeilingDraft>): void => {
    if (ceiling) onChange({ ceiling: { ...ceiling, ...part } });
  };
  return (
    <fieldset className={classes.destinations}>
      <legend>Also ends</legend>
      <TextInput
        type="number"
        label="After minutes without a source"
        description="Leave empty to stay on air"
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={sourceLostMinutes}
        error={errorOf('sourceLostMinutes')}
        onChange={(event) => onChange({ sourceLostMinutes: event.currentTarget.value })}
      />
      <label className={classes.choice}>
        <input
          type="checkbox"
          checked={onFailure === 'stop-all'}
          onChange={(event) => onChange({ onFailure: event.currentTarget.checked ? 'stop-all' : 'continue' })}
        />
        End the show when a required destination fails
      </label>
      <label className={classes.choice}>
        <input
          type="checkbox"
          checked={ceiling !== null}
          onChange={(event) => onChange({ ceiling: event.currentTarget.checked ? toCeilingDraft(null) : null })}
        />
        Ceiling of its cost
      </label>
      {ceiling && (
        <div className={classes.form}>
          <CeilingFields
            amountLabel="Amount for the show, in US dollars"
            draft={ceiling}
            destinations={destinations.filter(({ destinationId }) => chosen.has(destinationId))}
            errorOf={(field) => errorOf(`ceiling.${field}`)}
            onChange={change}
          />
        </div>
      )}
      {faults.map((fault) => (
        <p key={fault} role="alert" className={classes.fault}>
          {fault}
        </p>
      ))}
    </fieldset>
  );
}
