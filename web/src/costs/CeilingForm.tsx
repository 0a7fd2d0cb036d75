import { Button, NativeSelect, NumberInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { CeilingResource, SetCeiling } from '../../../functions/api/schemas/ceilings.ts';
import { useRemoveCeiling, useSetCeiling } from '../api/ceilings.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone, showProblem } from '../app/problem-toast.tsx';
import { useShow } from '../app/use-show.ts';
import classes from './Ceilings.module.css';

const ACTIONS = [
  { value: 'warn', label: 'Warn only' },
  { value: 'ask', label: 'Ask, with a countdown' },
  { value: 'stop', label: 'Stop everything' },
];
const ANSWERS = [
  { value: 'stop', label: 'Stop everything' },
  { value: 'keep', label: 'Keep running' },
];
const COUNTDOWN_MINUTES = 10;

/** What the form holds; an empty number is a text. */
interface Draft {
  amount: number | string;
  action: SetCeiling['action'];
  countdownMinutes: number | string;
  defaultAnswer: 'keep' | 'stop';
  spared: string[];
}

function draftOf(ceiling: CeilingResource | null): Draft {
  return {
    amount: ceiling?.amount ?? '',
    action: ceiling?.action ?? 'ask',
    countdownMinutes: ceiling?.countdownMinutes ?? COUNTDOWN_MINUTES,
    defaultAnswer: ceiling?.defaultAnswer ?? 'stop',
    spared: ceiling?.spared ?? [],
  };
}

const toggled = (ids: readonly string[], id: string): string[] =>
  ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];

/** An empty field is sent as it is, so that the API explains it. */
function toRequest({ amount, action, countdownMinutes, defaultAnswer, spared }: Draft, known: Set<string>): SetCeiling {
  return {
    amount: amount as number,
    action,
    ...(action === 'ask' ? { countdownMinutes: countdownMinutes as number, defaultAnswer } : {}),
    // A destination that was deleted meanwhile needs no mercy.
    spared: action === 'warn' ? [] : spared.filter((id) => known.has(id)),
  };
}

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
  const [draft, setDraft] = useState(() => draftOf(ceiling));
  const { destinations = [] } = useShow();
  const set = useSetCeiling();
  const remove = useRemoveCeiling();
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const problem = problemOf(set.error);
  const errorOf = (field: string) => problem?.errors?.find((error) => error.field === field)?.message;
  const isPlaced = errorOf('amount') !== undefined || errorOf('countdownMinutes') !== undefined;
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const known = new Set(destinations.map(({ destinationId }) => destinationId));
    const wanted = { period, revision: opened?.revision ?? null, ceiling: toRequest(draft, known) };
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
      <NumberInput
        size="sm"
        label={`Amount for the ${period}, in US dollars`}
        min={0}
        decimalScale={2}
        hideControls
        value={draft.amount}
        error={errorOf('amount')}
        onChange={(amount) => change({ amount })}
      />
      <NativeSelect
        size="sm"
        label="When it is reached"
        data={ACTIONS}
        value={draft.action}
        onChange={(event) => change({ action: event.currentTarget.value as SetCeiling['action'] })}
      />
      {draft.action === 'ask' && (
        <>
          <NumberInput
            size="sm"
            label="Countdown in minutes"
            min={1}
            max={60}
            allowDecimal={false}
            hideControls
            value={draft.countdownMinutes}
            error={errorOf('countdownMinutes')}
            onChange={(countdownMinutes) => change({ countdownMinutes })}
          />
          <NativeSelect
            size="sm"
            label="Without an answer"
            data={ANSWERS}
            value={draft.defaultAnswer}
            onChange={(event) => change({ defaultAnswer: event.currentTarget.value as Draft['defaultAnswer'] })}
          />
        </>
      )}
      {draft.action !== 'warn' && destinations.length > 0 && (
        <fieldset className={classes.spares}>
          <legend>Never stop</legend>
          {destinations.map(({ destinationId, name }) => (
            <label key={destinationId}>
              <input
                type="checkbox"
                checked={draft.spared.includes(destinationId)}
                onChange={() => change({ spared: toggled(draft.spared, destinationId) })}
              />
              {name}
            </label>
          ))}
        </fieldset>
      )}
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
