import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { useRoleRefusal } from '../api/session.ts';
import { type BulkAction, destinationsFor } from '../presentation/bulk-action.ts';

const BulkDialog = lazy(async () => ({ default: (await import('../editor/BulkDialog.tsx')).BulkDialog }));

const BUTTONS = [
  { action: 'start', label: 'Start all', none: 'There is nothing to start', Icon: IconPlayerPlayFilled },
  { action: 'stop', label: 'Stop all', none: 'There is nothing to stop', Icon: IconPlayerStopFilled },
] as const;

/** Starts or stops everything the API says can be, after asking. */
export function BulkButtons({ destinations }: { destinations: readonly DestinationResource[] }) {
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const refusal = useRoleRefusal('operator');
  return (
    <>
      {BUTTONS.map(({ action, label, none, Icon }) => {
        const possible = destinationsFor(action, destinations).length > 0;
        return (
          <Button
            key={action}
            size="sm"
            variant="default"
            leftSection={<Icon size={14} />}
            data-disabled={!possible || undefined}
            aria-disabled={!possible || undefined}
            aria-description={possible ? undefined : (refusal ?? none)}
            title={possible ? undefined : (refusal ?? none)}
            onClick={() => possible && setAsked(action)}
          >
            {label}
          </Button>
        );
      })}
      <Suspense>
        {asked && <BulkDialog action={asked} destinations={destinations} onClose={() => setAsked(null)} />}
      </Suspense>
    </>
  );
}
