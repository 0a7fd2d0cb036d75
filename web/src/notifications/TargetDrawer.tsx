import { Button, Drawer, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import type { Targets } from '../api/notifications.ts';
import { useSession } from '../api/session.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { LeaveButton } from '../editor/LeaveButton.tsx';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import editor from '../editor/editor.module.css';
import { CompanionFields } from './CompanionFields.tsx';
import { addressField, toFormValues, type TargetFormValues } from './target-fields.ts';
import { type FilterNames, KIND_NAMES } from './target-text.ts';
import { TargetFilter } from './TargetFilter.tsx';
import { useSaveTarget } from './use-save-target.ts';
import classes from './Notifications.module.css';

interface TargetDrawerProps {
  /** Null: a new target. */
  target: TargetResource | null;
  mail: Targets['mail'];
  names: FilterNames;
  groups: readonly string[];
  /** Receives the signing secret of a new webhook. */
  onSecret: (name: string, secret: string) => void;
  onClose: () => void;
}

const ADDRESS_HINTS: Record<TargetResource['kind'], string> = {
  email: 'One address, such as studio@example.com.',
  webhook: 'The https URL of your receiver. Messages are signed as in Standard Webhooks.',
  slack: 'The incoming webhook of a channel: https://hooks.slack.com/services/…',
  discord: 'The webhook of a channel: https://discord.com/api/webhooks/…',
  teams: 'The URL of a Teams workflow: https://….logic.azure.com/…',
  companion: 'Companion in your network: http://192.168.1.20:8000, listed in NOTIFY_PRIVATE_HOSTS.',
};

/** Adds or edits a notification target. The API validates the values; its messages appear at their fields. */
export function TargetDrawer({ target, mail, names, groups, onSecret, onClose }: TargetDrawerProps) {
  useFocusReturn();
  const [values, setValues] = useState<TargetFormValues>(() => toFormValues(target));
  // Polls replace the target; the form compares with the values it began with.
  const [before] = useState(target);
  const title = before ? `Edit ${before.name}` : 'Add a notification target';
  const { save, isPending, refusal, fields, rest } = useSaveTarget(before, { title, onSecret, onClose });
  const element = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (refusal) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusal]);

  const set = (part: Partial<TargetFormValues>): void => setValues((now) => ({ ...now, ...part }));
  const setFilter = (part: Partial<TargetFormValues['filter']>): void =>
    setValues((now) => ({ ...now, filter: { ...now.filter, ...part } }));

  const address = {
    value: values.address,
    description: before
      ? `Set${(before.urlHost ?? before.email) ? `: ${before.urlHost ?? before.email}` : ''}. Leave empty to keep it.`
      : ADDRESS_HINTS[values.kind],
    error: fields[addressField(values.kind)],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => set({ address: event.currentTarget.value }),
  };
  return (
    <Drawer opened onClose={onClose} size="lg" title={title}>
      <form
        ref={element}
        className={editor.form}
        onSubmit={(event) => {
          event.preventDefault();
          save(values);
        }}
      >
        {before ? (
          <p className={editor.text}>{KIND_NAMES[before.kind]}. To use another kind, add another target.</p>
        ) : (
          <KindSelect kind={values.kind} error={fields['kind']} onChange={(kind) => set({ kind, address: '' })} />
        )}
        <TextInput
          label="Name"
          data-autofocus
          autoComplete="off"
          value={values.name}
          error={fields['name']}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        {values.kind === 'email' ? (
          <TextInput label="E-mail address" inputMode="email" {...address} />
        ) : (
          <PasswordInput label="URL" aria-invalid={address.error ? true : undefined} {...address} />
        )}
        {values.kind === 'companion' && (
          <CompanionFields value={values.companion} fields={fields} onChange={(companion) => set({ companion })} />
        )}
        {values.kind === 'email' && <MailNote mail={mail} isNew={before === null} />}
        <div className={classes.filters}>
          <h3>Which messages</h3>
          <TargetFilter filter={values.filter} names={names} groups={groups} fields={fields} onChange={setFilter} />
          <label className={classes.check}>
            <input
              type="checkbox"
              checked={values.isEnabled}
              onChange={(event) => set({ isEnabled: event.currentTarget.checked })}
            />
            <span>Enabled</span>
          </label>
        </div>
        {rest && <ProblemPanel key={rest.requestId} problem={rest} isInSight />}
        <div className={editor.buttons}>
          <LeaveButton isSent={isPending} onClose={onClose} />
          <Button type="submit" loading={isPending}>
            {before ? 'Save changes' : 'Add target'}
          </Button>
        </div>
      </form>
    </Drawer>
  );
}

interface KindSelectProps {
  kind: TargetResource['kind'];
  error: string | undefined;
  onChange: (kind: TargetResource['kind']) => void;
}

function KindSelect({ kind, error, onChange }: KindSelectProps) {
  const isEmbedded = useSession().data?.embedded === true;
  return (
    <NativeSelect
      label="Kind"
      value={kind}
      error={error}
      description={isEmbedded ? undefined : 'Companion needs Sluice on one machine.'}
      data={Object.entries(KIND_NAMES).map(([value, label]) => ({
        value,
        label,
        disabled: value === 'companion' && !isEmbedded,
      }))}
      onChange={(event) => onChange(event.currentTarget.value as TargetResource['kind'])}
    />
  );
}

/** Says what has to happen before an e-mail arrives. */
function MailNote({ mail, isNew }: { mail: Targets['mail']; isNew: boolean }) {
  if (mail === 'outbox') {
    return <p className={editor.note}>No mail server is set. E-mails are kept in the outbox on this page.</p>;
  }
  if (mail !== 'topic') return null;
  return (
    <p className={editor.note}>
      AWS asks the address to confirm. Messages arrive once the link in that e-mail was opened.
      {!isNew && ' Enter the same address again to get another e-mail.'}
    </p>
  );
}
