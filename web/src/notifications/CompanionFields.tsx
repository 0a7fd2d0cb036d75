import { TextInput } from '@mantine/core';
import type { CompanionValues } from './target-fields.ts';

const LABELS: Record<keyof CompanionValues, { label: string; description: string }> = {
  variable: { label: 'Custom variable', description: 'Shows the newest message. Create it in Companion first.' },
  pressOnOpen: {
    label: 'Button when an incident opens',
    description: 'Page/row/column, such as 1/0/2. Empty for none.',
  },
  pressOnResolve: { label: 'Button when it resolves', description: 'Page/row/column. Empty for none.' },
};

interface CompanionFieldsProps {
  value: CompanionValues;
  /** Messages of the API by field. */
  fields: Readonly<Record<string, string>>;
  onChange: (value: CompanionValues) => void;
}

/** Edits what Sluice changes in Bitfocus Companion. */
export function CompanionFields({ value, fields, onChange }: CompanionFieldsProps) {
  return (Object.keys(LABELS) as (keyof CompanionValues)[]).map((name) => (
    <TextInput
      key={name}
      {...LABELS[name]}
      autoComplete="off"
      spellCheck={false}
      value={value[name]}
      error={fields[name]}
      onChange={(event) => onChange({ ...value, [name]: event.currentTarget.value })}
    />
  ));
}
