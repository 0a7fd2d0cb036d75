import type { ShowReport } from '../../../functions/api/schemas/show-report.ts';
import { describeSum, PRICE_UNKNOWN } from '../costs/money.ts';
import { formatClock } from '../ui/format.ts';

/** Words of the report of a show. What is not known is called unknown. */

export const UNKNOWN = 'unknown';

type ReportDestination = ShowReport['destinations'][number];

/** Formats a distance from a planned second. */
export function errorWords(seconds: number | null): string | null {
  if (seconds === null) return null;
  const rounded = Math.round(Math.abs(seconds) * 10) / 10;
  if (rounded === 0) return 'on time';
  return `${rounded.toFixed(1)} s ${seconds < 0 ? 'early' : 'late'}`;
}

/** Formats a duration in seconds. */
export function durationWords(seconds: number | null): string {
  return seconds === null ? UNKNOWN : formatClock(seconds * 1000);
}

/** Returns the share of the time on air in which a destination delivered. */
export function uptimeWords({ observed }: Pick<ReportDestination, 'observed'>): string {
  if (observed === null) return UNKNOWN;
  const total = Object.values(observed).reduce((sum, each) => sum + each, 0);
  return total === 0 ? UNKNOWN : `${Math.floor((observed.delivering / total) * 1000) / 10} %`;
}

/** Formats an amount with its certainty. */
export function amountWords(amount: ShowReport['cost']): string {
  return amount === null ? PRICE_UNKNOWN : describeSum(amount.usd, amount);
}

/** Formats what was charged, with the reason when that is nothing or not known. */
export function billWords({ usd, explanation }: ShowReport['bill']): string {
  const amount = usd === null ? UNKNOWN : `$${usd.toFixed(2)}`;
  return `${amount} (${explanation})`;
}

/** Counts the incidents, failovers and other events; null is unknown. */
export function countWords(count: number | null, one: string, many: string): string {
  if (count === null) return `${many}: ${UNKNOWN}`;
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
