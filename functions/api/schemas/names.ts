import { z } from '@hono/zod-openapi';

/** Schemas of texts that people read: names without invisible or misleading characters. */

// Unpaired surrogates, C0/C1 controls and bidirectional overrides must not appear in a displayed name.
// oxlint-disable-next-line no-control-regex
export const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/u;

/** Not empty, but without a letter, digit, punctuation mark or symbol, and therefore invisible. */
const INVISIBLE = /^[^\p{L}\p{N}\p{P}\p{S}]+$/u;

export const DestinationName = z
  .string()
  .trim()
  .min(1, 'enter a name')
  .max(100, 'must have at most 100 characters')
  .refine((value) => !UNPRINTABLE.test(value), 'must not contain control characters')
  .refine((value) => !INVISIBLE.test(value), 'must contain a visible character')
  .openapi({ example: 'Main YouTube' });

const GROUP_LENGTH_MAX = 40;

export const Group = z
  .string()
  .trim()
  .min(1, 'must have at least one character')
  .max(GROUP_LENGTH_MAX, `must have at most ${GROUP_LENGTH_MAX} characters`)
  .refine((value) => !UNPRINTABLE.test(value), 'must not contain control characters')
  .refine((value) => !INVISIBLE.test(value), 'must contain a visible character')
  .openapi({ description: 'Destinations of a group start and stop together', example: 'Sunday service' });
