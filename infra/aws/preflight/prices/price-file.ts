import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRICED_PART_IDS, type PricedPart } from '../../../../presets/price-parts.ts';
import { parsePrices, type Prices } from '../../../../presets/prices.ts';

/** Reads and writes the price files in `presets`, and the module that imports them into the functions' bundles. */

const STANDARD_NOTES = [
  'Free allowances and volume discounts are not deducted: each price is that of the first tier.',
  'The running time of a channel is rounded up to the minute, with a minimum of ten minutes.',
];

/** The changes that a new answer makes to a Region's file. */
export interface PriceFileChange {
  file: Prices;
  /** Parts the answer lacks. Their earlier price stays in the file with its date. */
  kept: PricedPart[];
  /** Parts whose price has changed. */
  changed: string[];
}

/**
 * Merges an answer into the existing file. A part that the answer lacks keeps its earlier price.
 * @param seenOn day of the answer, YYYY-MM-DD
 */
export function combinePrices(
  previous: Prices | null,
  { region, prices, seenOn }: { region: string; prices: Partial<Record<PricedPart, number>>; seenOn: string },
): PriceFileChange {
  const kept = PRICED_PART_IDS.filter(
    (part) => prices[part] === undefined && typeof previous?.prices[part] === 'number',
  );
  const changed = PRICED_PART_IDS.flatMap((part) => {
    const [before, after] = [previous?.prices[part], prices[part]];
    return typeof before === 'number' && after !== undefined && before !== after
      ? [`${part} ${before} → ${after}`]
      : [];
  });
  const seenEarlier = Object.fromEntries(kept.map((part) => [part, previous!.seenEarlier?.[part] ?? previous!.seenOn]));
  const file = {
    region,
    currency: 'USD' as const,
    seenOn,
    source: 'AWS Price List API',
    prices: Object.fromEntries(PRICED_PART_IDS.map((part) => [part, prices[part] ?? previous?.prices[part] ?? null])),
    ...(previous?.standardClassFactor ? { standardClassFactor: previous.standardClassFactor } : {}),
    ...(kept.length > 0 ? { seenEarlier } : {}),
    notes: kept.length > 0 ? [...new Set([...STANDARD_NOTES, ...previous!.notes])] : STANDARD_NOTES,
  };
  return { file: parsePrices(file, `${region}.json`), kept, changed };
}

/**
 * Reads a Region's file.
 * @param folder the folder `presets`
 * @returns null if there is no file
 * @throws {Error} if the file is not valid
 */
export function readPriceFile(folder: string, region: string): Prices | null {
  const path = join(folder, 'prices', `${region}.json`);
  if (!existsSync(path)) return null;
  return parsePrices(JSON.parse(readFileSync(path, 'utf8')), `${region}.json`);
}

/** Writes a Region's file and the module that imports all files. */
export function writePriceFile(folder: string, file: Prices): void {
  writeFileSync(join(folder, 'prices', `${file.region}.json`), `${JSON.stringify(file, null, 2)}\n`);
  writeFileSync(join(folder, 'price-files.ts'), renderPriceFiles(folder));
}

/** Returns the text of `price-files.ts` for the files in a folder. */
export function renderPriceFiles(folder: string): string {
  const regions = readdirSync(join(folder, 'prices'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .toSorted();
  const nameOf = (region: string) => region.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return [
    '// Generated from the files in presets/prices by `npm run preflight -- --prices`. Do not edit.',
    ...regions.map((region) => `import ${nameOf(region)} from './prices/${region}.json' with { type: 'json' };`),
    '',
    '/** Every price file as it is on disk, by Region. */',
    'export const PRICE_FILES: Readonly<Record<string, unknown>> = {',
    ...regions.map((region) => `  '${region}': ${nameOf(region)},`),
    '};',
    '',
  ].join('\n');
}
