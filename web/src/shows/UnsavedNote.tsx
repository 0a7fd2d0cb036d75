import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { discardTyped } from '../app/draft-store.ts';
import { typedWords } from '../editor/RestoredNote.tsx';
import { readShowDraft, showDraftName } from './show-draft.ts';
import classes from './Shows.module.css';

/** Says on the page of a show that an edit was left unsaved. The page itself stays the place to run the show from. */
export function UnsavedNote({ show, onEdit }: { show: ShowResource; onEdit: () => void }) {
  const name = showDraftName({ edited: show.showId });
  const [draft, setDraft] = useState(() => readShowDraft(name));
  if (draft === null || !show.allowedActions.includes('edit')) return null;
  return (
    <div className={classes.unsaved} role="status">
      <span>{`Your edit ${typedWords(draft.typedAt)} is not saved.`}</span>
      <Button size="compact-sm" variant="subtle" onClick={onEdit}>
        Continue
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={() => {
          discardTyped(name);
          setDraft(null);
        }}
      >
        Discard
      </Button>
    </div>
  );
}
