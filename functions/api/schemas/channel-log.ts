import { z } from '@hono/zod-openapi';
import { timestamp } from './parts.ts';

/** Schemas of the log of a destination’s channel. */

export const ChannelLog = z
  .object({
    data: z.array(
      z.object({
        at: timestamp,
        severity: z.enum(['error', 'warning', 'info']),
        message: z.string(),
        ingest: z
          .enum(['main', 'backup'])
          .nullable()
          .openapi({ description: 'Whose pipeline wrote it; null for a channel with one' }),
      }),
    ),
  })
  .openapi('ChannelLog');

export type ChannelLog = z.infer<typeof ChannelLog>;

export const LogQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(500)
    .optional()
    .openapi({ description: 'Maximum number of lines. Default: 50' }),
});

export const SetDetailedLog = z
  .strictObject({
    hours: z.number().int().min(1).max(72).openapi({ description: 'Duration of the detailed logging' }),
  })
  .openapi('SetDetailedLog');

export type LogQuery = z.input<typeof LogQuery>;
export type SetDetailedLog = z.input<typeof SetDetailedLog>;
