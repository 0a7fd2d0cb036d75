import { useEstimate } from '../api/costs.ts';
import type { DestinationFields } from '../api/destinations.ts';
import { describeParts, describeSum, describeUnknown, pricePerHour } from '../presentation/money.ts';
import classes from './editor.module.css';

/** What a destination with these settings will cost, before it is saved. */
export function PriceNote({ platform, preset, standby }: Pick<DestinationFields, 'platform' | 'preset' | 'standby'>) {
  const planned = platform && preset ? { platform, preset, standby } : null;
  const { data, isPlaceholderData } = useEstimate(planned && { planned, hours: 1 });
  const item = data?.items[0];
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
            <b>The price on air is unknown.</b>
          ) : (
            <>
              <b>{pricePerHour(item.perHour, item)}</b> on air; every start is charged ten minutes,{' '}
              {describeSum(item.minimum, { isComplete: item.isMinimumComplete })}.
            </>
          )}{' '}
          {standby === 'warm' ? readyWords(item.perHourIdle) : 'Stopped it costs nothing.'}
          {!data.isBilled && ' On AWS; nothing is billed here.'}
        </>
      ) : (
        'Price …'
      )}
    </p>
  );
}

function readyWords(perHourIdle: number | null): string {
  const price = pricePerHour(perHourIdle, { isComplete: true });
  return price ? `Kept ready while stopped: ${price}.` : 'The price of keeping it ready is unknown.';
}
