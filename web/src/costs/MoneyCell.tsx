import type { DestinationCost } from '../../../functions/api/schemas/costs.ts';
import { useMoneyShown } from '../app/use-money.ts';
import { describeParts, describeSum, describeUnknown, pricePerHour, PRICE_UNKNOWN } from './money.ts';
import classes from './MoneyCell.module.css';

/** Shows a destination's cost in this run and per hour, or its cost while idle, if any. */
export function MoneyCell({ cost, running }: { cost: DestinationCost; running: boolean }) {
  const { perHourNow, thisRun } = cost;
  const isShown = useMoneyShown();
  if (!isShown || (!running && perHourNow === 0)) return <div className={classes.money} />;
  const rate = pricePerHour(perHourNow, cost) ?? PRICE_UNKNOWN;
  const hint = [describeParts(cost.parts), describeUnknown(cost.unknownParts)].filter(Boolean).join('. ');
  return (
    <div className={classes.money} data-hint={hint || undefined}>
      {running && thisRun !== null && <b>{describeSum(thisRun, cost)}</b>}
      {!running && <span>warm standby</span>}
      <span>{rate}</span>
    </div>
  );
}
