import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useRoleRefusal } from '../api/session.ts';
import { paths } from '../app/paths.ts';

/** Links to the form, or shows why the user's role may not add destinations. */
export function AddDestinationButton() {
  const refusal = useRoleRefusal('admin');
  const look = { size: 'sm', leftSection: <IconPlus size={17} />, children: 'Add destination' } as const;
  if (!refusal) return <Button component={Link} href={paths.addDestination} {...look} />;
  return <Button {...look} data-disabled aria-disabled aria-description={refusal} data-hint={refusal} />;
}
