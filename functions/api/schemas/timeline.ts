import { z } from '@hono/zod-openapi';
import { anyDestinationId, exportFormat, instant, TIMELINE_KINDS, timestamp } from './parts.ts';

/** Schemas of the timeline, of one destination and of the deployment. */

const timelineEntry = {
  at: timestamp,
  actor: z.string().openapi({ description: 'Who or what caused it' }),
  kind: z.enum(TIMELINE_KINDS).openapi({ description: 'drift: someone changed a resource in AWS directly' }),
  code: z
    .string()
    .nullable()
    .openapi({ description: 'Reason of a change of health or of a failed operation', example: 'stream_key_rejected' }),
  detail: z.string(),
  operationId: z.string().nullable(),
};

export const Timeline = z.object({ data: z.array(z.object(timelineEntry)) }).openapi('Timeline');

/** The timeline of the deployment: the same entries with their destinations. */
export const DeploymentTimeline = z
  .object({
    data: z.array(
      z.object({
        entryId: z.string().openapi({ description: 'The same in every request' }),
        ...timelineEntry,
        destinationId: z.string(),
        destinationName: z.string().openapi({ description: 'Its name at that time; kept after a deletion' }),
        others: z
          .array(z.object({ destinationId: z.string(), destinationName: z.string() }))
          .openapi({ description: 'Other destinations to which the same happened in the same second' }),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .openapi('DeploymentTimeline');

export type Timeline = z.infer<typeof Timeline>;
export type DeploymentTimeline = z.infer<typeof DeploymentTimeline>;

export const TimelineQuery = z.strictObject({
  from: instant.optional().openapi({ description: 'Default: seven days before `to`; at most 90 days' }),
  to: instant.optional().openapi({ description: 'Exclusive. Default: now' }),
  kind: z.enum(TIMELINE_KINDS).optional(),
  destinationId: anyDestinationId.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
  format: exportFormat,
});

export type TimelineQuery = z.input<typeof TimelineQuery>;
