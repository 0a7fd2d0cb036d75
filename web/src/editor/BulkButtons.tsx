import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useRoleRefusal } from '../api/session.ts';
import { BulkDialog, SlateForAll, StartGroupDialog } from './dialogs.ts';
import type { AwaitedAction } from '../destinations/action-progress.ts';
import { destinationsFor } from '../destinations/bulk-action.ts';
import { LazyPart } from '../ui/LazyPart.tsx';

const BUTTONS = [
  { action: 'start', verb: 'Start', Icon: IconPlayerPlayFilled },
  { action: 'stop', verb: 'Stop', Icon: IconPlayerStopFilled },
] as const;

interface BulkButtonsProps {
  destinations: readonly DestinationResource[];
  /** All destinations, those of a group, or the selected ones. */
  of: 'all' | 'selected' | { group: string };
}

/** Starts or stops the destinations for which the API allows it, after a confirmation. */
export function BulkButtons({ destinations, of }: BulkButtonsProps) {
  const [asked, setAsked] = useState<AwaitedAction | null>(null);
  const refusal = useRoleRefusal('operator');
  return (
    <>
      {BUTTONS.map(({ action, verb, Icon }) => {
        const count = destinationsFor(action, destinations).length;
        const none = of === 'selected' ? `Select a destination that can ${action}` : `Nothing to ${action}`;
        const reason = count === 0 ? (refusal ?? none) : undefined;
        return (
          <Button
            key={action}
            data-action={action}
            size={of === 'all' ? 'sm' : 'compact-sm'}
            variant="default"
            leftSection={<Icon size={of === 'all' ? 14 : 12} />}
            data-disabled={count === 0 || undefined}
            aria-disabled={count === 0 || undefined}
            aria-label={typeof of === 'object' ? `${verb} group ${of.group}` : undefined}
            aria-description={reason}
            data-hint={reason}
            onClick={() => count > 0 && setAsked(action)}
          >
            {verb} {whatOf(of, count)}
          </Button>
        );
      })}
      {of === 'all' && (
        <LazyPart fallback={<i data-room />}>
          <SlateForAll destinations={destinations} />
        </LazyPart>
      )}
      <LazyPart>
        {asked === 'start' && <StartGroupDialog destinations={destinations} onClose={() => setAsked(null)} />}
        {asked === 'stop' && <BulkDialog destinations={destinations} onClose={() => setAsked(null)} />}
      </LazyPart>
    </>
  );
}

function whatOf(of: BulkButtonsProps['of'], count: number): string {
  if (typeof of === 'object') return 'group';
  return of === 'selected' && count > 0 ? String(count) : of;
}
