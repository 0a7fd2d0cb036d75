import { Button, Tooltip } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { useTransport } from '../api/destinations.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { type AwaitedAction, isSettled } from '../presentation/action-progress.ts';
import { sentence } from '../presentation/format.ts';
import { ConfirmButton } from './ConfirmButton.tsx';
import classes from './TransportButtons.module.css';

/**
 * Start and Stop, always both there. Which one can be pressed is the API's word (`allowedActions`); the other one says
 * why not. A pressed one stays busy until its result is seen.
 */
export function TransportButtons({ destination }: { destination: DestinationResource }) {
  const { destinationId, name, operation, refusedActions } = destination;
  const start = useTransport('start');
  const stop = useTransport('stop');
  const [awaited, setAwaited] = useState<AwaitedAction | null>(null);
  const sending = start.isPending || stop.isPending;

  const waiting = awaited !== null && (sending || !isSettled(awaited, destination));

  const act = (action: AwaitedAction): void => {
    setAwaited(action);
    (action === 'start' ? start : stop).mutate(destinationId, {
      onError: (error) => {
        setAwaited(null);
        showProblem(error, `${sentence(action)} ${name}`);
      },
    });
  };
  const inFlight = operation?.state === 'running' ? operation.kind : null;
  const starting = (waiting && awaited === 'start') || inFlight === 'start';
  const stopping = (waiting && awaited === 'stop') || inFlight === 'stop';
  const canStart = destination.allowedActions.includes('start') && !starting;
  const canStop = destination.allowedActions.includes('stop');
  const startReason = canStart ? undefined : sentence(refusedActions['start'] ?? '');

  return (
    <span className={classes.transport}>
      <Tooltip label={startReason} disabled={!startReason || starting}>
        <Button
          size="sm"
          variant={canStart ? 'filled' : 'default'}
          leftSection={starting ? undefined : <IconPlayerPlayFilled size={14} />}
          className={starting ? classes.busy : undefined}
          data-disabled={(!canStart && !starting) || undefined}
          aria-disabled={!canStart || undefined}
          aria-description={startReason || undefined}
          aria-label={starting ? `Starting ${name}` : `Start ${name}`}
          onClick={() => canStart && act('start')}
        >
          {starting ? 'Starting…' : 'Start'}
        </Button>
      </Tooltip>
      <ConfirmButton
        label="Stop"
        confirmLabel="Stop"
        busyLabel="Stopping"
        ariaLabel={`Stop ${name}`}
        explanation={canStop ? undefined : sentence(refusedActions['stop'] ?? '') || undefined}
        busy={stopping}
        disabled={!canStop}
        icon={<IconPlayerStopFilled size={14} />}
        onConfirm={() => act('stop')}
      />
    </span>
  );
}
