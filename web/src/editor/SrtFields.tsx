import { NumberInput, PasswordInput, TextInput } from '@mantine/core';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { DestinationFormState } from './use-destination-form.ts';

interface SrtFieldsProps {
  edited: DestinationFormState;
  /** The edited destination; null while adding. */
  destination: DestinationResource | null;
}

/** What an SRT destination has instead of a stream key and an encoding. */
export function SrtFields({ edited: { form, fields: errors }, destination }: SrtFieldsProps) {
  return (
    <>
      <TextInput
        label="Stream ID"
        description="Optional. What the receiver calls stream ID or path. It is not secret."
        spellCheck={false}
        autoComplete="off"
        {...form.getInputProps('streamId')}
        error={errors['streamId']}
      />
      <PasswordInput
        label="Passphrase"
        description={describePassphrase(destination)}
        autoComplete="off"
        {...form.getInputProps('passphrase')}
        error={errors['passphrase']}
        aria-invalid={errors['passphrase'] ? true : undefined}
      />
      <NumberInput
        label="Latency (ms)"
        description="Time to repair losses: about four times the round trip. The receiver may ask for more."
        allowDecimal={false}
        allowNegative={false}
        {...form.getInputProps('latencyMs')}
        onChange={(value) => form.setFieldValue('latencyMs', String(value))}
        error={errors['latencyMs']}
      />
    </>
  );
}

function describePassphrase(destination: DestinationResource | null): string {
  const length = '10 to 79 characters, the same as at the receiver.';
  if (destination?.passphraseSet) return `Stored and not shown. Leave it empty to keep it. ${length}`;
  return `Optional. Without one the stream is not encrypted. ${length}`;
}
