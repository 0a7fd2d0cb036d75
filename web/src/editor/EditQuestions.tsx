import { ConflictQuestion } from './ConflictQuestion.tsx';
import { RestartNote } from './RestartNote.tsx';
import { RestartQuestion } from './RestartQuestion.tsx';
import type { DestinationFormState } from './use-destination-form.ts';

/** What an edit asks before it is saved: when to restart, and whose changes stay. Nothing while adding. */
export function EditQuestions({ edited }: { edited: DestinationFormState }) {
  const { base, changes, isPending } = edited;
  if (!base) return null;
  return (
    <>
      {!edited.asks && <RestartNote destination={base.destination} changes={changes} />}
      {edited.restartRequired && (
        <RestartQuestion destination={base.destination} pending={isPending} onAnswer={edited.save} />
      )}
      {edited.isConflict && (
        <ConflictQuestion
          before={base.destination}
          pending={isPending}
          onShowTheirs={edited.showTheirs}
          onSaveMine={edited.saveMine}
        />
      )}
    </>
  );
}
