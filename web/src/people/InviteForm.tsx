import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { CreateInvitation, NewInvitation } from '../../../functions/api/schemas/people.ts';
import { useInvite } from '../api/people.ts';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import classes from './People.module.css';

const ROLES = [
  { value: 'viewer', label: 'Viewer: sees everything' },
  { value: 'operator', label: 'Operator: runs the show' },
  { value: 'admin', label: 'Admin: may do everything' },
];

/** Invites a person by name and role. The API checks the values. */
export function InviteForm({ onInvited }: { onInvited: (invitation: NewInvitation) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<CreateInvitation['role']>('operator');
  const invite = useInvite();
  const problem = problemOf(invite.error);
  const nameError = problem?.errors?.find(({ field }) => field === 'name')?.message;
  return (
    <form
      className={classes.form}
      aria-label="Invite a person"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate(
          { name, role },
          {
            onSuccess: (invitation) => {
              setName('');
              onInvited(invitation);
            },
          },
        );
      }}
    >
      <TextInput
        label="Name"
        autoComplete="off"
        value={name}
        error={nameError}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="Role"
        data={ROLES}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as CreateInvitation['role'])}
      />
      <Button type="submit" loading={invite.isPending} disabled={name.trim() === ''}>
        Create link
      </Button>
      {problem && !nameError && <ProblemPanel problem={problem} />}
    </form>
  );
}
