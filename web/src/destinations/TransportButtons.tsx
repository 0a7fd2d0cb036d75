import { Button } from '@mantine/core';
import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { useState } from 'react';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { knownDestinations, useTransport } from '../api/destinations.ts';
import { knownFlow } from '../api/flow.ts';
import { openDialog } from '../app/destination-dialog-state.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useMoneyShown } from '../app/use-money.ts';
import { type AwaitedAction, isSettled } from './action-progress.ts';
import { isLastRunning } from './bulk-action.ts';
import { sentence } from '../ui/format.ts';
import { describeSum, pricePerHour, PRICE_UNKNOWN } from '../costs/money.ts';
import { doubtStart } from './start-doubts.ts';
import { ConfirmButton } from '../ui/ConfirmButton.tsx';
import classes from './TransportButtons.module.css';

/**
 * Start and Stop. The API decides which one is enabled (`allowedActions`); the other one shows the reason, and is
 * hidden on a phone. A pressed button stays busy until its result is visible. Start shows its price where amounts are
 * shown.
 */
export function TransportButtons({ destination }: { destination: DestinationResource }) {
  const { destinationId, name, operation, refusedActions, cost } = destination;
  const start = useTransport('start');
  const stop = useTransport('stop');
  const isMoneyShown = useMoneyShown();
  const [awaited, setAwaited] = useState<AwaitedAction | null>(null);
  const sending = start.isPending || stop.isPending;

  const waiting = awaited !== null && (sending || !isSettled(awaited, destination));

  const act = (action: AwaitedAction): void => {
    setAwaited(action);
    // Uses the promise, which reports a failure even after a filter or navigation has removed the row.
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
  const shownPrice = isMoneyShown ? (price ?? PRICE_UNKNOWN) : null;
  const priceHint = price ? `${price}; 10-minute minimum per start (${minimum})` : sentence(PRICE_UNKNOWN);
  const startReason = canStart ? (isMoneyShown ? priceHint : '') : sentence(refusedActions['start'] ?? '');
  const startPressed = (): void => {
    if (doubtStart([destination], knownFlow()).doubts.length > 0) openDialog('start', destination);
    else act('start');
  };
  // Stopping the last destination ends the broadcast, so a dialog asks instead of the button.
  const askedElsewhere = (): boolean => {
    const isLast = isLastRunning(destination, knownDestinations());
    if (isLast) openDialog('stopLast', destination);
    return isLast;
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
          starting ? `Starting… ${name}` : canStart && shownPrice ? `Start · ${shownPrice} ${name}` : `Start ${name}`
        }
        onClick={() => canStart && startPressed()}
      >
        {starting ? 'Starting…' : 'Start'}
        {canStart && shownPrice && <span className={classes.price}>· {shownPrice}</span>}
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
        askedElsewhere={askedElsewhere}
        onConfirm={() => act('stop')}
      />
    </span>
  );
}
