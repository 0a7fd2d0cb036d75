import { useForm } from '@mantine/form';
import { useRef, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import type { PresetsResource } from '../../../functions/api/schemas/presets.ts';
import type { Apply } from '../../../functions/api/schemas/destination-requests.ts';
import { useCreateDestination, useEditDestination } from '../api/destinations.ts';
import { knownFlow } from '../api/flow.ts';
import { problemOf } from '../api/request.ts';
import { discardTyped } from '../app/draft-store.ts';
import { type Draft, keepDraft, readDraft } from './drafts.ts';
import { showDone } from '../app/problem-toast.tsx';
import { isOffAirAnyway } from '../destinations/off-air.ts';
import type { Version } from './ConflictQuestion.tsx';
import {
  changedFields,
  DEFAULT_HOLD_MINUTES,
  DEFAULT_LATENCY_MS,
  type DestinationFormValues,
  fieldsOf,
  isSrt,
  platformDefaults,
  takesBackup,
  toFields,
  toFormValues,
} from './destination-fields.ts';
import { fieldErrors } from './field-errors.ts';
import { useToastAfterClose } from './use-toast-after-close.ts';

/** Subject of a form. */
export interface DestinationFormSubject {
  presets: PresetsResource;
  /** The edited destination; null while adding. */
  destination: DestinationResource | null;
  etag: string | null;
  /** The destination to copy; null starts with the platform's defaults. */
  copyOf: DestinationResource | null;
  /** Key of the draft. */
  draft: string;
  onClose: () => void;
}

const FIELDS = [
  ...['name', 'group', 'platform', 'rtmpUrl', 'streamKey', 'preset', 'standby'],
  ...['sound', 'sound.track', 'sound.track.by', 'sound.track.pid', 'sound.track.language', 'sound.track.number'],
  ...['sound.channels', 'sound.loudnessLufs'],
  ...['streamId', 'passphrase', 'latencyMs', 'onSourceLoss', 'holdMinutes'],
  ...['backupIngest', 'backupRtmpUrl', 'backupStreamKey', 'keyUse', 'keyValidUntil'],
];

/** Returns the initial values of a form. */
function pristineValues({ presets, destination, copyOf }: DestinationFormSubject): DestinationFormValues {
  const like = destination ?? copyOf;
  if (like) {
    const name = destination ? like.name : `${like.name} copy`;
    // A copy has another stream key.
    return { ...toFormValues(fieldsOf(like)), name, ...(destination ? {} : { keyValidUntil: '' }) };
  }
  const defaults = platformDefaults(presets.platforms[0], presets, knownFlow()?.source.video ?? null);
  const empty = {
    name: '',
    group: '',
    streamKey: '',
    sound: '',
    streamId: '',
    passphrase: '',
    latencyMs: DEFAULT_LATENCY_MS,
    keyUse: 'reusable',
    keyValidUntil: '',
  };
  return { ...empty, ...NO_BACKUP, standby: 'warm', holdMinutes: DEFAULT_HOLD_MINUTES, ...defaults };
}

/** What two destinations do not share. */
const NOTHING_OF_ITS_OWN = { name: '', streamKey: '', backupStreamKey: '', passphrase: '', keyValidUntil: '' };

const NO_BACKUP = { backupIngest: '', backupRtmpUrl: '', backupStreamKey: '', backupKeySame: '' } as const;

type BackupValues = Pick<DestinationFormValues, keyof typeof NO_BACKUP>;

function backupValuesOf(values: DestinationFormValues): BackupValues {
  const { backupIngest, backupKeySame, backupRtmpUrl, backupStreamKey } = values;
  return { backupIngest, backupKeySame, backupRtmpUrl, backupStreamKey };
}

/** Returns the fields that differ from the initial values. */
function typedFields(before: DestinationFormValues, after: DestinationFormValues): Draft {
  const fields = Object.keys(after) as (keyof DestinationFormValues)[];
  return Object.fromEntries(
    fields.filter((field) => after[field] !== before[field]).map((field) => [field, after[field]]),
  );
}

/** Changed fields, with new secrets. */
type Changes = ReturnType<typeof changedFields> & { passphrase?: string; backupStreamKey?: string | null };

type PlatformPreset = PresetsResource['platforms'][number] | undefined;

/** Returns what an edit changes. A secret that was left empty stays. */
function changesOf(base: Version, values: DestinationFormValues, platform: PlatformPreset): Changes {
  const { passphrase } = values;
  const changes = changedFields(fieldsOf(base.destination), toFields(values, platform));
  if (!isSrt(platform)) return { ...changes, ...changedBackupKeyOf(base.destination, values, platform) };
  return passphrase !== '' ? { ...changes, passphrase } : changes;
}

/** Returns what an edit makes of the own stream key of the backup ingest: null is the key of the main ingest. */
function changedBackupKeyOf(
  { backupStreamKeySet }: DestinationResource,
  values: DestinationFormValues,
  platform: PlatformPreset,
): Pick<Changes, 'backupStreamKey'> {
  const isOn = values.backupIngest === 'on' && takesBackup(platform);
  if (isOn && backupStreamKeySet && values.backupKeySame === 'on') return { backupStreamKey: null };
  return backupKeyOf(values, platform);
}

/** Returns the own stream key of the backup ingest, if one was typed. */
function backupKeyOf({ backupIngest, backupStreamKey }: DestinationFormValues, platform: PlatformPreset) {
  const isUsed = backupIngest === 'on' && takesBackup(platform) && backupStreamKey.trim() !== '';
  return isUsed ? { backupStreamKey: backupStreamKey.trim() } : {};
}

/** Returns the secrets of a new destination. */
function secretsOf(values: DestinationFormValues, platform: PlatformPreset) {
  const { passphrase, streamKey } = values;
  if (isSrt(platform)) return { passphrase: passphrase || null };
  return { streamKey: streamKey.trim(), ...backupKeyOf(values, platform) };
}

export type DestinationFormState = ReturnType<typeof useDestinationForm>;

/** Manages values, draft and saving of the destination form. */
export function useDestinationForm(subject: DestinationFormSubject) {
  const { presets, draft, onClose } = subject;
  const [base, setBase] = useState<Version | null>(
    subject.destination && { destination: subject.destination, etag: subject.etag },
  );
  const [pristine, setPristine] = useState(() => pristineValues(subject));
  const [found] = useState(() => readDraft(draft));
  const [restoredAt, setRestoredAt] = useState(found?.typedAt ?? null);
  const form = useForm<DestinationFormValues>({
    initialValues: { ...pristine, ...(found?.values as Partial<DestinationFormValues> | undefined) },
    onValuesChange: (values) => keepDraft(draft, typedFields(pristine, values)),
  });

  const create = useCreateDestination();
  const edit = useEditDestination(base?.destination.destinationId ?? '');
  const { error, isPending, failureReason } = base ? edit : create;
  const tellAfterwards = useToastAfterClose(base ? `Edit ${base.destination.name}` : 'Add a destination');

  const finish = (message: string) => (): void => {
    discardTyped(draft);
    showDone(message);
    onClose();
  };
  const saveOver = (version: Version, changes: Changes, apply: Apply | null): void => {
    const onSuccess = finish(`${form.values.name.trim()} saved`);
    // Nothing arrives, so applying now interrupts no viewer and needs no question.
    const when = apply ?? (isOffAirAnyway(version.destination) ? 'now' : null);
    edit.mutateAsync({ changes, etag: version.etag, apply: when }, { onSuccess }).catch(tellAfterwards);
  };
  const platform = presets.platforms.find(({ platformId }) => platformId === form.values.platform);
  const changes = base ? changesOf(base, form.values, platform) : {};

  /** Values typed for a platform before the operator selected another one. */
  const typedFor = useRef(
    new Map<string, Pick<DestinationFormValues, 'rtmpUrl' | 'preset' | 'onSourceLoss' | keyof typeof NO_BACKUP>>(),
  );
  const choosePlatform = (next: PresetsResource['platforms'][number]): void => {
    const { platform: former, rtmpUrl, preset, onSourceLoss } = form.values;
    typedFor.current.set(former, { rtmpUrl, preset, onSourceLoss, ...backupValuesOf(form.values) });
    const defaults = platformDefaults(next, presets, knownFlow()?.source.video ?? null);
    form.setValues({ ...defaults, ...NO_BACKUP, ...typedFor.current.get(next.platformId) });
  };

  const add = (then: (message: string) => void): void => {
    const values = toFields(form.values, platform);
    const onSuccess = () => then(`${values.name} added`);
    create.mutateAsync({ ...values, ...secretsOf(form.values, platform) }, { onSuccess }).catch(tellAfterwards);
  };
  const beginWith = (values: DestinationFormValues): void => {
    discardTyped(draft);
    setPristine(values);
    form.setValues(values);
    setRestoredAt(null);
  };

  const errors = fieldErrors(problemOf(error), FIELDS);

  return {
    form,
    base,
    changes,
    isPending,
    /** When the input was typed with which the form began; null without any. */
    restoredAt,
    /** Changes with every refusal, also with a repeated one. */
    refusal: failureReason,
    ...errors,
    /** Whether a question has to be answered before the form can be saved. */
    asks: errors.restartRequired || errors.isConflict,
    choosePlatform,
    discard(): void {
      beginWith(pristine);
      create.reset();
      edit.reset();
    },
    save(apply: Apply | null): void {
      if (base) {
        if (Object.keys(changes).length > 0) return saveOver(base, changes, apply);
        discardTyped(draft);
        return onClose();
      }
      add((message) => finish(message)());
    },
    /** Adds the destination and begins another one like it. Name and keys are empty again. */
    saveAndAddAnother(onAdded: () => void): void {
      add((message) => {
        beginWith({ ...form.values, ...NOTHING_OF_ITS_OWN });
        showDone(message);
        onAdded();
      });
    },
    showTheirs(theirs: Version): void {
      setBase(theirs);
      beginWith(toFormValues(fieldsOf(theirs.destination)));
      edit.reset();
    },
    // Sends only the changes made here, so that the other person's changes stay.
    saveMine: (theirs: Version): void => saveOver(theirs, changes, null),
  };
}
