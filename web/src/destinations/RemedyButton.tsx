import { Button } from '@mantine/core';
import { IconKey, IconPencil } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { openDialog } from '../app/destination-dialog-state.ts';
import { paths } from '../app/paths.ts';

/** Reasons that a corrected URL fixes. */
const WRONG_URL = new Set(['application_rejected', 'host_not_found', 'certificate_invalid']);

/** The remedy as a button beside the reason; renders nothing for other remedies. */
export function RemedyButton({ destination }: { destination: DestinationResource }) {
  const { health, name } = destination;
  if (!destination.allowedActions.includes('edit')) return null;
  if (WRONG_URL.has(health.code)) {
    return (
      <Button
        component={Link}
        href={paths.editDestination(destination.destinationId)}
        size="compact-sm"
        variant="default"
        leftSection={<IconPencil size={14} />}
        aria-label={`Edit ${name}`}
      >
        Edit
      </Button>
    );
  }
  if (health.code !== 'stream_key_rejected') return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconKey size={14} />}
      aria-label={`Replace key of ${name}`}
      onClick={() => openDialog('replaceKey', destination)}
    >
      Replace key
    </Button>
  );
}
