import { Button } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { CeilingResource } from '../../../functions/api/schemas/ceilings.ts';
import { useRemoveCeiling, useSetCeiling } from '../api/ceilings.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useShow } from '../app/use-show.ts';
import { CeilingFields, toCeilingDraft, toCeilingRequest, type CeilingDraft } from './CeilingFields.tsx';
import classes from './Ceilings.module.css';

interface CeilingFormProps {
  period: CeilingResource['period'];
  /** The ceiling to edit; null for a new one. */
  ceiling: CeilingResource | null;
  onClose: () => void;
}

/** Sets, changes or removes the ceiling of a period. */
export function CeilingForm({ period, ceiling, onClose }: CeilingFormProps) {
  // The revision that the person saw, so that a change by someone else is noticed.
  const [opened] = useState(ceiling);
  const [draft, setDraft] = useState(() => toCeilingDraft(ceiling));
  const { destinations = [] } = useShow();
  const set = useSetCeiling();
  const remove = useRemoveCeiling();
  const change = (part: Partial<CeilingDraft>): void => setDraft((before) => ({ ...before, ...part }));
  const problem = problemOf(set.error);
  const errorOf = (field: string) => problem?.errors?.find((error) => error.field === field)?.message;
  const isPlaced = errorOf('amount') !== undefined || errorOf('countdownMinutes') !== undefined;
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const known = new Set(destinations.map(({ destinationId }) => destinationId));
    const wanted = { period, revision: opened?.revision ?? null, ceiling: toCeilingRequest(draft, known) };
    set.mutate(wanted, {
      onSuccess: () => {
        showDone('Ceiling saved');
        onClose();
      },
    });
  };
  const drop = (): void => {
    if (opened)
      remove.mutate(opened, { onSuccess: onClose, onError: (error) => showProblem(error, 'Remove the ceiling') });
  };
  return (
    <form className={classes.form} onSubmit={save} noValidate aria-label={`Ceiling of the ${period}`}>
      <CeilingFields
        amountLabel={`Amount for the ${period}, in US dollars`}
        draft={draft}
        destinations={destinations}
        errorOf={errorOf}
        onChange={change}
      />
      {problem && !isPlaced && <ProblemPanel problem={problem} />}
      <div className={classes.answers}>
        {opened && (
          <Button size="compact-sm" variant="default" loading={remove.isPending} onClick={drop}>
            Remove
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="compact-sm" type="submit" loading={set.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
