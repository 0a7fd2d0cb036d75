import { Button } from '@mantine/core';
import type { DestinationFormState } from './use-destination-form.ts';
import classes from './editor.module.css';

interface RestoredNoteProps {
  edited: DestinationFormState;
  /** Whether the destination exists. */
  isEdited: boolean;
}

/** Says that the form began with a draft, and offers to discard it. */
export function RestoredNote({ edited, isEdited }: RestoredNoteProps) {
  if (!edited.isRestored) return null;
  return (
    <p className={classes.note} role="status">
      {isEdited || edited.form.values.streamKey
        ? 'Your unsaved changes were kept.'
        : 'Your unsaved changes were kept, without the stream key.'}
      <Button size="compact-sm" variant="subtle" onClick={edited.discard}>
        Discard
      </Button>
    </p>
  );
}
