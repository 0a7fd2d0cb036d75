import { DestinationId } from '../schemas/requests.ts';
import { invalidFields } from './validation.ts';

/** Opaque cursor of a list: the id of the last item that was handed out. */
export function toCursor(destinationId: string): string {
  return Buffer.from(destinationId).toString('base64url');
}

/**
 * Reads a cursor.
 * @throws {AppError} `validation_failed` when it is not one of ours
 */
export function fromCursor(cursor: string): string {
  const destinationId = Buffer.from(cursor, 'base64url').toString();
  if (toCursor(destinationId) === cursor && DestinationId.safeParse(destinationId).success) return destinationId;
  throw invalidFields([
    { field: 'cursor', message: 'is not a cursor of this list: leave it out, or send nextCursor unchanged' },
  ]);
}
