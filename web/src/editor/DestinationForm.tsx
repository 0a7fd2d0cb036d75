import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { type ClipboardEvent, useEffect, useId, useRef, useState } from 'react';
import { knownDestinations } from '../api/destinations.ts';
import { discardDraft } from './drafts.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { groupsOf } from '../destinations/destination-groups.ts';
import { isSameName } from './same-name.ts';
import { splitRtmpUrl } from './split-rtmp-url.ts';
import { ConflictQuestion } from './ConflictQuestion.tsx';
import { EncodingSelect } from './EncodingSelect.tsx';
import { LeaveButton } from './LeaveButton.tsx';
import { PlatformPicker } from './PlatformPicker.tsx';
import { PriceNote } from './PriceNote.tsx';
import { RestartNote } from './RestartNote.tsx';
import { RestartQuestion } from './RestartQuestion.tsx';
import { isSrt } from './destination-fields.ts';
import { SrtFields } from './SrtFields.tsx';
import { type DestinationFormSubject, useDestinationForm } from './use-destination-form.ts';
import classes from './editor.module.css';

/** Adds or edits a destination. The API validates the values; its messages appear at their fields. */
export function DestinationForm(subject: DestinationFormSubject) {
  const { presets, destination, copyOf, draft, onClose } = subject;
  const edited = useDestinationForm(subject);
  const { form, base, fields, rest, isPending, changes } = edited;
  const groupsId = useId();
  const [pasted, setPasted] = useState<string | null>(null);
  const isMoneyShown = useMoneyShown();
  const element = useRef<HTMLFormElement>(null);
  const platform = presets.platforms.find((candidate) => candidate.platformId === form.values.platform);
  const encodings = presets.encodings.filter(
    (encoding) =>
      !platform || platform.encodings.includes(encoding.encodingId) || encoding.encodingId === destination?.preset,
  );
  const isNameTaken = knownDestinations().some(
    (other) => other.destinationId !== destination?.destinationId && isSameName(form.values.name, other.name),
  );
  const asks = edited.restartRequired || edited.isConflict;

  useEffect(() => {
    if (edited.refusal) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [edited.refusal]);

  const onPaste = (event: ClipboardEvent): void => {
    const text = event.clipboardData.getData('text');
    const split = destination ? null : splitRtmpUrl(text, platform?.rtmpUrl ?? null);
    if (!split) return;
    event.preventDefault();
    form.setValues(split);
    setPasted(text.trim());
  };
  const undoSplit = (): void => {
    form.setValues({ rtmpUrl: pasted ?? '', streamKey: '' });
    setPasted(null);
  };
  const cancel = (): void => {
    if (!isPending) discardDraft(draft);
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
      {edited.isRestored && (
        <p className={classes.note} role="status">
          {destination || form.values.streamKey
            ? 'Your unsaved changes were kept.'
            : 'Your unsaved changes were kept, without the stream key.'}
          <Button size="compact-sm" variant="subtle" onClick={edited.discard}>
            Discard
          </Button>
        </p>
      )}
      <PlatformPicker
        platforms={presets.platforms}
        value={form.values.platform}
        error={fields['platform']}
        onChange={(next) => {
          edited.choosePlatform(next);
          setPasted(null);
        }}
      />
      <TextInput
        label="Name"
        placeholder={platform ? `Main ${platform.name}` : ''}
        data-autofocus
        {...form.getInputProps('name')}
        error={fields['name']}
        description={
          isNameTaken && (
            <span role="status" className={classes.warning}>
              Another destination has the same name.
            </span>
          )
        }
        inputWrapperOrder={['label', 'input', 'description', 'error']}
      />
      <TextInput
        label="Group"
        description="Optional. Start and stop everything in a group with one button."
        list={groupsId}
        autoComplete="off"
        {...form.getInputProps('group')}
        error={fields['group']}
      />
      <datalist id={groupsId}>
        {groupsOf(knownDestinations()).map((group) => (
          <option key={group} value={group} />
        ))}
      </datalist>
      <TextInput
        label={isSrt(platform) ? 'SRT address' : 'RTMP URL'}
        description={platform?.rtmpUrlHint}
        spellCheck={false}
        autoComplete="off"
        onPaste={onPaste}
        {...form.getInputProps('rtmpUrl')}
        error={fields['rtmpUrl']}
      />
      {pasted && (
        <p className={classes.note} role="status">
          The last part of the pasted address became the stream key, which is hidden. Check that it is the key.
          <Button size="compact-sm" variant="subtle" onClick={undoSplit}>
            Undo
          </Button>
        </p>
      )}
      {isSrt(platform) && <SrtFields form={form} errors={fields} destination={destination} />}
      {!destination && !isSrt(platform) && (
        <PasswordInput
          label="Stream key"
          description={
            copyOf ? 'Stream keys are not copied. Paste the key for this destination.' : platform?.streamKeyHint
          }
          autoComplete="off"
          onPaste={onPaste}
          {...form.getInputProps('streamKey')}
          error={fields['streamKey']}
          aria-invalid={fields['streamKey'] ? true : undefined}
        />
      )}
      <EncodingSelect
        presets={presets}
        platform={platform}
        encodings={encodings}
        {...form.getInputProps('preset')}
        value={form.values.preset}
        onChoose={(preset) => form.setValues({ preset })}
        error={fields['preset']}
      />
      {!isSrt(platform) && (
        <NativeSelect
          label="When stopped"
          data={[
            { value: 'warm', label: 'Keep warm (fast start)' },
            { value: 'cold', label: 'Release (slower start, no cost)' },
          ]}
          {...form.getInputProps('standby')}
          error={fields['standby']}
        />
      )}
      {isMoneyShown && (
        <PriceNote
          platform={form.values.platform}
          preset={form.values.preset}
          standby={isSrt(platform) ? 'cold' : form.values.standby}
        />
      )}
      {platform && platform.notes.length > 0 && (
        <ul className={classes.hints}>
          {platform.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {destination && !isSrt(platform) && (
        <p className={classes.text}>To replace the stream key, use the destination’s menu.</p>
      )}
      {rest && <ProblemPanel key={rest.requestId} problem={rest} isInSight />}
      {base && !asks && <RestartNote destination={base.destination} changes={changes} />}
      {edited.restartRequired && base && (
        <RestartQuestion destination={base.destination} pending={isPending} onAnswer={edited.save} />
      )}
      {edited.isConflict && base && (
        <ConflictQuestion
          before={base.destination}
          pending={isPending}
          onShowTheirs={edited.showTheirs}
          onSaveMine={edited.saveMine}
        />
      )}
      {!asks && (
        <div className={classes.buttons}>
          <LeaveButton isSent={isPending} onClose={cancel} />
          <Button type="submit" loading={isPending}>
            {destination ? 'Save changes' : 'Add destination'}
          </Button>
        </div>
      )}
    </form>
  );
}
