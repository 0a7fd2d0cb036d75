import { PasswordInput } from '@mantine/core';
import type { ClipboardEvent } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import type { DestinationFormState } from './use-destination-form.ts';

interface StreamKeyFieldProps {
  edited: DestinationFormState;
  /** The copied destination; null without one. */
  copyOf: DestinationResource | null;
  platform: PresetsResource['platforms'][number] | undefined;
  onPaste: (event: ClipboardEvent) => void;
}

/** Takes the stream key of a new destination. */
export function StreamKeyField({ edited: { form, fields }, copyOf, platform, onPaste }: StreamKeyFieldProps) {
  return (
    <PasswordInput
      label="Stream key"
      description={copyOf ? 'Stream keys are not copied. Paste the key for this destination.' : platform?.streamKeyHint}
      autoComplete="off"
      onPaste={onPaste}
      {...form.getInputProps('streamKey')}
      error={fields['streamKey']}
      aria-invalid={fields['streamKey'] ? true : undefined}
    />
  );
}
