import { type FormEvent, useEffect, useState } from 'react';
import type { ShowResource } from '../../../functions/api/schemas/shows.ts';
import { problemOf } from '../api/request.ts';
import { useChangeShow, useCreateShow } from '../api/shows.ts';
import { discardTyped } from '../app/draft-store.ts';
import { showDone } from '../app/problem-toast.tsx';
import { fieldErrors } from '../editor/field-errors.ts';
import { sentence } from '../ui/format.ts';
import { useCoverChoice } from './use-cover-choice.ts';
import { keepShowDraft, readShowDraft, showDraftName } from './show-draft.ts';
import { hereZone } from './show-text.ts';
import {
  missingValues,
  toCopyValues,
  toNewShow,
  toShowChange,
  toShowValues,
  type ShowFormValues,
} from './show-fields.ts';

export interface ShowFormProps {
  /** The show to edit; left out for a new one. */
  edited?: ShowResource;
  /** The show to copy. */
  copied?: ShowResource;
  /** Receives the id of the saved show; null when nothing was saved. */
  onClose: (showId: string | null) => void;
}

const FIELDS = [
  ...['title', 'description', 'category', 'tags', 'privacy', 'notes'],
  ...['zone', 'localStart', 'localEnd', 'endRule', 'sourceLostMinutes', 'recurrence'],
];

/** Values, messages and requests of the show form. */
export function useShowForm({ edited, copied, onClose }: ShowFormProps) {
  // Polls replace the show; the form compares with the values it began with.
  const [before] = useState(edited);
  const draft = showDraftName({ edited: edited?.showId, copied: copied?.showId });
  const [kept] = useState(() => readShowDraft(draft));
  const [restoredAt, setRestoredAt] = useState(kept?.typedAt ?? null);
  const [pristine] = useState(() => (copied ? toCopyValues(copied) : toShowValues(before ?? null, hereZone())));
  const [values, setValues] = useState(() => ({ ...pristine, ...kept?.values }));
  /** Fields changed since the last request, whose messages are out of date. */
  const [changed, setChanged] = useState<readonly string[]>([]);
  const [missing, setMissing] = useState<ReturnType<typeof missingValues>>({});
  const create = useCreateShow();
  const change = useChangeShow();
  const cover = useCoverChoice({ edited: before, copied });
  const problem = problemOf(create.error ?? change.error);
  const destinationErrors = problem?.errors?.filter(({ field }) => field.startsWith('destinations')) ?? [];
  const ceilingErrors = problem?.errors?.filter(({ field }) => field.startsWith('ceiling')) ?? [];
  const known = [...FIELDS, ...[...destinationErrors, ...ceilingErrors].map(({ field }) => field)];
  const { fields, rest, isConflict } = fieldErrors(problem, known);
  const errorOf = (field: keyof ShowFormValues | 'recurrence' | `ceiling.${string}`): string | undefined => {
    const [place] = field.split('.') as [keyof ShowFormValues];
    const isAnswered = field === 'recurrence' && (changed.includes('repeats') || changed.includes('repeatsUntil'));
    if (changed.includes(place) || isAnswered) return undefined;
    return missing[place] ?? (fields[field] === undefined ? undefined : sentence(fields[field]));
  };

  const faulty = [...FIELDS, 'ceiling.amount']
    .filter((field) => errorOf(field as keyof ShowFormValues) !== undefined)
    .join(' ');
  useFocus(faulty, changed);

  const send = (request: (options: { onSuccess: (show: ShowResource) => void }) => void, message: string): void => {
    const found = missingValues(values);
    setMissing(found);
    setChanged([]);
    if (Object.keys(found).length > 0) return;
    request({
      onSuccess: (show) => {
        discardTyped(draft);
        cover.send(show, values, (isSaved) => {
          if (isSaved) showDone(message);
          onClose(show.showId);
        });
      },
    });
  };
  const plan = (isDraft: boolean, message: string) =>
    send((options) => create.mutate({ ...toNewShow(values, isDraft), ...cover.ofCopy }, options), message);
  const isSent = create.isPending || change.isPending || cover.isSent;
  return {
    values,
    errorOf,
    /** When the input was typed with which the form began; null without any. */
    restoredAt,
    rest,
    isConflict,
    isSent,
    cover,
    destinationFaults: changed.includes('destinations')
      ? []
      : destinationErrors.map(({ field, message }) => sentence(`${nameOf(field)}${message}`)),
    /** What is wrong with the ceiling apart from its own fields. */
    ceilingFaults: changed.includes('ceiling')
      ? []
      : ceilingErrors
          .filter(({ field }) => field === 'ceiling' || field.startsWith('ceiling.spared'))
          .map(({ message }) => sentence(message)),
    set: (part: Partial<ShowFormValues>): void => {
      const next = { ...values, ...part };
      setValues(next);
      keepShowDraft(draft, pristine, next);
      setChanged((now) => [...now, ...Object.keys(part)]);
    },
    submit: (event: FormEvent): void => {
      event.preventDefault();
      if (before) {
        const scope = values.isForFollowing ? 'following' : 'one';
        send(
          (options) => change.mutate({ show: before, body: toShowChange(before, values), scope }, options),
          'Show saved',
        );
      } else plan(false, 'Show scheduled');
    },
    discard: (): void => {
      discardTyped(draft);
      setValues(pristine);
      cover.setChange(undefined);
      setRestoredAt(null);
      setMissing({});
      create.reset();
      change.reset();
    },
    cancel: (): void => {
      // A request that was sent may fail, and then its values are still wanted.
      if (!isSent) discardTyped(draft);
      onClose(null);
    },
    saveDraft: () => plan(true, 'Draft saved'),
  };
}

/** Names the destination of an error such as `destinations.0.offsetSeconds` by its place. */
function nameOf(field: string): string {
  const [, index, part] = field.split('.');
  if (index === undefined) return '';
  return `${part === 'offsetSeconds' ? 'offset of the' : 'the'} destination chosen as number ${Number(index) + 1}: `;
}

/** Focuses the first field, and the first faulty one after each request. @param changed the fields changed since then */
function useFocus(faulty: string, changed: readonly string[]): void {
  useEffect(() => focusOn('[data-autofocus]'), []);
  useEffect(() => {
    if (faulty !== '' && changed.length === 0) focusOn('[aria-invalid="true"]');
  }, [faulty, changed]);
}

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(`form ${selector}`)?.focus();
}
