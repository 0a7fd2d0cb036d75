import { z } from '@hono/zod-openapi';
import { CEILING_ACTIONS, CEILING_ANSWERS } from '../../domain/ceiling.ts';
import { SetCeiling } from './ceilings.ts';
import { anyDestinationId, timestamp } from './parts.ts';

/** Schemas of the no-source limit, which has the fields of a ceiling with minutes instead of an amount. */

const MINUTES_MAX = 24 * 60;
const SPARED_MAX = 200;

export const SetNoSourceLimit = SetCeiling.pick({ countdownMinutes: true, defaultAnswer: true })
  .extend({
    minutes: z
      .number()
      .int()
      .min(0)
      .max(MINUTES_MAX)
      .openapi({ description: 'Minutes that a channel runs without a source; 0: never', example: 10 }),
    action: z.enum(CEILING_ACTIONS).openapi({ description: 'What happens then' }),
    spared: z
      .array(anyDestinationId)
      .max(SPARED_MAX)
      .optional()
      .openapi({ description: 'Destinations that it leaves alone. Default: none' }),
  })
  .strict()
  .openapi('SetNoSourceLimit');
export type SetNoSourceLimit = z.input<typeof SetNoSourceLimit>;

export const AnswerNoSourceLimit = z.strictObject({ answer: z.enum(CEILING_ANSWERS) }).openapi('AnswerNoSourceLimit');
export type AnswerNoSourceLimit = z.input<typeof AnswerNoSourceLimit>;

export const NoSourceLimitResource = z
  .object({
    minutes: z.number().int(),
    action: z.enum(CEILING_ACTIONS),
    countdownMinutes: z.number().int().nullable(),
    defaultAnswer: z.enum(CEILING_ANSWERS).nullable(),
    spared: z.array(z.string()),
    source: z.enum(['delivers', 'lost', 'unknown']).openapi({
      description: 'unknown: nothing is stopped, because the source may deliver',
    }),
    lostSince: timestamp.nullable(),
    state: z.enum(['watching', 'asked', 'kept', 'stopped']).openapi({
      description:
        'asked: waits for an answer. kept: stops nothing until the source returns. stopped: it has stopped channels',
    }),
    since: timestamp.nullable(),
    decidedBy: z.string().nullable().openapi({ description: 'A person, or `no-source limit`; null while watching' }),
    answerDueAt: timestamp.nullable().openapi({ description: 'When the default answer counts; null unless asked' }),
    channels: z
      .array(z.object({ destinationId: z.string(), name: z.string() }))
      .openapi({ description: 'Channels that have run without a source for the minutes' }),
    revision: z.number().int().openapi({ description: 'The ETag of the limit, for If-Match; 0 before it was set' }),
    changedBy: z.string().nullable(),
    changedAt: timestamp.nullable(),
  })
  .openapi('NoSourceLimit');
export type NoSourceLimitResource = z.infer<typeof NoSourceLimitResource>;
