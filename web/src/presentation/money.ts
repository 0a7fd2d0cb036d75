/** Amounts are US dollars by AWS's list price; null is unknown, which is not free. */
type Amount = number | null;

/** What is said where no price is known. */
export const PRICE_UNKNOWN = 'price not known';

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

/** "At least", where a part of the amount is not known. */
const bound = (isComplete: boolean): string => (isComplete ? '' : '≥ ');

/** A price per hour as it fits on a button; null when it is not known. */
export function pricePerHour(usd: Amount, isComplete: boolean): string | null {
  return usd === null ? null : `${bound(isComplete)}${formatPrice(usd)}/h`;
}

/** Says what an amount is without, because its price is not known; empty where nothing is missing. */
export function describeMissing(unknownParts: readonly string[]): string {
  return unknownParts.length > 0 ? `Not in it, because the price is not known: ${unknownParts.join('; ')}` : '';
}

/** A sum in words. */
export function describeSum(usd: Amount, isComplete: boolean): string {
  return usd === null ? PRICE_UNKNOWN : `${bound(isComplete)}${formatSum(usd)}`;
}
