import type { DestinationCost } from '../../../functions/api/cost-schemas.ts';
import { describeMissing, formatPrice, formatSum, PRICE_UNKNOWN } from '../presentation/money.ts';
import classes from './MoneyCell.module.css';

/** What a destination has cost in this run and costs per hour; what it costs while it is idle, where it costs at all. */
export function MoneyCell({ cost, running }: { cost: DestinationCost; running: boolean }) {
  const { perHourNow, thisRun, isComplete } = cost;
  const bound = isComplete ? '' : '≥ ';
  if (!running && perHourNow === 0) return <div className={classes.money} />;
  const rate = perHourNow === null ? PRICE_UNKNOWN : `${bound}${formatPrice(perHourNow)}/h`;
  const hint = describeMissing(cost.unknownParts) || undefined;
  return (
    <div className={classes.money} data-hint={hint}>
      {running && thisRun !== null && <b>{bound + formatSum(thisRun)}</b>}
      {!running && <span>kept ready</span>}
      <span>{rate}</span>
    </div>
  );
}
