import { Button, NativeSelect, type NativeSelectProps, TextInput } from '@mantine/core';
import { type RefObject, useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { AlsoEditing } from '../app/AlsoEditing.tsx';
import { discardTyped } from '../app/draft-store.ts';
import { paths } from '../app/paths.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { EditQuestions } from './EditQuestions.tsx';
import { EncodingSelect } from './EncodingSelect.tsx';
import { KeyTermsFields } from './KeyTermsFields.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { NameFields } from './NameFields.tsx';
import { PlatformPicker } from './PlatformPicker.tsx';
import { PriceNote } from './PriceNote.tsx';
import { BackupFields } from './BackupFields.tsx';
import { isSrt, takesBackup } from './destination-fields.ts';
import { RestoredNote } from './RestoredNote.tsx';
import { SoundFields } from './SoundFields.tsx';
import { SourceLossFields } from './SourceLossFields.tsx';
import { SrtFields } from './SrtFields.tsx';
import { StreamKeyField } from './StreamKeyField.tsx';
import { type DestinationFormState, type DestinationFormSubject, useDestinationForm } from './use-destination-form.ts';
import { type PastedAddress, usePastedAddress } from './use-pasted-address.ts';
import classes from './editor.module.css';

/** Adds or edits a destination. The API validates the values; its messages appear at their fields. */
export function DestinationForm(subject: DestinationFormSubject) {
  const { presets, destination, draft, onClose } = subject;
  const edited = useDestinationForm(subject);
  const { form, fields, rest, isPending } = edited;
  const isMoneyShown = useMoneyShown();
  const element = useRef<HTMLFormElement>(null);
  const platform = presets.platforms.find((candidate) => candidate.platformId === form.values.platform);
  const encodings = presets.encodings.filter(
    (encoding) =>
      !platform || platform.encodings.includes(encoding.encodingId) || encoding.encodingId === destination?.preset,
  );
  const pasted = usePastedAddress(form, platform, destination !== null);

  useEffect(() => {
    if (edited.refusal) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [edited.refusal]);

  const cancel = (): void => {
    if (!isPending) discardTyped(draft);
    onClose();
  };

  return (
    <form
      ref={element}
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        edited.save(null);
      }}
    >
      <AlsoEditing kind="destination" id={destination?.destinationId} />
      <RestoredNote
        typedAt={edited.restoredAt}
        without={destination || form.values.streamKey ? undefined : 'the stream key'}
        onDiscard={edited.discard}
      />
      {!destination && !subject.copyOf && <ListHint />}
      <PlatformPicker
        platforms={presets.platforms}
        value={form.values.platform}
        error={fields['platform']}
        onChange={(next) => {
          edited.choosePlatform(next);
          pasted.forget();
        }}
      />
      <NameFields edited={edited} destination={destination} platform={platform} />
      <TextInput
        label={isSrt(platform) ? 'SRT address' : 'RTMP URL'}
        description={platform?.rtmpUrlHint}
        spellCheck={false}
        autoComplete="off"
        onPaste={pasted.onPaste}
        {...form.getInputProps('rtmpUrl')}
        error={fields['rtmpUrl']}
      />
      <SplitNote pasted={pasted} isSrt={isSrt(platform)} />
      {isSrt(platform) && <SrtFields edited={edited} destination={destination} />}
      {!destination && !isSrt(platform) && (
        <StreamKeyField edited={edited} copyOf={subject.copyOf} platform={platform} onPaste={pasted.onPaste} />
      )}
      {!isSrt(platform) && (
        <KeyTermsFields terms={form.values} errors={fields} onChange={(part) => form.setValues(part)} />
      )}
      {!isSrt(platform) && <BackupFields edited={edited} destination={destination} platform={platform} />}
      <EncodingSelect
        presets={presets}
        platform={platform}
        encodings={encodings}
        {...form.getInputProps('preset')}
        value={form.values.preset}
        onChoose={(preset) => form.setValues({ preset })}
        error={fields['preset']}
      />
      {!isSrt(platform) && <SoundFields edited={edited} />}
      {!isSrt(platform) && <StandbySelect {...form.getInputProps('standby')} error={fields['standby']} />}
      <SourceLossFields edited={edited} platform={platform} />
      {isMoneyShown && (
        <PriceNote
          platform={form.values.platform}
          preset={form.values.preset}
          standby={isSrt(platform) ? 'cold' : form.values.standby}
          backupIngest={form.values.backupIngest === 'on' && takesBackup(platform)}
        />
      )}
      <Hints notes={platform?.notes ?? []} />
      {destination && !isSrt(platform) && <KeyHint />}
      {rest && <ProblemPanel key={rest.requestId} problem={rest} isInSight />}
      <EditQuestions edited={edited} />
      {!edited.asks && (
        <div className={classes.buttons}>
          <LeaveButton isSent={isPending} onClose={cancel} />
          <SaveButtons edited={edited} form={element} />
        </div>
      )}
    </form>
  );
}

function SplitNote({ pasted, isSrt: isOfSrt }: { pasted: PastedAddress; isSrt: boolean }) {
  if (pasted.text === null) return null;
  return (
    <p className={classes.note} role="status">
      {isOfSrt
        ? 'The parts of the pasted address are in their own fields. The passphrase is hidden.'
        : 'The last part of the pasted address became the stream key, which is hidden. Check that it is the key.'}
      <Button size="compact-sm" variant="subtle" onClick={pasted.undo}>
        Undo
      </Button>
    </p>
  );
}

interface SaveButtonsProps {
  edited: DestinationFormState;
  form: RefObject<HTMLFormElement | null>;
}

/** Saves the form; a new destination also so that another one like it begins, at its name. */
function SaveButtons({ edited: { base, isPending, saveAndAddAnother }, form }: SaveButtonsProps) {
  const focusName = () => form.current?.querySelector<HTMLElement>('[data-autofocus]')?.focus();
  return (
    <>
      {!base && (
        <Button variant="default" disabled={isPending} onClick={() => saveAndAddAnother(focusName)}>
          Save and add another
        </Button>
      )}
      <Button type="submit" loading={isPending}>
        {base ? 'Save changes' : 'Add destination'}
      </Button>
    </>
  );
}

function ListHint() {
  return (
    <p className={classes.text}>
      Several at once? <Link href={`${paths.transfer}#list`}>Add from a list</Link>
    </p>
  );
}

function KeyHint() {
  return <p className={classes.text}>To replace the stream key, use the destination’s menu.</p>;
}

/** Selects what remains of a stopped destination. */
function StandbySelect(given: Omit<NativeSelectProps, 'label' | 'data'>) {
  const data = [
    { value: 'warm', label: 'Keep warm (fast start)' },
    { value: 'cold', label: 'Release (slower start, no cost)' },
  ];
  return <NativeSelect label="When stopped" data={data} {...given} />;
}

function Hints({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null;
  return (
    <ul className={classes.hints}>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}
