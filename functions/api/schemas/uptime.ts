import { z } from '@hono/zod-openapi';
import { UPTIME_STATES } from '../../domain/uptime.ts';
import { anyDestinationId } from './parts.ts';

const subjectId = anyDestinationId
  .or(z.literal('source'))
  .openapi({ type: 'string', description: 'A destination, or `source` for the source', example: 'source' });

const day = z.iso.date().openapi({ example: '2026-11-21' });
const seconds = z.int().min(0);
const state = z.enum(UPTIME_STATES).openapi({
  description:
    'starting: from the request until the first observation; unknown: no fresh observation, never counted as delivering',
});

export const UptimeQuery = z.strictObject({
  from: day.optional().openapi({ description: 'First UTC day. Default: 29 days before to; at most 400 days ago' }),
  to: day.optional().openapi({ description: 'Last UTC day. Default: today' }),
  destinationId: subjectId.optional(),
  format: z.enum(['json', 'csv']).optional(),
});

const UptimeFigures = z.object({
  wantedSeconds: seconds.openapi({ description: 'Seconds between the request to start and the request to stop' }),
  seconds: z
    .object(
      Object.fromEntries(UPTIME_STATES.map((name) => [name, seconds])) as Record<
        (typeof UPTIME_STATES)[number],
        typeof seconds
      >,
    )
    .openapi({ description: 'Seconds in each state. Together they are wantedSeconds.' }),
});

export const UptimeList = z
  .object({
    from: day,
    to: day,
    data: z.array(
      UptimeFigures.extend({
        day,
        destinationId: subjectId,
        destinationName: z.string(),
        reasons: z
          .array(z.object({ state, reason: z.string().openapi({ example: 'connecting' }), seconds }))
          .openapi({ description: 'Why it was not delivering, longest first' }),
      }),
    ),
    total: UptimeFigures,
  })
  .openapi('UptimeList');
export type UptimeList = z.infer<typeof UptimeList>;
