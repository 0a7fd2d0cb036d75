import { NativeSelect, TextInput } from '@mantine/core';
import type { DestinationFormState } from './use-destination-form.ts';
import { toLocalTime, toInstantText } from './key-terms-values.ts';

const USES = [
  { value: 'reusable', label: 'For any number of broadcasts' },
  { value: 'once', label: 'For one broadcast only' },
];

/** Until when the platform takes the stream key, and how often. The preflight checks it. */
export function KeyTermsFields({ edited: { form, fields: errors } }: { edited: DestinationFormState }) {
  return (
    <>
      <NativeSelect label="Stream key is" data={USES} {...form.getInputProps('keyUse')} error={errors['keyUse']} />
      <TextInput
        label="Stream key expires"
        description="In your time. Leave empty if it does not"
        type="datetime-local"
        value={toLocalTime(form.values.keyValidUntil)}
        error={errors['keyValidUntil']}
        aria-invalid={errors['keyValidUntil'] ? true : undefined}
        onChange={(event) => form.setFieldValue('keyValidUntil', toInstantText(event.currentTarget.value))}
      />
    </>
  );
}
