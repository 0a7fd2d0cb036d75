import { z } from '@hono/zod-openapi';
import { CEILING_ACTIONS, CEILING_ANSWERS, CEILING_PERIODS } from '../../domain/ceiling.ts';
import { anyDestinationId, timestamp } from './parts.ts';

/** Schemas of ceilings. Amounts are US dollars, exact to the millionth; a ceiling is in whole cents. */

const AMOUNT_MAX = 1_000_000;
const SPARED_MAX = 200;
const COUNTDOWN_MINUTES_MAX = 60;

const CeilingAmount = z
  .number()
  .min(0.01, 'must be at least 0.01')
  .max(AMOUNT_MAX, `must be at most ${AMOUNT_MAX}`)
  .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6, 'must be in whole cents, such as 25.50')
  .openapi({ example: 25.5 });

export const CeilingPeriod = z
  .enum(CEILING_PERIODS)
  .openapi({ param: { name: 'period', in: 'path' }, description: 'A UTC day or month', example: 'month' });

const Answer = z.enum(CEILING_ANSWERS);

export const SetCeiling = z
  .strictObject({
    amount: CeilingAmount,
    action: z.enum(CEILING_ACTIONS).openapi({
      description: 'What happens when the amount is reached. stop: in time, so that spending stays below it',
    }),
    countdownMinutes: z
      .number()
      .int()
      .min(1)
      .max(COUNTDOWN_MINUTES_MAX)
      .optional()
      .openapi({ description: 'ask only: time to answer. Default: 10' }),
    defaultAnswer: Answer.optional().openapi({ description: 'ask only: counts without an answer. Default: stop' }),
    spared: z
      .array(anyDestinationId)
      .max(SPARED_MAX)
      .optional()
      .openapi({ description: 'Destinations that are never stopped; `primary` is the preview. Default: none' }),
  })
  .openapi('SetCeiling');
export type SetCeiling = z.input<typeof SetCeiling>;

export const AnswerCeiling = z
  .strictObject({
    answer: Answer,
    amount: CeilingAmount.optional().openapi({
      description: 'keep only: keep running up to this amount. Left out: until the period ends',
    }),
  })
  .openapi('AnswerCeiling');
export type AnswerCeiling = z.input<typeof AnswerCeiling>;

const amount = z.number();

export const CeilingResource = z
  .object({
    period: z.enum(CEILING_PERIODS),
    amount,
    action: z.enum(CEILING_ACTIONS),
    countdownMinutes: z.number().int().nullable(),
    defaultAnswer: Answer.nullable(),
    spared: z.array(z.string()),
    from: timestamp,
    until: timestamp.openapi({ description: 'Exclusive' }),
    limit: amount.nullable().openapi({
      description: 'The amount that counts now: the ceiling, or that of an answer; null: keeps running until the end',
    }),
    spent: amount.openapi({ description: 'In this period, with the ten-minute minimum of runs in progress' }),
    committed: amount.openapi({
      description:
        'What the rest of the period still costs if everything is stopped now: begun minutes, stops that take five minutes, starts in flight, and the parts that are billed around the clock',
    }),
    isComplete: z.boolean().openapi({ description: 'False when parts have no known amount and are not counted' }),
    isAbout: z.boolean().openapi({ description: 'True when traffic is included, estimated from bitrates' }),
    unknownParts: z.array(z.string()),
    state: z.enum(['watching', 'asked', 'kept', 'stopped']).openapi({
      description:
        'asked: waits for an answer. kept: stops nothing up to `limit`. stopped: everything that is not spared was stopped, and starts are refused',
    }),
    since: timestamp.nullable().openapi({ description: 'When the state began; null while watching' }),
    decidedBy: z.string().nullable().openapi({ description: 'A person, or `ceiling`; null while watching' }),
    answerDueAt: timestamp.nullable().openapi({ description: 'When the default answer counts; null unless asked' }),
    concerned: z.number().int().openapi({ description: 'Destinations on air that it would stop' }),
    revision: z.number().int().openapi({ description: 'The ETag of the ceiling, for If-Match' }),
    changedBy: z.string(),
    changedAt: timestamp,
  })
  .openapi('Ceiling');
export type CeilingResource = z.infer<typeof CeilingResource>;

export const CeilingList = z
  .object({
    currency: z.literal('USD'),
    isBilled: z.boolean().openapi({ description: 'False on one machine: amounts are what the same would cost on AWS' }),
    data: z.array(CeilingResource).openapi({ description: 'The ceilings that are set' }),
  })
  .openapi('CeilingList');
export type CeilingList = z.infer<typeof CeilingList>;
