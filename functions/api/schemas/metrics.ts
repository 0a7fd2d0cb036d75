import { z } from '@hono/zod-openapi';
import { timestamp } from './parts.ts';

/** Schemas of the figures of one destination over time. */

export const MetricPoint = z.object({ at: timestamp, value: z.number() });

export const MetricsResource = z
  .object({
    destinationId: z.string(),
    observedAt: timestamp,
    uptimeSeconds: z.number().nullable(),
    current: z.object({
      bitrateBps: z.number().nullable(),
      framesPerSecond: z.number().nullable(),
      droppedFrames: z.number().nullable().openapi({ description: 'In the last five minutes' }),
      reconnects: z
        .number()
        .nullable()
        .openapi({ description: 'In the last five minutes; null on AWS, where MediaLive does not report it' }),
    }),
    series: z.object({
      bitrateBps: z.array(MetricPoint),
      framesPerSecond: z.array(MetricPoint),
      droppedFrames: z.array(MetricPoint),
      reconnects: z.array(MetricPoint).openapi({ description: 'Empty on AWS' }),
    }),
    periodSeconds: z.number(),
  })
  .openapi('Metrics');

export type MetricsResource = z.infer<typeof MetricsResource>;
