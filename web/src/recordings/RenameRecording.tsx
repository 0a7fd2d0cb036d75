import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { RecordingResource } from '../../../functions/api/schemas/recordings.ts';
import { useRenameRecording } from '../api/recordings.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import classes from './Recordings.module.css';

interface RenameRecordingProps {
  recording: RecordingResource;
  /** The name is saved, or the operator cancelled. */
  onClose: () => void;
}

/** Asks for another name. Enter saves it, Escape cancels. */
export function RenameRecording({ recording, onClose }: RenameRecordingProps) {
  const [name, setName] = useState(recording.name);
  const input = useRef<HTMLInputElement>(null);
  const rename = useRenameRecording();
  const problem = problemOf(rename.error);
  const nameError = problem?.errors?.find(({ field }) => field === 'name')?.message;
  useEffect(() => input.current?.select(), []);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    rename.mutate({ recordingId: recording.recordingId, name }, { onSuccess: onClose });
  };
  return (
    <form
      className={classes.rename}
      onSubmit={save}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      noValidate
      aria-label={`Rename ${recording.name}`}
    >
      <TextInput
        ref={input}
        size="sm"
        label="Name"
        value={name}
        error={nameError}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={classes.answers}>
        <Button size="sm" type="submit" loading={rename.isPending}>
          Save
        </Button>
        <Button size="sm" variant="default" onClick={onClose}>
          Cancel
        </Button>
      </div>
      {problem && nameError === undefined && <ProblemPanel problem={problem} />}
    </form>
  );
}
