import type { z } from '@hono/zod-openapi';
import { pricingOf } from '../aws/pricing-of.ts';
import type { AtLimit } from '../domain/ceiling.ts';
import type { FieldError } from '../domain/errors.ts';
import type { ApiDeps } from './api-deps.ts';
import type { SetCeiling } from './schemas/ceilings.ts';

/** Reads and checks the fields that the ceilings of the deployment and of shows have in common. */

const COUNTDOWN_MINUTES_DEFAULT = 10;

/** Converts an amount in whole cents, which the schema has checked. */
export const toMicroUsd = (usd: number) => Math.round(usd * 100) * 10_000;

/** Returns what happens at the limit, and the fields that belong to another action. */
export function readAtLimit({
  action,
  countdownMinutes,
  defaultAnswer,
}: Pick<z.infer<typeof SetCeiling>, 'action' | 'countdownMinutes' | 'defaultAnswer'>): {
  atLimit: AtLimit;
  errors: FieldError[];
} {
  if (action === 'ask') {
    const atLimit = {
      action,
      countdownMinutes: countdownMinutes ?? COUNTDOWN_MINUTES_DEFAULT,
      defaultAnswer: defaultAnswer ?? 'stop',
    };
    return { atLimit, errors: [] };
  }
  const errors: FieldError[] = [];
  const message = `only for the action ask, not for ${action}: leave it out`;
  if (countdownMinutes !== undefined) errors.push({ field: 'countdownMinutes', message });
  if (defaultAnswer !== undefined) errors.push({ field: 'defaultAnswer', message });
  return { atLimit: { action }, errors };
}

/** Returns what is wrong with the spared destinations. @param known ids that may be spared */
export function faultsOfSpared(
  spared: readonly string[],
  known: ReadonlySet<string>,
  toMessage: (id: string) => string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, id] of spared.entries()) {
    if (!known.has(id)) errors.push({ field: `spared.${index}`, message: toMessage(id) });
    else if (spared.indexOf(id) < index) errors.push({ field: `spared.${index}`, message: `${id} is given twice` });
  }
  return errors;
}

/** Returns the refusal of an amount that nothing can be compared with; null where there is a price list. */
export function faultOfPriceList(deps: ApiDeps): FieldError | null {
  const { prices, region } = pricingOf(deps);
  if (prices) return null;
  const message = `nothing can be compared with it: there is no price list for ${region}; npm run preflight -- --prices fetches one`;
  return { field: 'amount', message };
}
