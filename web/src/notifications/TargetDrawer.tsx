import { Button, Drawer, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import { type Targets, useChangeTarget, useCreateTarget } from '../api/notifications.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import { showDone } from '../app/problem-toast.tsx';
import { fieldErrors } from '../editor/field-errors.ts';
import { LeaveButton } from '../editor/LeaveButton.tsx';
import { useToastAfterClose } from '../editor/use-toast-after-close.ts';
import { sentence } from '../ui/format.ts';
import { useFocusReturn } from '../ui/use-focus-return.ts';
import editor from '../editor/editor.module.css';
import { ChoiceList } from './ChoiceList.tsx';
import { EVENT_MEANINGS, EVENT_TYPES } from './event-meanings.ts';
import { addressField, toFormValues, toNewTarget, toTargetChange, type TargetFormValues } from './target-fields.ts';
import { type FilterNames, KIND_NAMES } from './target-text.ts';
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

const FILTER_FIELDS = ['eventTypes', 'severities', 'rules', 'destinationIds', 'groups'] as const;
const FIELDS = ['kind', 'name', 'url', 'email', ...FILTER_FIELDS];

const ADDRESS_HINTS: Record<TargetResource['kind'], string> = {
  email: 'One address, such as studio@example.com.',
  webhook: 'The https URL of your receiver. Messages are signed as in Standard Webhooks.',
  slack: 'The incoming webhook of a channel: https://hooks.slack.com/services/…',
  discord: 'The webhook of a channel: https://discord.com/api/webhooks/…',
  teams: 'The URL of a Teams workflow: https://….logic.azure.com/…',
};

const EVENT_CHOICES = EVENT_TYPES.filter((type) => type !== 'notification.test').map((type) => ({
  value: type,
  label: `${type}: ${EVENT_MEANINGS[type]}`,
}));
const SEVERITY_CHOICES = ['high', 'medium', 'low'].map((value) => ({ value, label: sentence(value) }));

/** Adds or edits a notification target. The API validates the values; its messages appear at their fields. */
export function TargetDrawer({ target, mail, names, groups, onSecret, onClose }: TargetDrawerProps) {
  useFocusReturn();
  const [values, setValues] = useState<TargetFormValues>(() => toFormValues(target));
  // Polls replace the target; the form compares with the values it began with.
  const [before] = useState(target);
  const create = useCreateTarget();
  const change = useChangeTarget(target?.targetId ?? '');
  const { error, isPending, failureReason } = before ? change : create;
  const { fields: raw, rest } = fieldErrors(withPlainFields(problemOf(error)), FIELDS);
  const fields = Object.fromEntries(Object.entries(raw).map(([field, message]) => [field, sentence(message)]));
  const title = before ? `Edit ${before.name}` : 'Add a notification target';
  const tellAfterwards = useToastAfterClose(title);
  const element = useRef<HTMLFormElement>(null);
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);
  useEffect(() => {
    if (failureReason) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [failureReason]);

  const set = (part: Partial<TargetFormValues>): void => setValues((now) => ({ ...now, ...part }));
  const setFilter = (part: Partial<TargetFormValues['filter']>): void =>
    setValues((now) => ({ ...now, filter: { ...now.filter, ...part } }));
  const save = (): void => {
    if (!before) {
      create
        .mutateAsync(toNewTarget(values))
        .then(({ name, signingSecret }) => {
          showDone(`${name} added`);
          // The secret is in this answer only, so it is shown even when the form was closed meanwhile.
          if (signingSecret !== null) onSecret(name, signingSecret);
          if (isOpen.current) onClose();
        })
        .catch(tellAfterwards);
      return;
    }
    const changes = toTargetChange(before, values);
    if (Object.keys(changes).length === 0) return onClose();
    const onSuccess = (): void => {
      showDone(`${values.name.trim()} saved`);
      onClose();
    };
    change.mutateAsync(changes, { onSuccess }).catch(tellAfterwards);
  };

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
          save();
        }}
      >
        {before ? (
          <p className={editor.text}>{KIND_NAMES[before.kind]}. To use another kind, add another target.</p>
        ) : (
          <NativeSelect
            label="Kind"
            value={values.kind}
            error={fields['kind']}
            description={mail === 'none' ? 'This deployment sends no e-mail.' : undefined}
            data={Object.entries(KIND_NAMES).map(([value, label]) => ({
              value,
              label,
              disabled: value === 'email' && mail === 'none',
            }))}
            onChange={(event) => set({ kind: event.currentTarget.value as TargetFormValues['kind'], address: '' })}
          />
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
        {mail === 'outbox' && values.kind === 'email' && (
          <p className={editor.note}>No mail server is set. E-mails are kept in the outbox on this page.</p>
        )}
        <div className={classes.filters}>
          <h3>Which messages</h3>
          <ChoiceList
            legend="Events"
            choices={EVENT_CHOICES}
            selected={values.filter.eventTypes}
            none="all events"
            error={fields['eventTypes']}
            onChange={(selected) => setFilter({ eventTypes: selected as TargetFormValues['filter']['eventTypes'] })}
          />
          <ChoiceList
            legend="Severity of incidents"
            choices={SEVERITY_CHOICES}
            selected={values.filter.severities}
            none="every severity"
            error={fields['severities']}
            onChange={(selected) => setFilter({ severities: selected as TargetFormValues['filter']['severities'] })}
          />
          <ChoiceList
            legend="Rules of incidents"
            choices={names.rules}
            selected={values.filter.rules}
            none="every rule"
            error={fields['rules']}
            onChange={(rules) => setFilter({ rules })}
          />
          <ChoiceList
            legend="Destinations"
            choices={names.destinations}
            selected={values.filter.destinationIds}
            none="every destination"
            error={fields['destinationIds']}
            onChange={(destinationIds) => setFilter({ destinationIds })}
          />
          <ChoiceList
            legend="Groups"
            choices={groups.map((group) => ({ value: group, label: group }))}
            selected={values.filter.groups}
            none="every group"
            error={fields['groups']}
            onChange={(chosen) => setFilter({ groups: chosen })}
          />
          <label className={classes.check}>
            <input
              type="checkbox"
              checked={values.filter.includesDrills}
              onChange={(event) => setFilter({ includesDrills: event.currentTarget.checked })}
            />
            <span>Also send what drills cause</span>
          </label>
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

/** Names the lists of the filter as the form does: `filter.groups.0` is an error of `groups`. */
function withPlainFields(problem: ReturnType<typeof problemOf>): ReturnType<typeof problemOf> {
  if (!problem?.errors) return problem;
  const plain = (field: string): string => /^filter\.(\w+)/.exec(field)?.[1] ?? field;
  return { ...problem, errors: problem.errors.map((each) => ({ ...each, field: plain(each.field) })) };
}
