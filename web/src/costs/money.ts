import type { DestinationCost } from '../../../functions/api/schemas/costs.ts';

/** Amounts are US dollars by AWS's list price; null is unknown, which is not free. */
type Amount = number | null;

/** How certain an amount is. */
interface Sureness {
  /** False when a part without a known price is left out. */
  isComplete: boolean;
  /** True when the amount includes traffic, estimated from bitrates. */
  isAbout?: boolean;
}

/** Shown for an unknown price. */
export const PRICE_UNKNOWN = 'price unknown';

/** Created once, because creating a formatter takes longer than formatting a hundred amounts. */
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** Formats a price with two decimals, more for a small one. */
export function formatPrice(usd: number): string {
  if (usd === 0) return '$0.00';
  return usd < 0.1 ? `$${usd.toFixed(4)}` : formatSum(usd);
}

/** Formats a sum in whole cents. */
export function formatSum(usd: number): string {
  if (usd > 0 && usd < 0.01) return '< $0.01';
  return dollars.format(usd);
}

/** Returns "from" for a missing part, which matters more than the "about" of estimated traffic. */
function bound({ isComplete, isAbout = false }: Sureness): string {
  if (!isComplete) return 'from ';
  return isAbout ? 'about ' : '';
}

/** Formats a price per hour for a button; null when unknown. */
export function pricePerHour(usd: Amount, sureness: Sureness): string | null {
  return usd === null ? null : `${bound(sureness)}${formatPrice(usd)}/h`;
}

/** Formats a sum with its certainty. */
export function describeSum(usd: Amount, sureness: Sureness): string {
  return usd === null ? PRICE_UNKNOWN : `${bound(sureness)}${formatSum(usd)}`;
}

/** Names the parts an amount leaves out; empty when none is missing. */
export function describeUnknown(unknownParts: readonly string[]): string {
  return unknownParts.length > 0 ? `Unknown: ${unknownParts.join('; ')}` : '';
}

type Part = DestinationCost['parts'][number];

const PART_NAMES: Record<Part['part'], string> = {
  encoding: 'encoding',
  transfer: 'transfer to MediaLive',
  egress: 'internet egress',
  ingest: 'MediaPackage ingest',
  viewing: 'viewers',
};

/** Lists the parts of a price with their amounts; `describeUnknown` lists the parts without one. */
export function describeParts(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => {
      const price = pricePerHour(part.perHour, part);
      return price === null ? [] : [`${PART_NAMES[part.part]} ${price}`];
    })
    .join(', ');
}
