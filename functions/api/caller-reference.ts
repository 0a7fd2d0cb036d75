import { listAllDestinations } from '../aws/destination-table.ts';
import type { Destination } from '../domain/destination.ts';
import { AppError } from '../domain/errors.ts';
import { inTurn } from '../workflow/in-turn.ts';
import type { ApiDeps } from './api-deps.ts';
import { shownValue } from './http/quote-value.ts';

/** The ids that callers give to destinations. No two destinations have the same one. */

/** Runs an action while no other request gives this reference away. */
export function inReferenceTurn<Result>(
  deps: ApiDeps,
  reference: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const turn = { name: `reference-${reference}`, doing: 'changing the destination with this reference' };
  return inTurn(deps, turn, action);
}

/** Finds the destination with this reference. One that is being deleted has given it up. */
export async function findByReference(deps: ApiDeps, reference: string): Promise<Destination | undefined> {
  const records = await listAllDestinations(deps);
  return records.find((record) => record.reference === reference && record.desired !== 'deleted');
}

/**
 * Runs an action that gives a destination this reference, alone.
 * @param wanted.reference null: the action gives none
 * @param wanted.destinationId the destination that may have it already; null for a new one
 * @throws {AppError} `duplicate_destination` when another one has it
 */
export function withFreeReference<Result>(
  deps: ApiDeps,
  { destinationId, reference }: { reference: string | null; destinationId: string | null },
  action: () => Promise<Result>,
): Promise<Result> {
  if (reference === null) return action();
  return inReferenceTurn(deps, reference, async () => {
    const other = await findByReference(deps, reference);
    if (other && other.destinationId !== destinationId) throw referenceTaken(reference, other);
    return action();
  });
}

function referenceTaken(reference: string, { destinationId, name }: Destination): AppError {
  const message = `${reference} is the reference of ${shownValue(name)} (${destinationId})`;
  return new AppError('duplicate_destination', {
    detail: `reference: ${message}`,
    remedy: 'use another reference, or take it from that destination first by PATCH with reference: null',
    errors: [{ field: 'reference', message }],
  });
}
