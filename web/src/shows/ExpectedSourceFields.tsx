import { NativeSelect } from '@mantine/core';
import { EXPECTED_FIELDS, type ExpectedDraft } from './expected-source-fields.ts';
import classes from './Shows.module.css';

interface ExpectedSourceFieldsProps {
  draft: ExpectedDraft;
  onChange: (part: Partial<ExpectedDraft>) => void;
}

/** What the preflight compares the source with. A value that only the API offers stays selectable. */
export function ExpectedSourceFields({ draft, onChange }: ExpectedSourceFieldsProps) {
  return (
    <fieldset className={classes.destinations}>
      <legend>Expected source</legend>
      <div className={classes.pair}>
        {EXPECTED_FIELDS.map(({ field, label, toWords, values }) => {
          const value = draft[field];
          const offered = value === '' || values.includes(value) ? values : [value, ...values];
          return (
            <NativeSelect
              key={field}
              label={label}
              value={value}
              data={[{ value: '', label: 'Any' }, ...offered.map((each) => ({ value: each, label: toWords(each) }))]}
              onChange={(event) => onChange({ [field]: event.currentTarget.value })}
            />
          );
        })}
      </div>
    </fieldset>
  );
}
