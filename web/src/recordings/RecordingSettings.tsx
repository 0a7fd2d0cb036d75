import { Button, NumberInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { PutRecordingSettings, RecordingSettingsResource } from '../../../functions/api/schemas/recordings.ts';
import { useSetRecordingSettings } from '../api/recordings.ts';
import { problemOf } from '../api/request.ts';
import { useRoleRefusal, useSession } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone } from '../app/problem-toast.tsx';
import { spaceWarningWords, spaceWords } from './recording-text.ts';
import classes from './Recordings.module.css';

const GIGABYTE = 1e9;

/** What the form holds; an empty number is a text. */
interface Draft {
  isAlways: boolean;
  keepDays: number | string;
  limitGigabytes: number | string;
}

const draftOf = ({ mode, keepDays, limitBytes }: RecordingSettingsResource): Draft => ({
  isAlways: mode === 'always',
  keepDays: keepDays ?? '',
  limitGigabytes: limitBytes === null ? '' : limitBytes / GIGABYTE,
});

const toRequest = ({ isAlways, keepDays, limitGigabytes }: Draft): PutRecordingSettings => ({
  mode: isAlways ? 'always' : 'manual',
  keepDays: keepDays === '' ? null : Number(keepDays),
  limitBytes: limitGigabytes === '' ? null : Math.round(Number(limitGigabytes) * GIGABYTE),
});

/** The space that the recordings take, and what is wrong with it. */
export function RecordingSpace({ settings }: { settings: RecordingSettingsResource }) {
  const isOnAws = useSession().data?.embedded === false;
  const warning = spaceWarningWords(settings.space);
  return (
    <>
      <p className={classes.space}>{spaceWords(settings, isOnAws)}</p>
      {warning && (
        <p role="status" className={classes.problem}>
          {warning}
        </p>
      )}
    </>
  );
}

/** When to record, how long to keep recordings, and how much space they may take. */
export function RecordingSettings({ settings }: { settings: RecordingSettingsResource }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const shown = draft ?? draftOf(settings);
  const set = useSetRecordingSettings();
  const refusal = useRoleRefusal('admin');
  const problem = problemOf(set.error);
  const errorOf = (field: string) => problem?.errors?.find((error) => error.field === field)?.message;
  const isPlaced = errorOf('keepDays') !== undefined || errorOf('limitBytes') !== undefined;
  const change = (part: Partial<Draft>): void => setDraft({ ...shown, ...part });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    set.mutate(toRequest(shown), {
      onSuccess: () => {
        setDraft(null);
        showDone('Settings saved');
      },
    });
  };
  return (
    <form className={classes.settings} onSubmit={save} noValidate aria-label="Settings of recordings">
      <fieldset disabled={refusal !== undefined} className={classes.fields} data-hint={refusal}>
        <label className={classes.always}>
          <input type="checkbox" checked={shown.isAlways} onChange={() => change({ isAlways: !shown.isAlways })} />
          Record always, while the source delivers
        </label>
        <NumberInput
          size="sm"
          label="Keep for days (empty: for ever)"
          allowDecimal={false}
          hideControls
          value={shown.keepDays}
          error={errorOf('keepDays')}
          onChange={(keepDays) => change({ keepDays })}
        />
        <NumberInput
          size="sm"
          label="Space limit in GB (empty: none)"
          decimalScale={3}
          hideControls
          value={shown.limitGigabytes}
          error={errorOf('limitBytes')}
          onChange={(limitGigabytes) => change({ limitGigabytes })}
        />
        <Button size="sm" variant="default" type="submit" loading={set.isPending} disabled={refusal !== undefined}>
          Save
        </Button>
      </fieldset>
      {problem && !isPlaced && <ProblemPanel problem={problem} />}
    </form>
  );
}
