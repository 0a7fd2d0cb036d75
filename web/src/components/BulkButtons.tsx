import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { useRoleRefusal } from '../api/session.ts';
import { type BulkAction, destinationsFor } from '../presentation/bulk-action.ts';

const BulkDialog = lazy(async () => ({ default: (await import('../editor/BulkDialog.tsx')).BulkDialog }));

const BUTTONS = [
  { action: 'start', verb: 'Start', none: 'There is nothing to start', Icon: IconPlayerPlayFilled },
  { action: 'stop', verb: 'Stop', none: 'There is nothing to stop', Icon: IconPlayerStopFilled },
] as const;

interface BulkButtonsProps {
  destinations: readonly DestinationResource[];
  /** Label of the group these are; absent: they are all there are. */
  group?: string;
}

/** Starts or stops everything the API says can be, after asking. */
export function BulkButtons({ destinations, group }: BulkButtonsProps) {
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const refusal = useRoleRefusal('operator');
  return (
    <>
      {BUTTONS.map(({ action, verb, none, Icon }) => {
        const possible = destinationsFor(action, destinations).length > 0;
        return (
          <Button
            key={action}
            size={group === undefined ? 'sm' : 'compact-sm'}
            variant="default"
            leftSection={<Icon size={14} />}
            data-disabled={!possible || undefined}
            aria-disabled={!possible || undefined}
            aria-label={group === undefined ? undefined : `${verb} group ${group}`}
            aria-description={possible ? undefined : (refusal ?? none)}
            title={possible ? undefined : (refusal ?? none)}
            onClick={() => possible && setAsked(action)}
          >
            {verb} {group === undefined ? 'all' : 'group'}
          </Button>
        );
      })}
      <Suspense>
        {asked && <BulkDialog action={asked} destinations={destinations} onClose={() => setAsked(null)} />}
      </Suspense>
    </>
  );
}
