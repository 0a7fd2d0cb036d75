import { useForm } from '@mantine/form';
import { useRef, useState } from 'react';
import type { DestinationResource, PresetsResource } from '../../../functions/api/schemas/answers.ts';
import type { Apply } from '../../../functions/api/schemas/requests.ts';
import { useCreateDestination, useEditDestination } from '../api/destinations.ts';
import { knownFlow } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { discardDraft, type Draft, keepDraft, readDraft } from './drafts.ts';
import { showDone } from '../app/problem-toast.tsx';
import { isOffAirAnyway } from '../destinations/off-air.ts';
import type { Version } from './ConflictQuestion.tsx';
import {
  changedFields,
  type DestinationFormValues,
  fieldsOf,
  platformDefaults,
  toFields,
} from './destination-fields.ts';
import { fieldErrors } from './field-errors.ts';
import { useFailureAfterwards } from './use-failure-afterwards.ts';

/** What a form is about. */
export interface DestinationFormSubject {
  presets: PresetsResource;
  /** What is edited; null while adding. */
  destination: DestinationResource | null;
  etag: string | null;
  /** What a new one begins as a copy of; null: from the platform's defaults. */
  copyOf: DestinationResource | null;
  /** The name its draft is kept under. */
  draft: string;
  onClose: () => void;
}

const FIELDS = ['name', 'group', 'platform', 'rtmpUrl', 'streamKey', 'preset', 'standby'];

/** The values a form begins with, before anything is typed. */
function pristineValues({ presets, destination, copyOf }: DestinationFormSubject): DestinationFormValues {
  const like = destination ?? copyOf;
  if (like) {
    const name = destination ? like.name : `${like.name} copy`;
    return { ...fieldsOf(like), name, group: like.group ?? '', streamKey: '' };
  }
  const defaults = platformDefaults(presets.platforms[0], presets, knownFlow()?.source.video ?? null);
  return { name: '', group: '', streamKey: '', standby: 'warm', ...defaults };
}

/** The fields that are not as the form began with them. */
function typedFields(before: DestinationFormValues, after: DestinationFormValues): Draft {
  const fields = Object.keys(after) as (keyof DestinationFormValues)[];
  return Object.fromEntries(
    fields.filter((field) => after[field] !== before[field]).map((field) => [field, after[field]]),
  );
}

/** Values, draft and saving of the form that adds or edits a destination. */
export function useDestinationForm(subject: DestinationFormSubject) {
  const { presets, draft, onClose } = subject;
  const [base, setBase] = useState<Version | null>(
    subject.destination && { destination: subject.destination, etag: subject.etag },
  );
  const [pristine, setPristine] = useState(() => pristineValues(subject));
  const [isRestored, setRestored] = useState(() => readDraft(draft) !== null);
  const form = useForm<DestinationFormValues>({
    initialValues: { ...pristine, ...(readDraft(draft) as Partial<DestinationFormValues> | null) },
    onValuesChange: (values) => keepDraft(draft, typedFields(pristine, values)),
  });

  const create = useCreateDestination();
  const edit = useEditDestination(base?.destination.destinationId ?? '');
  const { error, isPending, failureReason } = base ? edit : create;
  const tellAfterwards = useFailureAfterwards(base ? `Edit ${base.destination.name}` : 'Add a destination');

  const finish = (message: string) => (): void => {
    discardDraft(draft);
    showDone(message);
    onClose();
  };
  const saveOver = (version: Version, changes: ReturnType<typeof changedFields>, apply: Apply | null): void => {
    const onSuccess = finish(`${form.values.name.trim()} saved`);
    // Where nothing arrives there is nothing to interrupt, and so nothing to ask.
    const when = apply ?? (isOffAirAnyway(version.destination) ? 'now' : null);
    edit.mutateAsync({ changes, etag: version.etag, apply: when }, { onSuccess }).catch(tellAfterwards);
  };
  const changes = base ? changedFields(fieldsOf(base.destination), toFields(form.values)) : {};

  /** What a platform was given before another one was looked at. */
  const typedFor = useRef(new Map<string, Pick<DestinationFormValues, 'rtmpUrl' | 'preset'>>());
  const choosePlatform = (next: PresetsResource['platforms'][number]): void => {
    const { platform, rtmpUrl, preset } = form.values;
    typedFor.current.set(platform, { rtmpUrl, preset });
    const defaults = platformDefaults(next, presets, knownFlow()?.source.video ?? null);
    form.setValues({ ...defaults, ...typedFor.current.get(next.platformId) });
  };

  return {
    form,
    base,
    changes,
    isPending,
    isRestored,
    /** Changes with every refusal, the same again too. */
    refusal: failureReason,
    ...fieldErrors(problemOf(error), FIELDS),
    choosePlatform,
    discard(): void {
      form.setValues(pristine);
      discardDraft(draft);
      setRestored(false);
      create.reset();
      edit.reset();
    },
    save(apply: Apply | null): void {
      if (base) {
        if (Object.keys(changes).length > 0) saveOver(base, changes, apply);
        else {
          discardDraft(draft);
          onClose();
        }
        return;
      }
      const { streamKey } = form.values;
      const values = toFields(form.values);
      const onSuccess = finish(`${values.name} added`);
      create.mutateAsync({ ...values, streamKey: streamKey.trim() }, { onSuccess }).catch(tellAfterwards);
    },
    showTheirs(theirs: Version): void {
      const values = { ...fieldsOf(theirs.destination), group: theirs.destination.group ?? '', streamKey: '' };
      setBase(theirs);
      setPristine(values);
      form.setValues(values);
      discardDraft(draft);
      setRestored(false);
      edit.reset();
    },
    saveMine(theirs: Version): void {
      // Only what was changed here: their other changes stay.
      saveOver(theirs, changes, null);
    },
  };
}
