import { positionOf, type Destination } from '../domain/destination.ts';
import type { AppError } from '../domain/errors.ts';
import { isPrimary } from '../domain/lifecycle.ts';
import { invalidFields } from './http/validation.ts';

const GROUPS_SHOWN_MAX = 20;

/**
 * Returns the ids of a group, or all ids without one, in the operators' manual order.
 * @param records all destinations
 * @throws {AppError} `validation_failed` for an empty group, because a misspelt name must not look like a started show
 */
export function idsOfGroup(records: readonly Destination[], group: string | undefined): string[] {
  const all = records.filter((record) => !isPrimary(record) && record.desired !== 'deleted');
  const concerned = group === undefined ? all : all.filter((record) => record.group === group);
  if (group !== undefined && concerned.length === 0) throw unknownGroup(group, all);
  return concerned.toSorted((one, other) => positionOf(one) - positionOf(other)).map((each) => each.destinationId);
}

function unknownGroup(group: string, all: readonly Destination[]): AppError {
  const known = [...new Set(all.flatMap((record) => record.group ?? []))].toSorted();
  const shown = known.slice(0, GROUPS_SHOWN_MAX).map((each) => JSON.stringify(each));
  const rest = known.length > shown.length ? ` and ${known.length - shown.length} more` : '';
  const are = known.length > 0 ? `groups in use: ${shown.join(', ')}${rest}` : 'no group is in use';
  return invalidFields([{ field: 'group', message: `no destination is in ${JSON.stringify(group)}; ${are}` }]);
}
