import { NativeSelect, TextInput } from '@mantine/core';
import type { ShowFormValues } from './show-fields.ts';
import classes from './Shows.module.css';

const CHOICES = [
  { value: '', label: 'Once' },
  { value: 'WEEKLY', label: 'Every week' },
  { value: 'MONTHLY', label: 'Every month, on the same day' },
];

interface RepeatsProps {
  values: Pick<ShowFormValues, 'repeats' | 'repeatsUntil'>;
  error: string | undefined;
  onChange: (part: Partial<ShowFormValues>) => void;
}

/** How a new show is repeated, and until when. */
export function Repeats({ values: { repeats, repeatsUntil }, error, onChange }: RepeatsProps) {
  return (
    <div className={classes.pair}>
      <NativeSelect
        label="Takes place"
        value={repeats}
        data={CHOICES}
        onChange={(event) => onChange({ repeats: event.currentTarget.value as ShowFormValues['repeats'] })}
      />
      {repeats !== '' && (
        <TextInput
          type="date"
          label="Until"
          description="At most two years ahead. The next two shows are planned"
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={repeatsUntil}
          error={error}
          onChange={(event) => onChange({ repeatsUntil: event.currentTarget.value })}
        />
      )}
    </div>
  );
}

/** Whether an edit is meant for the later shows of the series, too. */
export function ForFollowing({ value, onChange }: { value: boolean; onChange: RepeatsProps['onChange'] }) {
  return (
    <label className={classes.choice}>
      <input
        type="checkbox"
        checked={value}
        onChange={(event) => onChange({ isForFollowing: event.currentTarget.checked })}
      />
      Also for all later shows of this series
    </label>
  );
}
