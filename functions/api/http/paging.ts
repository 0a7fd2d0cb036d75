import type { z } from '@hono/zod-openapi';
import type { AppError } from '../../domain/errors.ts';
import { DestinationId } from '../schemas/destination-requests.ts';
import { invalidFields } from './validation.ts';

/** Returns an opaque cursor that holds a place in a list. */
export function toPlaceCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Decodes a cursor. Returns null for anything that `toPlaceCursor` has not made of a place of this shape. */
export function fromPlaceCursor<Place>(cursor: string, shape: z.ZodType<Place>): Place | null {
  try {
    const place = shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return toPlaceCursor(place) === cursor ? place : null;
  } catch {
    return null;
  }
}

/** Returns the refusal of a cursor. */
export function notACursor(): AppError {
  return invalidFields([
    { field: 'cursor', message: 'is not a cursor of this list: leave it out, or send nextCursor unchanged' },
  ]);
}

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
  throw notACursor();
}
