import { Button } from '@mantine/core';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useLogDetail } from '../api/channel-log.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import classes from './DetailsPanel.module.css';

/** Switches a channel's log between warnings and errors only and everything for a day. */
export function LogDetail({ destination }: { destination: DestinationResource }) {
  const { destinationId, detailedLogUntil } = destination;
  const set = useLogDetail(destinationId);
  const refusal = useRoleRefusal('operator');
  const isDetailed = detailedLogUntil !== null;
  return (
    <p className={classes.note}>
      {isDetailed
        ? `Detailed log from the next start until ${new Date(detailedLogUntil).toLocaleString()}. `
        : 'Logs warnings and errors only. '}
      <Button
        size="compact-xs"
        variant="default"
        loading={set.isPending}
        disabled={refusal !== undefined}
        data-hint={refusal}
        onClick={() => set.mutate(!isDetailed, { onError: (error) => showProblem(error, 'Change the log') })}
      >
        {isDetailed ? 'Log less' : 'Log in detail for 24 hours'}
      </Button>
    </p>
  );
}
