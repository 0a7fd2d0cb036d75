import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { problemOf } from '../api/request.ts';
import { useChangeShow, useCreateShow } from '../api/shows.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone } from '../app/problem-toast.tsx';
import { fieldErrors } from '../editor/field-errors.ts';
import { DestinationChoice } from './DestinationChoice.tsx';
import { toNewShow, toShowChange, toShowValues, type ShowFormValues } from './show-fields.ts';
import classes from './Shows.module.css';

const FIELDS = [
  'title',
  'description',
  'category',
  'tags',
  'privacy',
  'notes',
  'zone',
  'localStart',
  'localEnd',
  'endRule',
];

/** Plans or edits a show. The API checks the values; its messages appear at their fields. */
export function ShowForm({ show, onClose }: { show: ShowResource | null; onClose: () => void }) {
  // Polls replace the show; the form compares with the values it began with.
  const [before] = useState(show);
  const [values, setValues] = useState(() => toShowValues(show, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const create = useCreateShow();
  const change = useChangeShow();
  const problem = problemOf(create.error ?? change.error);
  const { fields, rest, isConflict } = fieldErrors(problem, FIELDS);
  const isSent = create.isPending || change.isPending;
  const set = (part: Partial<ShowFormValues>): void => setValues((now) => ({ ...now, ...part }));
  const done = (message: string) => ({
    onSuccess: () => {
      showDone(message);
      onClose();
    },
  });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (before) change.mutate({ show: before, body: toShowChange(before, values) }, done('Show saved'));
    else create.mutate(toNewShow(values, false), done('Show scheduled'));
  };
  const text = (field: 'title' | 'category' | 'tags' | 'zone' | 'description' | 'notes') => ({
    value: values[field],
    error: fields[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      set({ [field]: event.currentTarget.value }),
  });
  const time = (field: 'localStart' | 'localEnd') => ({
    type: 'datetime-local',
    step: 1,
    value: values[field],
    error: fields[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ [field]: event.currentTarget.value }),
  });
  return (
    <form className={classes.form} onSubmit={save} noValidate aria-label={before ? 'Edit the show' : 'Plan a show'}>
      <TextInput label="Title" autoComplete="off" {...text('title')} />
      <div className={classes.pair}>
        <TextInput label="Start" {...time('localStart')} />
        <TextInput label="End" description="Leave empty for none" {...time('localEnd')} />
        <TextInput label="Time zone" list="zones" autoComplete="off" {...text('zone')} />
        <NativeSelect
          label="Ends"
          value={values.localEnd === '' ? 'hand' : values.endRule}
          disabled={values.localEnd === ''}
          data={[
            { value: 'clock', label: 'By the clock' },
            { value: 'hand', label: 'By hand' },
          ]}
          onChange={(event) => set({ endRule: event.currentTarget.value as ShowFormValues['endRule'] })}
        />
      </div>
      <datalist id="zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <DestinationChoice chosen={values.destinations} onChange={(destinations) => set({ destinations })} />
      <div className={classes.pair}>
        <NativeSelect
          label="Privacy"
          value={values.privacy}
          data={['public', 'unlisted', 'private']}
          onChange={(event) => set({ privacy: event.currentTarget.value as ShowFormValues['privacy'] })}
        />
        <TextInput label="Category" {...text('category')} />
        <TextInput label="Tags" description="Separated by commas" {...text('tags')} />
      </div>
      <Textarea label="Description" autosize minRows={2} {...text('description')} />
      <Textarea label="Notes for the team" autosize minRows={2} {...text('notes')} />
      {isConflict && <p role="alert">The show was changed meanwhile. Close the form and open it again.</p>}
      {rest && <ProblemPanel key={rest.requestId} problem={rest} isInSight />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        {!before && (
          <Button
            variant="default"
            disabled={isSent}
            onClick={() => create.mutate(toNewShow(values, true), done('Draft saved'))}
          >
            Save draft
          </Button>
        )}
        <Button type="submit" loading={isSent}>
          {before ? 'Save changes' : 'Schedule'}
        </Button>
      </div>
    </form>
  );
}
