import { NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { CreateInvitation, NewInvitation } from '../../../functions/api/schemas/people.ts';
import { useInvite } from '../api/people.ts';
import { AccessForm } from './AccessForm.tsx';

const ROLES = [
  { value: 'viewer', label: 'Viewer: sees everything' },
  { value: 'operator', label: 'Operator: runs the show' },
  { value: 'admin', label: 'Admin: may do everything' },
];

/** Invites a person by name and role. */
export function InviteForm({ onInvited }: { onInvited: (invitation: NewInvitation) => void }) {
  const [role, setRole] = useState<CreateInvitation['role']>('operator');
  return (
    <AccessForm
      label="Invite a person"
      nameLabel="Name"
      submitLabel="Create link"
      create={useInvite()}
      bodyFor={(name) => ({ name, role })}
      onCreated={onInvited}
    >
      <NativeSelect
        label="Role"
        data={ROLES}
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as CreateInvitation['role'])}
      />
    </AccessForm>
  );
}
