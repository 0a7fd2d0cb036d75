import { NativeSelect, NumberInput } from '@mantine/core';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { isSrt } from './destination-fields.ts';
import type { DestinationFormState } from './use-destination-form.ts';

interface SourceLossFieldsProps {
  edited: DestinationFormState;
  platform: PresetsResource['platforms'][number] | undefined;
}

const ACTIONS = [
  { value: 'hold', label: 'Show the slate' },
  { value: 'wait', label: 'Send nothing' },
  { value: 'stop', label: 'Send nothing, then stop' },
];

const NOTES: Record<string, string> = {
  hold: 'Keeps the connection, so that the platform does not end the broadcast. It is billed like the show.',
  wait: 'The platform may end the broadcast.',
  stop: 'The platform may end the broadcast before that.',
};

/** What happens while no source delivers, and for how long. */
export function SourceLossFields({ edited: { form, fields: errors }, platform }: SourceLossFieldsProps) {
  const { onSourceLoss } = form.values;
  return (
    <>
      <NativeSelect
        label="Without a source"
        description={NOTES[onSourceLoss]}
        data={isSrt(platform) ? ACTIONS.filter(({ value }) => value !== 'hold') : ACTIONS}
        {...form.getInputProps('onSourceLoss')}
        error={errors['onSourceLoss']}
      />
      {onSourceLoss !== 'wait' && (
        <NumberInput
          label="Stop after (minutes)"
          description={onSourceLoss === 'hold' ? '0: never' : undefined}
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('holdMinutes')}
          onChange={(value) => form.setFieldValue('holdMinutes', String(value))}
          error={errors['holdMinutes']}
        />
      )}
    </>
  );
}
