import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CreateAccessToken, NewAccessToken } from '../../../functions/api/schemas/access-tokens.ts';
import { useCreateAccessToken } from '../api/access-tokens.ts';
import { problemOf } from '../api/request.ts';
import { toServerTimeMs } from '../api/server-clock.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import classes from './People.module.css';
import { useNameable, type Nameable } from './token-scope.ts';

const ROLES = [
  { value: 'trigger', label: 'Trigger: buttons for chosen things' },
  { value: 'viewer', label: 'Viewer: reads everything' },
  { value: 'operator', label: 'Operator: runs the show' },
  { value: 'admin', label: 'Admin: may do everything' },
];
const EXPIRIES = [
  { value: '30', label: '30 days' },
  { value: '365', label: 'A year' },
  { value: '', label: 'Never' },
];
const DAY_MS = 24 * 60 * 60 * 1000;

/** Creates an access token. The API checks the values. */
export function AccessTokenForm({ onCreated }: { onCreated: (created: NewAccessToken) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<CreateAccessToken['role']>('trigger');
  const [days, setDays] = useState('365');
  const [destinationIds, setDestinationIds] = useState<string[]>([]);
  const [showIds, setShowIds] = useState<string[]>([]);
  const nameable = useNameable();
  const create = useCreateAccessToken();
  const problem = problemOf(create.error);
  const nameError = problem?.errors?.find(({ field }) => field === 'name')?.message;
  const isTrigger = role === 'trigger';

  const submit = (): void => {
    const expiresAt = days === '' ? null : new Date(toServerTimeMs(Date.now()) + Number(days) * DAY_MS).toISOString();
    const body = { name, role, expiresAt, ...(isTrigger && { destinationIds, showIds }) };
    create.mutate(body, {
      onSuccess: (created) => {
        setName('');
        setDestinationIds([]);
        setShowIds([]);
        // The page keeps the secret in the dialog only.
        create.reset();
        onCreated(created);
      },
    });
  };

  return (
    <form
      className={classes.form}
      aria-label="Create an access token"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        label="Name of the token"
        autoComplete="off"
        value={name}
        error={nameError}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="Role of the token"
        data={ROLES}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as CreateAccessToken['role'])}
      />
      <NativeSelect
        label="Expires"
        data={EXPIRIES}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
      />
      {isTrigger && (
        <div className={classes.scope}>
          <Choices
            label="Destinations that it starts and stops"
            all={nameable.destinations}
            chosen={destinationIds}
            onChange={setDestinationIds}
          />
          <Choices
            label="Shows that it takes live and ends"
            all={nameable.shows}
            chosen={showIds}
            onChange={setShowIds}
          />
        </div>
      )}
      <Button
        type="submit"
        loading={create.isPending}
        disabled={name.trim() === '' || (isTrigger && destinationIds.length + showIds.length === 0)}
      >
        Create token
      </Button>
      {problem && !nameError && <ProblemPanel problem={problem} />}
    </form>
  );
}

interface ChoicesProps {
  label: string;
  all: readonly Nameable[];
  chosen: string[];
  onChange: (ids: string[]) => void;
}

function Choices({ label, all, chosen, onChange }: ChoicesProps) {
  if (all.length === 0) return null;
  const change = (id: string, isChosen: boolean): void =>
    onChange(isChosen ? [...chosen, id] : chosen.filter((each) => each !== id));
  return (
    <fieldset className={classes.choices}>
      <legend>{label}</legend>
      {all.map(({ id, name }) => (
        <label key={id} className={classes.choice}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={(event) => change(id, event.currentTarget.checked)}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
