import type { CostNow } from '../../../functions/api/cost-schemas.ts';
import { useCostNow, useReports } from '../api/costs.ts';
import { describeMissing, describeSum, pricePerHour, PRICE_UNKNOWN } from '../presentation/money.ts';
import classes from './CostSection.module.css';

const PART_WORDS: Record<CostNow['parts'][number]['part'], string> = {
  destinations: 'Destinations',
  primary: 'Preview, always on',
  flow: 'Source',
  leftovers: 'Leftovers',
};

/** Where the money goes: what costs now, today’s ledger, and the stored reports. */
export function CostSection() {
  const { data } = useCostNow();
  const reports = useReports();
  return (
    <section className={classes.costs} aria-labelledby="costs-heading">
      <h2 id="costs-heading">Costs</h2>
      {data && <Now now={data} />}
      <ul className={classes.downloads}>
        <li>
          <a href="/api/costs?groupBy=destination&format=csv" download>
            Today by destination (CSV)
          </a>
        </li>
        {reports.data?.map(({ name, day, format }) => (
          <li key={name}>
            <a href={`/api/reports/${encodeURIComponent(name)}`} download>
              Report of {day} ({format.toUpperCase()})
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Now({ now }: { now: CostNow }) {
  const { parts, perHourNow, soFarToday, isComplete, isBilled, region, priceDate, unknownParts } = now;
  return (
    <>
      <p>
        {isBilled
          ? 'By AWS’s list prices, without data transfer.'
          : 'Nothing is billed on this machine: this is what AWS would charge, without data transfer.'}{' '}
        {priceDate ? `Prices of ${region}, looked up on ${priceDate}.` : `There is no price list for ${region}.`}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Now</th>
            <th scope="col">Today (UTC)</th>
          </tr>
        </thead>
        <tbody>
          {parts.map((part) => (
            <tr key={part.part}>
              <th scope="row">
                {PART_WORDS[part.part]} <small>{part.count}</small>
              </th>
              <td>{pricePerHour(part.perHourNow, part.isComplete) ?? PRICE_UNKNOWN}</td>
              <td>{part.soFarToday === null ? 'not recorded' : describeSum(part.soFarToday, part.isComplete)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td>{pricePerHour(perHourNow, isComplete) ?? PRICE_UNKNOWN}</td>
            <td>{describeSum(soFarToday, isComplete)}</td>
          </tr>
        </tfoot>
      </table>
      {unknownParts.length > 0 && <p>{describeMissing(unknownParts)}.</p>}
    </>
  );
}
