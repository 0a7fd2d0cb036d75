import { join } from 'node:path';
import type { PricingClient } from '@aws-sdk/client-pricing';
import { PRICED_PART_IDS, type PricedPart } from '../../../../presets/price-parts.ts';
import type { Prices } from '../../../../presets/prices.ts';
import type { Finding } from '../finding.ts';
import { collectPrices, type CollectedPrices } from './collect-prices.ts';
import { PART_SOURCES } from './part-sources.ts';
import { combinePrices, readPriceFile, writePriceFile } from './price-file.ts';

/**
 * The Region that serves the Price List API for all Regions.
 * [awsaccountbilling/latest/aboutv2/using-price-list-query-api]
 */
export const PRICE_LIST_REGION = 'us-east-1';

const PRESETS = join(import.meta.dirname, '..', '..', '..', '..', 'presets');

/**
 * Fetches the prices of a Region and writes `presets/prices/<region>.json`. A part with two prices keeps its previous
 * one. Writes nothing if no price was found.
 * @param folder the folder `presets`
 */
export async function fetchPrices(
  client: PricingClient,
  region: string,
  { now, folder = PRESETS }: { now: Date; folder?: string },
): Promise<Finding[]> {
  const collected = await collectPrices(client, region);
  const file = writeFindings(collected, region, now, folder);
  return Object.keys(collected.prices).length === 0 ? [file] : [file, ...gapFindings(collected)];
}

function writeFindings(collected: CollectedPrices, region: string, now: Date, folder: string): Finding {
  const check = 'price file';
  const { prices, unanswered } = collected;
  if (Object.keys(prices).length === 0) {
    const reason = unanswered.length > 0 ? `; no answer for ${unanswered.join(', ')}` : '';
    const detail = `not written, because no price of ${region} was found${reason}`;
    const remedy = unanswered.length > 0 ? ALLOW : `check that ${region} is a Region`;
    return { check, outcome: 'failed', detail, remedy };
  }
  const seenOn = now.toISOString().slice(0, 10);
  const { file, kept, changed } = combinePrices(readPriceFile(folder, region), { region, prices, seenOn });
  writePriceFile(folder, file);
  const found = Object.keys(prices).length;
  const detail = [
    `presets/prices/${region}.json written: ${found} of ${PRICED_PART_IDS.length} prices`,
    ...(changed.length > 0 ? [`changed: ${changed.join(', ')}`] : []),
    ...(kept.length > 0 ? [`kept from the previous file: ${kept.join(', ')}`] : []),
  ].join('; ');
  const remedy = 'commit presets/prices and presets/price-files.ts, then deploy';
  return { check, outcome: kept.length > 0 ? 'warning' : 'ok', detail, remedy };
}

const ALLOW = 'sign in (aws sso login) or allow pricing:GetProducts, then run it again';

/** Reports what the answer lacks, each finding with a remedy. */
function gapFindings({ conflicts, missing, faults, unanswered, unmatched }: CollectedPrices): Finding[] {
  return [
    ...(conflicts.length > 0
      ? [
          {
            check: 'two prices',
            outcome: 'failed' as const,
            detail: conflicts.join('; '),
            remedy: 'find out which product applies and narrow the match in infra/aws/preflight/prices/part-sources.ts',
          },
        ]
      : []),
    ...(unanswered.length > 0
      ? [
          {
            check: 'price list',
            outcome: 'unknown' as const,
            detail: `no answer for ${unanswered.join(', ')}`,
            remedy: ALLOW,
          },
        ]
      : []),
    ...(faults.length > 0
      ? [
          {
            check: 'price list products',
            outcome: 'warning' as const,
            detail: `${faults.length} not understood: ${faults.slice(0, 5).join('; ')}`,
            remedy: 'their prices stay unknown; report them with the product’s text',
          },
        ]
      : []),
    ...(missing.length > 0
      ? [
          {
            check: 'unknown prices',
            outcome: 'warning' as const,
            detail: describeMissing(missing),
            remedy:
              unmatched.length > 0
                ? `amounts with these parts say "from"; MediaConnect also lists ${[...new Set(unmatched)].join(', ')}`
                : 'amounts with these parts say "from"',
          },
        ]
      : []),
  ];
}

/** Groups the missing parts by how well their place in the price list is known. */
function describeMissing(missing: readonly PricedPart[]): string {
  const standingOf = (part: PricedPart) => PART_SOURCES.find((source) => source.part === part)?.standing;
  return Object.entries(Object.groupBy(missing, (part) => standingOf(part) ?? 'without a known usage type'))
    .map(([standing, parts]) => `${standing}: ${parts.join(', ')}`)
    .join('; ');
}

const DAY_MS = 24 * 3600 * 1000;
/** AWS changes list prices rarely; prices older than half a year deserve a check. */
const AGE_DAYS_MAX = 180;

/** Checks that the repository has recent prices for a Region. Reads only the price files. */
export function checkPrices(prices: Prices | undefined, region: string, now: Date): Finding {
  const check = 'prices';
  const remedy = 'npm run preflight -- --environment NAME --prices';
  if (!prices)
    return { check, outcome: 'warning', detail: `no price list for ${region}: every amount is unknown`, remedy };
  const ageDays = Math.floor((now.getTime() - Date.parse(prices.seenOn)) / DAY_MS);
  const detail = `prices of ${region}, read on ${prices.seenOn}`;
  if (ageDays > AGE_DAYS_MAX) return { check, outcome: 'warning', detail: `${detail}, ${ageDays} days old`, remedy };
  return { check, outcome: 'ok', detail };
}
