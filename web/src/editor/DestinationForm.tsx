import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useId, useState } from 'react';
import type { DestinationResource, PresetsResource } from '../../../functions/api/schemas.ts';
import { type Apply, knownDestinations, useCreateDestination, useEditDestination } from '../api/destinations.ts';
import { problemOf } from '../api/request.ts';
import { showDone } from '../app/problem-toast.tsx';
import { ProblemPanel } from '../components/ProblemText.tsx';
import { groupsOf } from '../presentation/destination-groups.ts';
import { splitRtmpUrl } from '../presentation/split-rtmp-url.ts';
import {
  changedFields,
  describeEncoding,
  type DestinationFormValues,
  fieldsOf,
  platformDefaults,
  toFields,
} from './destination-fields.ts';
import { fieldErrors } from './field-errors.ts';
import { LeaveButton } from './LeaveButton.tsx';
import { PlatformPicker } from './PlatformPicker.tsx';
import { PriceNote } from './PriceNote.tsx';
import { RestartNote } from './RestartNote.tsx';
import { RestartQuestion } from './RestartQuestion.tsx';
import { useFailureAfterwards } from './use-failure-afterwards.ts';
import classes from './editor.module.css';

interface DestinationFormProps {
  presets: PresetsResource;
  /** What is edited; null while adding. */
  destination: DestinationResource | null;
  etag: string | null;
  onClose: () => void;
}

const FIELDS = ['name', 'group', 'platform', 'rtmpUrl', 'streamKey', 'preset', 'standby'];

/** Adds or edits a destination. The API judges the values; its messages appear at the fields they name. */
export function DestinationForm({ presets, destination, etag, onClose }: DestinationFormProps) {
  const form = useForm<DestinationFormValues>({
    initialValues: destination
      ? { ...fieldsOf(destination), group: destination.group ?? '', streamKey: '' }
      : { name: '', group: '', streamKey: '', standby: 'warm', ...platformDefaults(presets.platforms[0]) },
  });
  const groupsId = useId();
  const [pasted, setPasted] = useState<string | null>(null);
  const create = useCreateDestination();
  const edit = useEditDestination(destination?.destinationId ?? '');
  const { error, isPending } = destination ? edit : create;
  const tellAfterwards = useFailureAfterwards(destination ? `Edit ${destination.name}` : 'Add a destination');
  const { fields, rest, restartRequired } = fieldErrors(problemOf(error), FIELDS);
  const platform = presets.platforms.find((candidate) => candidate.platformId === form.values.platform);
  const encodings = presets.encodings.filter(
    (encoding) =>
      !platform || platform.encodings.includes(encoding.encodingId) || encoding.encodingId === destination?.preset,
  );

  const finish = (message: string) => (): void => {
    form.reset();
    showDone(message);
    onClose();
  };
  const save = (apply: Apply | null): void => {
    const { streamKey } = form.values;
    const values = toFields(form.values);
    if (!destination) {
      const onSuccess = finish(`${values.name} was added`);
      create.mutateAsync({ ...values, streamKey: streamKey.trim() }, { onSuccess }).catch(tellAfterwards);
      return;
    }
    const changes = changedFields(fieldsOf(destination), values);
    if (Object.keys(changes).length === 0) return onClose();
    const onSuccess = finish(`${values.name} was changed`);
    edit.mutateAsync({ changes, etag, apply }, { onSuccess }).catch(tellAfterwards);
  };
  const onPaste = (event: React.ClipboardEvent): void => {
    const text = event.clipboardData.getData('text');
    const split = destination ? null : splitRtmpUrl(text, platform?.rtmpUrl ?? null);
    if (!split) return;
    event.preventDefault();
    form.setValues(split);
    setPasted(text.trim());
  };
  const undoSplit = (): void => {
    form.setValues({ rtmpUrl: pasted ?? '', streamKey: '' });
    setPasted(null);
  };

  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        save(null);
      }}
    >
      <PlatformPicker
        platforms={presets.platforms}
        value={form.values.platform}
        error={fields['platform']}
        onChange={(next) => {
          form.setValues(platformDefaults(next));
          setPasted(null);
        }}
      />
      <TextInput
        label="Name"
        placeholder={platform ? `Main ${platform.name}` : ''}
        data-autofocus
        {...form.getInputProps('name')}
        error={fields['name']}
      />
      <TextInput
        label="Group"
        description="Those of one group are started and stopped together. Empty: in no group."
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
      <TextInput
        label="RTMP URL"
        description={platform?.rtmpUrlHint}
        spellCheck={false}
        autoComplete="off"
        onPaste={onPaste}
        {...form.getInputProps('rtmpUrl')}
        error={fields['rtmpUrl']}
      />
      {pasted && (
        <p className={classes.note}>
          The last part of what you pasted went to the stream key, where it is hidden. Check that it was the key.
          <Button size="compact-sm" variant="subtle" onClick={undoSplit}>
            Undo
          </Button>
        </p>
      )}
      {!destination && (
        <PasswordInput
          label="Stream key"
          description={platform?.streamKeyHint}
          autoComplete="off"
          {...form.getInputProps('streamKey')}
          error={fields['streamKey']}
          aria-invalid={fields['streamKey'] ? true : undefined}
        />
      )}
      <NativeSelect
        label="Encoding"
        data={encodings.map((encoding) => ({ value: encoding.encodingId, label: describeEncoding(encoding) }))}
        {...form.getInputProps('preset')}
        error={fields['preset']}
      />
      <NativeSelect
        label="While stopped"
        data={[
          { value: 'warm', label: 'Keep it ready: starts quickly' },
          { value: 'cold', label: 'Release everything: starts more slowly' },
        ]}
        {...form.getInputProps('standby')}
        error={fields['standby']}
      />
      <PriceNote platform={form.values.platform} preset={form.values.preset} standby={form.values.standby} />
      {platform && platform.notes.length > 0 && (
        <ul className={classes.hints}>
          {platform.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {destination && <p className={classes.text}>The stream key is replaced from the destination’s menu.</p>}
      {rest && <ProblemPanel problem={rest} />}
      {destination && !restartRequired && (
        <RestartNote destination={destination} changes={changedFields(fieldsOf(destination), toFields(form.values))} />
      )}
      {restartRequired && destination ? (
        <RestartQuestion destination={destination} pending={isPending} onAnswer={save} />
      ) : (
        <div className={classes.buttons}>
          <LeaveButton isSent={isPending} onClose={onClose} />
          <Button type="submit" loading={isPending}>
            {destination ? 'Save changes' : 'Add destination'}
          </Button>
        </div>
      )}
    </form>
  );
}
