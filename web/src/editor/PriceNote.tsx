import { useEstimate } from '../api/costs.ts';
import type { DestinationFields } from '../api/destinations.ts';
import { describeParts, describeSum, describeUnknown, pricePerHour } from '../costs/money.ts';
import classes from './editor.module.css';

/** Estimates the cost of a destination with these settings before it is saved. */
export function PriceNote({
  platform,
  preset,
  standby,
  backupIngest = false,
}: Pick<DestinationFields, 'platform' | 'preset' | 'standby' | 'backupIngest'>) {
  const planned = platform && preset ? { platform, preset, standby, backupIngest } : null;
  const { data, isPlaceholderData } = useEstimate(planned && { planned, hours: 1 });
  const item = data?.items[0];
  const hasMinimum = item?.parts.some(({ part }) => part === 'encoding') ?? true;
  const hint = item && [describeParts(item.parts), describeUnknown(data.unknownParts)].filter(Boolean).join('. ');
  return (
    <p
      className={classes.price}
      aria-live="polite"
      data-old={isPlaceholderData || undefined}
      data-hint={hint || undefined}
    >
      {item && data ? (
        <>
          {item.perHour === null ? (
            <b>On air: price unknown.</b>
          ) : (
            <>
              <b>{pricePerHour(item.perHour, item)}</b> on air
              {hasMinimum
                ? `; 10-minute minimum per start (${describeSum(item.minimum, { isComplete: item.isMinimumComplete })}).`
                : ': only the transfer is billed.'}
            </>
          )}{' '}
          {standby === 'warm' ? readyWords(item.perHourIdle) : 'Stopped: no cost.'}
          {!data.isBilled && ' Estimate only: nothing is billed on this machine.'}
        </>
      ) : (
        'Loading the price…'
      )}
    </p>
  );
}

function readyWords(perHourIdle: number | null): string {
  const price = pricePerHour(perHourIdle, { isComplete: true });
  return price ? `Warm standby: ${price}.` : 'Warm standby: price unknown.';
}
