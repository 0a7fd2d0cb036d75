import { Link } from 'wouter';
import { useCostNow } from '../api/costs.ts';
import { paths } from '../app/paths.ts';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment } from '../presentation/format.ts';
import { describeMissing, describeSum, pricePerHour, PRICE_UNKNOWN } from '../presentation/money.ts';
import classes from './CostGlance.module.css';

/** What it costs per hour now, and what this show has cost so far. */
export function CostGlance() {
  const { data } = useCostNow();
  const now = useServerNow();
  if (!data) return null;
  const { perHourNow, isComplete, show, soFarToday, isBilled, unknownParts } = data;
  const soFar = show?.soFar ?? soFarToday;
  const notes = [
    show ? `So far: since ${formatMoment(show.since, now)}, when the first of them went on air.` : 'Today, in UTC.',
    isBilled ? `AWS list prices of ${data.region}.` : `Nothing is billed here: this is what AWS would charge.`,
    unknownParts.length > 0 && `${describeMissing(unknownParts)}.`,
  ];
  const hint = notes.filter(Boolean).join(' ');
  return (
    <Link href={paths.settings} className={classes.cost} aria-description={hint} data-hint={hint}>
      <b>{pricePerHour(perHourNow, isComplete) ?? PRICE_UNKNOWN}</b>
      <span>
        {describeSum(soFar, isComplete)} {show ? 'so far' : 'today'}
      </span>
    </Link>
  );
}
