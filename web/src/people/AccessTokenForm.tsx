import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { CreateAccessToken, NewAccessToken } from '../../../functions/api/schemas/access-tokens.ts';
import { useCreateAccessToken } from '../api/access-tokens.ts';
import { toServerTimeMs } from '../api/server-clock.ts';
import { AccessForm } from './AccessForm.tsx';
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

/** Creates an access token. */
export function AccessTokenForm({ onCreated }: { onCreated: (created: NewAccessToken) => void }) {
  const [role, setRole] = useState<CreateAccessToken['role']>('trigger');
  const [days, setDays] = useState('365');
  const [destinationIds, setDestinationIds] = useState<string[]>([]);
  const [showIds, setShowIds] = useState<string[]>([]);
  const nameable = useNameable();
  const isTrigger = role === 'trigger';

  const bodyFor = (name: string): CreateAccessToken => {
    const expiresAt = days === '' ? null : new Date(toServerTimeMs(Date.now()) + Number(days) * DAY_MS).toISOString();
    return { name, role, expiresAt, ...(isTrigger && { destinationIds, showIds }) };
  };

  return (
    <AccessForm
      label="Create an access token"
      nameLabel="Name of the token"
      submitLabel="Create token"
      create={useCreateAccessToken()}
      bodyFor={bodyFor}
      isComplete={!isTrigger || destinationIds.length + showIds.length > 0}
      onCreated={(created) => {
        setDestinationIds([]);
        setShowIds([]);
        onCreated(created);
      }}
    >
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
    </AccessForm>
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
