import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas.ts';
import { knownDestinations, useTransport } from '../api/destinations.ts';
import { ask } from '../app/asked-dialog.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { type AwaitedAction, isSettled } from '../presentation/action-progress.ts';
import { isLastRunning } from '../presentation/bulk-action.ts';
import { sentence } from '../presentation/format.ts';
import { describeSum, pricePerHour, PRICE_UNKNOWN } from '../presentation/money.ts';
import { ConfirmButton } from './ConfirmButton.tsx';
import classes from './TransportButtons.module.css';

/**
 * Start and Stop, always both there. Which one can be pressed is the API's word (`allowedActions`); the other one says
 * why not. A pressed one stays busy until its result is seen. Start carries its price.
 */
export function TransportButtons({ destination }: { destination: DestinationResource }) {
  const { destinationId, name, operation, refusedActions, cost } = destination;
  const start = useTransport('start');
  const stop = useTransport('stop');
  const [awaited, setAwaited] = useState<AwaitedAction | null>(null);
  const sending = start.isPending || stop.isPending;

  const waiting = awaited !== null && (sending || !isSettled(awaited, destination));

  const act = (action: AwaitedAction): void => {
    setAwaited(action);
    // By the promise, which tells of a failure also when the row is gone by then: filtered out, or another page.
    (action === 'start' ? start : stop).mutateAsync(destinationId).catch((error: unknown) => {
      setAwaited(null);
      showProblem(error, `${sentence(action)} ${name}`);
    });
  };
  const inFlight = operation?.state === 'running' ? operation.kind : null;
  const starting = (waiting && awaited === 'start') || inFlight === 'start';
  const stopping = (waiting && awaited === 'stop') || inFlight === 'stop';
  const canStart = destination.allowedActions.includes('start') && !starting;
  const canStop = destination.allowedActions.includes('stop');
  const price = pricePerHour(cost.perHourRunning, cost);
  const minimum = describeSum(cost.minimumPerStart, { isComplete: cost.isMinimumComplete });
  const startReason = canStart
    ? price
      ? `${price}; ten minutes are charged in any case, ${minimum}`
      : sentence(PRICE_UNKNOWN)
    : sentence(refusedActions['start'] ?? '');
  // One that nobody has to think about twice is answered by its button alone; the last one leaves every platform dark.
  const stopConfirmed = (): void => {
    if (isLastRunning(destination, knownDestinations())) ask('stopLast', destination);
    else act('stop');
  };

  return (
    <span className={classes.transport}>
      <Button
        size="sm"
        variant={canStart ? 'filled' : 'default'}
        leftSection={starting ? undefined : <IconPlayerPlayFilled size={14} />}
        className={starting ? classes.busy : undefined}
        data-disabled={(!canStart && !starting) || undefined}
        aria-disabled={!canStart || undefined}
        aria-description={startReason || undefined}
        data-hint={starting ? undefined : startReason}
        data-transport
        aria-label={
          starting ? `Starting… ${name}` : canStart ? `Start · ${price ?? 'price unknown'} ${name}` : `Start ${name}`
        }
        onClick={() => canStart && act('start')}
      >
        {starting ? 'Starting…' : 'Start'}
        {canStart && <span className={classes.price}>· {price ?? 'price unknown'}</span>}
      </Button>
      <ConfirmButton
        label="Stop"
        confirmLabel="Stop"
        busyLabel="Stopping"
        ariaLabel={`Stop ${name}`}
        explanation={canStop ? undefined : sentence(refusedActions['stop'] ?? '') || undefined}
        busy={stopping}
        disabled={!canStop}
        icon={<IconPlayerStopFilled size={14} />}
        data-transport
        onConfirm={stopConfirmed}
      />
    </span>
  );
}
