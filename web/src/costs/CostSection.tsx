import type { ReactNode } from 'react';
import type { CostNow } from '../../../functions/api/schemas/costs.ts';
import { Ceilings } from './Ceilings.tsx';
import { NoSourceLimit } from './NoSourceLimit.tsx';
import { useCostNow, useReports } from '../api/costs.ts';
import { describeSum, describeUnknown, pricePerHour, PRICE_UNKNOWN } from './money.ts';
import classes from './CostSection.module.css';
import { RunningPrices } from './RunningPrices.tsx';

const PART_WORDS: Record<CostNow['parts'][number]['part'], string> = {
  destinations: 'Destinations',
  primary: 'Preview',
  flow: 'Source',
  leftovers: 'Unused resources',
  monitoring: 'Monitoring (always on)',
  keysAndSecrets: 'Keys and secrets (always on)',
};

/** Shows the present costs, today’s ledger and the stored reports. */
export function CostSection({ children }: { children: ReactNode }) {
  const { data } = useCostNow();
  const reports = useReports();
  return (
    <section className={classes.costs} aria-labelledby="costs-heading">
      <h2 id="costs-heading">Costs</h2>
      {children}
      {data && <Now now={data} />}
      <RunningPrices />
      <Ceilings />
      <NoSourceLimit />
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
  const { parts, perHourNow, soFarToday, isBilled, region, priceDate, unknownParts } = now;
  const today = { isComplete: now.isSoFarComplete, isAbout: now.isAbout };
  const unknown = [...new Set([...unknownParts, ...now.soFarUnknownParts])];
  return (
    <>
      <p>
        {isBilled
          ? 'AWS list prices. Traffic is estimated from bitrates.'
          : 'Estimate only: nothing is billed on this machine. Traffic is estimated from bitrates.'}{' '}
        {priceDate ? `Prices of ${region} as of ${priceDate}.` : `No price list for ${region}.`}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Item</th>
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
              <td>{pricePerHour(part.perHourNow, part) ?? PRICE_UNKNOWN}</td>
              <td>{soFarOf(part)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td>{pricePerHour(perHourNow, now) ?? PRICE_UNKNOWN}</td>
            <td>{describeSum(soFarToday, today)}</td>
          </tr>
        </tfoot>
      </table>
      {unknown.length > 0 && <p>{describeUnknown(unknown)}.</p>}
      <details>
        <summary>How these amounts are computed</summary>
        {now.notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </details>
    </>
  );
}

function soFarOf({ soFarToday, isSoFarComplete, isAbout }: CostNow['parts'][number]): string {
  if (soFarToday === null) return 'not recorded';
  return describeSum(soFarToday, { isComplete: isSoFarComplete, isAbout });
}
