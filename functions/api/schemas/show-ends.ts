import { z } from '@hono/zod-openapi';
import { CEILING_ACTIONS, CEILING_ANSWERS } from '../../domain/ceiling.ts';
import { ON_FAILURE } from '../../domain/group-start.ts';
import { timestamp } from './parts.ts';

/** Shapes of the rules that end a show. Amounts are US dollars. */

const MINUTES_MAX = 720;

export const sourceLostMinutes = z
  .number()
  .int()
  .min(1, 'must be at least 1, or null')
  .max(MINUTES_MAX, `must be at most ${MINUTES_MAX}`)
  .nullable()
  .openapi({
    description:
      'Ends the show after so many minutes without a source, counted from going live when it has never come. null: it does not end for that',
    example: 10,
  });

export const onFailure = z.enum(ON_FAILURE).openapi({
  description:
    'stop-all: when a required destination fails, the show ends. One that a person or a ceiling stopped has not failed',
});

const amount = z.number();

export const ShowCeilingResource = z
  .object({
    amount,
    action: z.enum(CEILING_ACTIONS),
    countdownMinutes: z.number().int().nullable(),
    defaultAnswer: z.enum(CEILING_ANSWERS).nullable(),
    spared: z.array(z.string()).openapi({ description: 'Destinations that it never stops' }),
    limit: amount.nullable().openapi({
      description: 'The amount that counts now: the ceiling, or that of an answer; null: keeps running until the end',
    }),
    spent: amount.openapi({ description: 'By its destinations since their starts, with their ten-minute minimum' }),
    committed: amount.openapi({
      description:
        'What it still costs if everything is stopped now: begun minutes, stops that take five minutes, and starts in flight',
    }),
    isComplete: z.boolean().openapi({ description: 'False when parts have no known amount and are not counted' }),
    isAbout: z.boolean().openapi({ description: 'True when traffic is included, estimated from bitrates' }),
    unknownParts: z.array(z.string()),
    state: z.enum(['watching', 'asked', 'kept', 'stopped']).openapi({
      description:
        'asked: waits for an answer. kept: stops nothing up to `limit`. stopped: everything that is not spared was stopped',
    }),
    since: timestamp.nullable().openapi({ description: 'When the state began; null while watching' }),
    decidedBy: z.string().nullable().openapi({ description: 'A person, or `ceiling`; null while watching' }),
    answerDueAt: timestamp.nullable().openapi({ description: 'When the default answer counts; null unless asked' }),
  })
  .openapi('ShowCeiling');
export type ShowCeilingResource = z.infer<typeof ShowCeilingResource>;
