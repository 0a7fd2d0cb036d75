import { z } from '@hono/zod-openapi';
import { Problem } from './problem.ts';

/** Building blocks of the routes' contracts. */

/** Allows no query parameter, so that a misspelt one is an error. */
export const NoQuery = z.strictObject({});

/** A JSON answer. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** An answer that is a picture. */
export function answersPicture(type: 'image/png' | 'image/jpeg', description: string) {
  return { description, content: { [type]: { schema: z.string().openapi({ format: 'binary' }) } } };
}

/** A JSON answer that is also available as a CSV file. */
export function answersOrFile<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema }, 'text/csv': { schema: z.string() } } };
}

/** A required JSON body. */
export function takes<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } };
}

const PROBLEMS = {
  400: 'The request cannot be read',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Not possible now; the code says why',
  412: 'Changed by someone else',
  413: 'The body is too large',
  415: 'The body is not JSON',
  422: 'The request is invalid; errors names the fields',
  429: 'Too many requests, or too many wrong tokens; retryAfterSeconds says when to try again',
  500: 'Internal error',
  503: 'AWS does not answer',
} as const;

/**
 * Problems of a route. Typed as an empty object, because handlers throw them and never return them.
 * @param statuses in addition to those of every route
 */
export function problems(...statuses: (keyof typeof PROBLEMS)[]): object {
  return toResponses(new Set([...statuses, 401, 403, 422, 429, 500] as const));
}

/** The same for a route without a sign-in. */
export function openProblems(...statuses: (keyof typeof PROBLEMS)[]): object {
  return toResponses(new Set([...statuses, 422, 500] as const));
}

function toResponses(all: Set<keyof typeof PROBLEMS>): object {
  return Object.fromEntries(
    [...all]
      .sort()
      .map((status) => [
        status,
        { description: PROBLEMS[status], content: { 'application/problem+json': { schema: Problem } } },
      ]),
  );
}

/** Problems of every route that changes something. */
export const WRITE_PROBLEMS = [400, 403, 413, 415] as const;

/** Documents that a POST may be repeated under one key. */
export const IdempotencyHeaders = z.object({
  'Idempotency-Key': z.string().optional().openapi({
    description: 'At most 255 characters. Requests with the same key run once within 24 hours',
  }),
});

/** Documents that a write may be conditional. */
export const IfMatchHeaders = z.object({
  'If-Match': z.string().optional().openapi({ description: 'ETag of the version the change is based on' }),
});
