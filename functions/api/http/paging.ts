import { DestinationId } from '../schemas/requests.ts';
import { invalidFields } from './validation.ts';

/** Returns the opaque cursor of a list: the id of the last returned item. */
export function toCursor(destinationId: string): string {
  return Buffer.from(destinationId).toString('base64url');
}

/**
 * Decodes a cursor.
 * @throws {AppError} `validation_failed` for anything that is not a cursor
 */
export function fromCursor(cursor: string): string {
  const destinationId = Buffer.from(cursor, 'base64url').toString();
  if (toCursor(destinationId) === cursor && DestinationId.safeParse(destinationId).success) return destinationId;
  throw invalidFields([
    { field: 'cursor', message: 'is not a cursor of this list: leave it out, or send nextCursor unchanged' },
  ]);
}
