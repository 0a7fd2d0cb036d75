import type { DestinationCost } from '../../../functions/api/schemas/costs.ts';

/** Amounts are US dollars by AWS's list price; null is unknown, which is not free. */
type Amount = number | null;

/** How sure an amount is. */
interface Sureness {
  /** False: a part without a known price is left out. */
  isComplete: boolean;
  /** True: traffic is in it, estimated from bitrates. */
  isAbout?: boolean;
}

/** What is said where no price is known. */
export const PRICE_UNKNOWN = 'price unknown';

/** Made once: making one takes longer than writing a hundred amounts. */
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** A price: two digits, more where it is small. */
export function formatPrice(usd: number): string {
  if (usd === 0) return '$0.00';
  return usd < 0.1 ? `$${usd.toFixed(4)}` : formatSum(usd);
}

/** Money that adds up: whole cents. */
export function formatSum(usd: number): string {
  if (usd > 0 && usd < 0.01) return '< $0.01';
  return dollars.format(usd);
}

/** "from" where a part is missing, which says more than that the rest is estimated. */
function bound({ isComplete, isAbout = false }: Sureness): string {
  if (!isComplete) return 'from ';
  return isAbout ? 'about ' : '';
}

/** A price per hour as it fits on a button; null when it is not known. */
export function pricePerHour(usd: Amount, sureness: Sureness): string | null {
  return usd === null ? null : `${bound(sureness)}${formatPrice(usd)}/h`;
}

/** A sum in words. */
export function describeSum(usd: Amount, sureness: Sureness): string {
  return usd === null ? PRICE_UNKNOWN : `${bound(sureness)}${formatSum(usd)}`;
}

/** Names the parts an amount leaves out; empty where nothing is missing. */
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

/** The parts of a price with their amounts; the parts without one are left to `describeUnknown`. */
export function describeParts(parts: readonly Part[]): string {
  return parts
    .flatMap((part) => {
      const price = pricePerHour(part.perHour, part);
      return price === null ? [] : [`${PART_NAMES[part.part]} ${price}`];
    })
    .join(', ');
}
