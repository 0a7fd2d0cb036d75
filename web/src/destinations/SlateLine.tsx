import { Button } from '@mantine/core';
import type { DestinationResource } from '../../../functions/api/schemas/destinations.ts';
import { useTransport } from '../api/destinations.ts';
import { useRoleRefusal } from '../api/session.ts';
import { showProblem } from '../app/problem-toast.tsx';
import { useMoneyShown } from '../app/use-money.ts';
import { useServerNow } from '../app/use-now.ts';
import { describeSlate } from './slate-text.ts';

interface SlateLineProps {
  destination: DestinationResource;
  slate: NonNullable<DestinationResource['slate']>;
  className: string | undefined;
}

/** The slate of a destination: until when it stays, what it costs, and the button that ends a break. */
export function SlateLine({ className, destination, slate }: SlateLineProps) {
  const { destinationId, name } = destination;
  const end = useTransport('end-slate');
  const refusal = useRoleRefusal('operator');
  const nowMs = useServerNow();
  const isMoneyShown = useMoneyShown();
  const isEnding = slate.state === 'ending' || end.isPending;
  const press = (): void => {
    if (refusal || isEnding) return;
    end.mutateAsync(destinationId).catch((error: unknown) => showProblem(error, `End the slate of ${name}`));
  };
  return (
    <div className={className} data-tone="slate">
      <p>{describeSlate(destination, { nowMs, isMoneyShown })}</p>
      {slate.reason === 'break' && (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={isEnding ? `Ending the slate of ${name}` : `End slate of ${name}`}
          aria-disabled={refusal || isEnding ? true : undefined}
          data-disabled={refusal ? true : undefined}
          data-hint={refusal}
          onClick={press}
        >
          {isEnding ? 'Ending…' : 'End slate'}
        </Button>
      )}
    </div>
  );
}
