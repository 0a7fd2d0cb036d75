import { Link } from 'wouter';
import { useCostNow } from '../api/costs.ts';
import { paths } from '../app/paths.ts';
import { useServerNow } from '../app/use-now.ts';
import { formatMoment } from '../ui/format.ts';
import { describeSum, describeUnknown, pricePerHour, PRICE_UNKNOWN } from './money.ts';
import classes from './CostGlance.module.css';

/** Shows the present cost per hour and the cost of this show so far. */
export function CostGlance() {
  const { data } = useCostNow();
  const now = useServerNow();
  if (!data) return null;
  const { perHourNow, show, soFarToday, isBilled, unknownParts } = data;
  const soFar = show
    ? describeSum(show.soFar, show)
    : describeSum(soFarToday, { isComplete: data.isSoFarComplete, isAbout: data.isAbout });
  const notes = [
    show ? `So far: all channels since the show began, ${formatMoment(show.since, now)}.` : 'Today, in UTC.',
    isBilled ? `AWS list prices of ${data.region}.` : 'Estimate only: nothing is billed on this machine.',
    unknownParts.length > 0 && `${describeUnknown(unknownParts)}.`,
  ];
  const hint = notes.filter(Boolean).join(' ');
  return (
    <Link href={paths.settings} className={classes.cost} aria-description={hint} data-hint={hint}>
      <b>
        {!isBilled && 'Estimate '}
        {pricePerHour(perHourNow, data) ?? PRICE_UNKNOWN}
      </b>
      <span>
        {soFar} {show ? 'so far' : 'today'}
      </span>
    </Link>
  );
}
