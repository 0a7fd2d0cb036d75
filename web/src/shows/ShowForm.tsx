import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ChangeEvent } from 'react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { AlsoEditing } from '../app/AlsoEditing.tsx';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { RestoredNote } from '../editor/RestoredNote.tsx';
import { CoverField } from './CoverField.tsx';
import { DestinationChoice } from './DestinationChoice.tsx';
import { EndRules } from './EndRules.tsx';
import { ExpectedSourceFields } from './ExpectedSourceFields.tsx';
import { ForFollowing, Repeats } from './Repeats.tsx';
import type { ShowFormValues } from './show-fields.ts';
import { type ShowFormProps, useShowForm } from './use-show-form.ts';
import classes from './Shows.module.css';

const PRIVACY = [
  { value: 'private', label: 'Private' },
  { value: 'unlisted', label: 'Unlisted' },
  { value: 'public', label: 'Public' },
];
const END_RULES = [
  { value: 'clock', label: 'By the clock' },
  { value: 'hand', label: 'By hand' },
];
/** Descriptions below the fields keep fields that are side by side in line. */
const ORDER = ['label', 'input', 'description', 'error'] satisfies ('label' | 'input' | 'description' | 'error')[];

/** Plans, copies or edits a show. The API checks the values; its messages appear at their fields. */
export function ShowForm(props: ShowFormProps) {
  const { edited } = props;
  const form = useShowForm(props);
  const { values, set } = form;
  const text: TextProps = (field) => ({
    value: values[field],
    error: form.errorOf(field),
    inputWrapperOrder: ORDER,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      set({ [field]: event.currentTarget.value }),
  });
  const isStartFixed = isStarted(edited);
  return (
    <form
      className={classes.form}
      onSubmit={form.submit}
      noValidate
      aria-label={edited ? 'Edit the show' : 'Plan a show'}
    >
      <AlsoEditing kind="show" id={edited?.showId} />
      <RestoredNote typedAt={form.restoredAt} onDiscard={form.discard} />
      <TextInput label="Title" autoComplete="off" data-autofocus {...text('title')} />
      <div className={classes.pair}>
        <Time
          label="Start"
          value={values.localStart}
          error={form.errorOf('localStart')}
          disabled={isStartFixed}
          onChange={(localStart) => set({ localStart })}
        />
        <Time
          label="End"
          description="Leave empty for none"
          value={values.localEnd}
          error={form.errorOf('localEnd')}
          onChange={(localEnd) => set({ localEnd })}
        />
        <TextInput
          {...text('zone')}
          label="Time zone"
          description="Of the start and the end"
          list="zones"
          autoComplete="off"
          disabled={isStartFixed}
        />
        <NativeSelect
          label="Ends"
          value={values.localEnd === '' ? 'hand' : values.endRule}
          disabled={values.localEnd === ''}
          description={values.localEnd === '' ? 'Without an end, only by hand' : undefined}
          inputWrapperOrder={ORDER}
          data={END_RULES}
          onChange={(event) => set({ endRule: event.currentTarget.value as ShowFormValues['endRule'] })}
        />
      </div>
      <datalist id="zones">
        {['UTC', ...Intl.supportedValuesOf('timeZone')].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      {!edited && <Repeats values={values} error={form.errorOf('recurrence')} onChange={set} />}
      {!isStartFixed && (
        <DestinationChoice
          chosen={values.destinations}
          faults={form.destinationFaults}
          onChange={(destinations) => set({ destinations })}
        />
      )}
      <EndRules
        values={values}
        errorOf={(field) => form.errorOf(field as Parameters<typeof form.errorOf>[0])}
        faults={form.ceilingFaults}
        onChange={set}
      />
      <ExpectedSourceFields
        draft={values.expectedSource}
        onChange={(part) => set({ expectedSource: { ...values.expectedSource, ...part } })}
      />
      <CoverField stored={form.cover.stored} change={form.cover.change} onChange={form.cover.setChange} />
      <About values={values} set={set} text={text} />
      {edited?.series && !isStartFixed && <ForFollowing value={values.isForFollowing} onChange={set} />}
      {form.isConflict && <p role="alert">The show has changed meanwhile. Cancel, and edit it again.</p>}
      {form.rest && <ProblemPanel key={form.rest.requestId} problem={form.rest} isInSight />}
      <div className={classes.buttons}>
        <Button type="submit" loading={form.isSent}>
          {edited ? 'Save changes' : 'Schedule'}
        </Button>
        {!edited && (
          <Button variant="default" disabled={form.isSent} onClick={form.saveDraft}>
            Save draft
          </Button>
        )}
        <Button variant="default" onClick={form.cancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

type TextField = 'title' | 'category' | 'tags' | 'zone' | 'description' | 'notes';
/** Returns the properties of a text field. */
type TextProps = (field: TextField) => {
  value: string;
  error: string | undefined;
  inputWrapperOrder: typeof ORDER;
  onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void;
};

interface AboutProps extends Pick<ReturnType<typeof useShowForm>, 'values' | 'set'> {
  text: TextProps;
}

/** What the show is about. */
function About({ values, set, text }: AboutProps) {
  return (
    <>
      <div className={classes.pair}>
        <NativeSelect
          label="Privacy"
          value={values.privacy}
          data={PRIVACY}
          onChange={(event) => set({ privacy: event.currentTarget.value as ShowFormValues['privacy'] })}
        />
        <TextInput label="Category" {...text('category')} />
      </div>
      <TextInput label="Tags" description="Separated by commas" {...text('tags')} />
      <Textarea label="Description" autosize minRows={2} {...text('description')} />
      <Textarea label="Notes for the team" autosize minRows={2} {...text('notes')} />
      <Checkbox
        label="Start and stop the source"
        description="Starts it 15 minutes before the show, and stops it afterwards if this show started it"
        checked={values.startsSource}
        onChange={(event) => set({ startsSource: event.currentTarget.checked })}
      />
      <Checkbox
        label="Announce the report to the notification targets"
        checked={values.sendsReport}
        onChange={(event) => set({ sendsReport: event.currentTarget.checked })}
      />
      <Checkbox
        label="Record the show"
        description="Records the HLS preview, which therefore has to run"
        checked={values.record}
        onChange={(event) => set({ record: event.currentTarget.checked })}
      />
    </>
  );
}

/** While a show runs, its start and destinations stay. */
function isStarted(show: ShowResource | undefined): boolean {
  return show !== undefined && show.state !== 'draft' && show.state !== 'scheduled';
}

interface TimeProps {
  label: string;
  description?: string;
  value: string;
  error: string | undefined;
  disabled?: boolean;
  onChange: (value: string) => void;
}

function Time({ onChange, ...props }: TimeProps) {
  return (
    <TextInput
      {...props}
      inputWrapperOrder={ORDER}
      type="datetime-local"
      step={1}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
