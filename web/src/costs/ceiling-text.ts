import type { CeilingResource } from '../../../functions/api/schemas/ceilings.ts';
import type { NoSourceLimitResource } from '../../../functions/api/schemas/no-source-limit.ts';
import { formatSum } from './money.ts';

export const PERIOD_WORDS: Record<CeilingResource['period'], string> = {
  day: 'Today (UTC)',
  month: 'This month (UTC)',
};

/** Says what a ceiling does when it is reached. */
export function describeAction({
  action,
  countdownMinutes,
  defaultAnswer,
  spared,
}: Pick<CeilingResource, 'action' | 'countdownMinutes' | 'defaultAnswer' | 'spared'>): string {
  const rest = spared.length > 0 && action !== 'warn' ? `, except ${spared.length} spared` : '';
  switch (action) {
    case 'warn':
      return 'Warns only';
    case 'stop':
      return `Stops everything${rest}`;
    case 'ask':
      return defaultAnswer === 'stop'
        ? `Asks for ${countdownMinutes} min, then stops everything${rest}`
        : `Asks for ${countdownMinutes} min, then keeps running`;
  }
}

/** Says what happens to channels without a source, and what the limit is doing. */
export function describeNoSourceLimit(
  limit: Pick<
    NoSourceLimitResource,
    'minutes' | 'action' | 'countdownMinutes' | 'defaultAnswer' | 'spared' | 'state' | 'decidedBy' | 'source'
  >,
): string {
  if (limit.minutes === 0) return 'Channels run without a source for as long as they are on air.';
  const doing = {
    watching: limit.source === 'unknown' ? ' Whether a source delivers is unknown, so nothing is stopped.' : '',
    asked: ' Waits for an answer.',
    kept: ` Kept running by ${limit.decidedBy} until the source returns.`,
    stopped: ` Stopped by ${limit.decidedBy}.`,
  }[limit.state];
  return `After ${limit.minutes} min without a source: ${describeAction(limit).toLowerCase()}.${doing}`;
}

/** Says what a ceiling has done in this period; empty while it only watches. */
export function describeState({
  period,
  state,
  decidedBy,
  limit,
}: Pick<CeilingResource, 'state' | 'decidedBy' | 'limit'> & { period: string }): string {
  const by = decidedBy === 'ceiling' ? 'by the ceiling' : `by ${decidedBy}`;
  switch (state) {
    case 'watching':
      return '';
    case 'asked':
      return 'Waits for an answer';
    case 'kept':
      return limit === null
        ? `Kept running ${by} until the ${period} ends`
        : `Kept running ${by} up to ${formatSum(limit)}`;
    case 'stopped':
      return `Stopped ${by}. Starts are refused until the ${period} ends`;
  }
}

/** Widths of the bar in per cent: what is spent, and what stopping now still costs. */
export function barOf({
  spent,
  committed,
  limit,
  amount,
}: Pick<CeilingResource, 'spent' | 'committed' | 'limit' | 'amount'>) {
  const whole = Math.max(limit ?? amount, spent + committed, 0.01);
  return {
    spent: (spent / whole) * 100,
    committed: (committed / whole) * 100,
    ceiling: ((limit ?? amount) / whole) * 100,
  };
}

/** Says what happens without an answer. */
export function describeQuestion(
  { defaultAnswer, concerned }: Pick<CeilingResource, 'defaultAnswer' | 'concerned'>,
  left: string,
): string {
  const many = `${concerned} ${concerned === 1 ? 'destination' : 'destinations'}`;
  return defaultAnswer === 'stop'
    ? `Without an answer, ${many} on air ${concerned === 1 ? 'stops' : 'stop'} in ${left}.`
    : `Without an answer, everything keeps running in ${left}.`;
}
