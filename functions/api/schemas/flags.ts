import { z } from '@hono/zod-openapi';
import { REASON_MAX } from '../../domain/chat-moderation.ts';
import { FLAG_REASONS, isFlagId } from '../../domain/flag.ts';
import { timestamp } from './parts.ts';

/** What watchers flagged. */

export const FlagId = z
  .string()
  .refine(isFlagId, 'not the id of a flag')
  .openapi({ example: 'shw_01k8m3v0s5n2q8w4x6y7z9a1bc' });

export const FlagResource = z
  .object({
    flagId: z.string(),
    showId: z.string(),
    showTitle: z.string().nullable().openapi({ description: 'null: the show is no longer there' }),
    messageId: z.string().nullable().openapi({ description: 'null: the show itself was flagged' }),
    message: z
      .object({ name: z.string(), text: z.string() })
      .nullable()
      .openapi({ description: 'The message when it was flagged first' }),
    times: z.number().int().openapi({ description: 'How many networks have flagged it, each once a day' }),
    counts: z.partialRecord(z.enum(FLAG_REASONS), z.number().int()).openapi({ description: 'The same by reason' }),
    notes: z
      .array(z.object({ at: timestamp, reason: z.enum(FLAG_REASONS), text: z.string() }))
      .openapi({ description: 'What watchers wrote, at most 20' }),
    firstAt: timestamp,
    lastAt: timestamp,
  })
  .openapi('Flag');
export type FlagResource = z.infer<typeof FlagResource>;

export const FlagList = z
  .object({
    data: z.array(FlagResource),
    total: z.number().int().openapi({ description: 'How many are open; the list has the 50 flagged last' }),
  })
  .openapi('FlagList');

export const CloseFlag = z
  .strictObject({
    reason: z.string().trim().max(REASON_MAX).default('').openapi({ description: 'For the moderation log' }),
  })
  .openapi('CloseFlag');
