import { z } from '@hono/zod-openapi';
import { REASON_MAX } from '../../domain/chat-moderation.ts';
import { MetricPoint } from './metrics.ts';
import { timestamp } from './parts.ts';

/** Whether the public pages are open. */

export const SetPublicPages = z
  .strictObject({
    isOpen: z.boolean(),
    reason: z.string().trim().max(REASON_MAX).default('').openapi({ description: 'For the people who run this site' }),
  })
  .openapi('SetPublicPages');

const PublicLoadResource = z
  .object({
    observedAt: timestamp,
    periodSeconds: z.number(),
    viewers: z.number(),
    requestsPerSecond: z.number(),
    refusedPerSecond: z
      .number()
      .openapi({ description: 'Because too many were being answered, or all places are taken' }),
    sentBps: z.number(),
    processorPercent: z.number().openapi({ description: 'Of one core' }),
    memoryBytes: z.number(),
    series: z
      .object({
        viewers: z.array(MetricPoint),
        requestsPerSecond: z.array(MetricPoint),
        sentBps: z.array(MetricPoint),
      })
      .openapi({ description: 'Of the last five minutes' }),
  })
  .openapi('PublicLoad');

export const PublicPagesResource = z
  .object({
    isOn: z.boolean().openapi({ description: 'false: this installation serves no public pages' }),
    isOpen: z.boolean().openapi({ description: 'false: an administrator has closed them' }),
    problem: z.string().nullable().openapi({ description: 'Why they are not served now, and what to do' }),
    url: z.string().nullable().openapi({ description: 'The catalogue; null while isOn is false' }),
    load: PublicLoadResource.nullable().openapi({
      description: 'What they do now; null while that is not known, and on AWS, where CloudWatch has it',
    }),
    changed: z.object({ by: z.string(), at: timestamp, reason: z.string() }).nullable(),
  })
  .openapi('PublicPages');
export type PublicPagesResource = z.infer<typeof PublicPagesResource>;
