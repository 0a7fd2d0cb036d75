import { TextInput } from '@mantine/core';
import { useId } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import { knownDestinations } from '../api/destinations.ts';
import { groupsOf } from '../destinations/destination-groups.ts';
import { isSameName } from './same-name.ts';
import type { DestinationFormState } from './use-destination-form.ts';
import classes from './editor.module.css';

interface NameFieldsProps {
  edited: DestinationFormState;
  destination: DestinationResource | null;
  platform: PresetsResource['platforms'][number] | undefined;
}

/** Name and group. Warns about a name that another destination has. */
export function NameFields({ edited: { form, fields }, destination, platform }: NameFieldsProps) {
  const groupsId = useId();
  const isNameTaken = knownDestinations().some(
    (other) => other.destinationId !== destination?.destinationId && isSameName(form.values.name, other.name),
  );
  return (
    <>
      <TextInput
        label="Name"
        placeholder={platform ? `Main ${platform.name}` : ''}
        data-autofocus
        {...form.getInputProps('name')}
        error={fields['name']}
        description={
          isNameTaken && (
            <span role="status" className={classes.warning}>
              Another destination has the same name.
            </span>
          )
        }
        inputWrapperOrder={['label', 'input', 'description', 'error']}
      />
      <TextInput
        label="Group"
        description="Optional. Start and stop everything in a group with one button."
        list={groupsId}
        autoComplete="off"
        {...form.getInputProps('group')}
        error={fields['group']}
      />
      <datalist id={groupsId}>
        {groupsOf(knownDestinations()).map((group) => (
          <option key={group} value={group} />
        ))}
      </datalist>
    </>
  );
}
