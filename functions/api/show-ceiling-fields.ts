import type { z } from '@hono/zod-openapi';
import { listAllDestinations } from '../aws/destination-table.ts';
import { ceilingMinimum, formatMicroUsd, isSameCeiling, type AtLimit, type ShowCeiling } from '../domain/ceiling.ts';
import type { FieldError } from '../domain/errors.ts';
import { isStillToStart, type Show } from '../domain/show.ts';
import { readShowSpending } from '../workflow/read-spending.ts';
import type { ApiDeps } from './api-deps.ts';
import { faultOfPriceList, faultsOfSpared, readAtLimit, toMicroUsd } from './ceiling-fields.ts';
import { invalidFields } from './http/validation.ts';
import type { SetCeiling } from './schemas/ceilings.ts';

/** Checks the ceilings of shows. */

type Given = z.infer<typeof SetCeiling>;

/**
 * Checks the ceiling of a show against what its plan costs at least.
 * @param before the ceiling that it replaces, whose decisions stay when the settings are the same
 * @throws {AppError} `validation_failed`
 */
export async function requireShowCeiling(
  deps: ApiDeps,
  given: Given,
  { destinations, before }: Pick<Show, 'destinations'> & { before: ShowCeiling | null },
): Promise<ShowCeiling> {
  const { atLimit, errors } = readAtLimit(given);
  const { spared = [] } = given;
  const known = new Set(destinations.map(({ destinationId }) => destinationId));
  errors.push(...faultsOfSpared(spared, known, (id) => `the show has no destination ${id}: spare one of its own`));
  const microUsd = toMicroUsd(given.amount);
  errors.push(...(await faultsOfShowAmount(deps, { destinations, microUsd, atLimit })));
  if (errors.length > 0) throw invalidFields(errors.map((each) => ({ ...each, field: `ceiling.${each.field}` })));
  const ceiling: ShowCeiling = { period: 'show', microUsd, atLimit, spared, course: null };
  return before && isSameCeiling(before, ceiling) ? before : ceiling;
}

/** An amount must be at least what is spent and what the planned destinations cost when they are stopped at once. */
export async function faultsOfShowAmount(
  deps: ApiDeps,
  { destinations, microUsd, atLimit }: Pick<Show, 'destinations'> & { microUsd: number; atLimit: AtLimit },
): Promise<FieldError[]> {
  const unpriced = faultOfPriceList(deps);
  if (unpriced) return [unpriced];
  const records = await listAllDestinations(deps);
  const toStart = new Set(destinations.filter(isStillToStart).map(({ destinationId }) => destinationId));
  const starting = records.filter(({ destinationId }) => toStart.has(destinationId));
  const spending = await readShowSpending(deps, { destinations }, records);
  const minimum = ceilingMinimum(spending, atLimit, deps.now(), starting);
  if (microUsd >= minimum) return [];
  const message = `must be at least ${formatMicroUsd(minimum)}, not ${formatMicroUsd(microUsd)}: so much do the planned destinations cost before anything can be stopped`;
  return [{ field: 'amount', message }];
}

/** Returns a ceiling as it is requested. @param kept destinations that it may spare */
export function toCeilingFields({ microUsd, atLimit, spared }: ShowCeiling, kept: ReadonlySet<string>): Given {
  return { amount: microUsd / 1e6, ...atLimit, spared: spared.filter((id) => kept.has(id)) };
}
