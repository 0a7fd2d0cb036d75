import { z } from '@hono/zod-openapi';
import { ORPHAN_RESOURCES } from '../../domain/orphans.ts';
import { timestamp } from './parts.ts';

/** Schemas of unused resources. */

export const OrphanResource = z
  .object({
    orphanId: z.string(),
    resource: z.enum(ORPHAN_RESOURCES),
    resourceId: z.string(),
    state: z.string(),
    destinationId: z
      .string()
      .nullable()
      .openapi({ description: 'From its tag or name; the destination may not exist' }),
    reason: z.enum(['no_destination', 'duplicate', 'unrecorded', 'tags_missing']),
    detail: z.string(),
    isReleasable: z
      .boolean()
      .openapi({ description: 'False for a resource without Sluice’s tags: check it in the AWS console' }),
    usdPerHour: z
      .number()
      .nullable()
      .openapi({ description: 'List price; null when unknown, which does not mean free' }),
    isPriceComplete: z
      .boolean()
      .openapi({ description: 'False when a part of the price is unknown: usdPerHour is a lower bound' }),
    firstSeenAt: timestamp,
    lastSeenAt: timestamp,
    sightings: z.number().int(),
    releaseRequestedBy: z.string().nullable(),
  })
  .openapi('Orphan');

export const OrphanList = z.object({ data: z.array(OrphanResource) }).openapi('OrphanList');

export type OrphanResource = z.infer<typeof OrphanResource>;
export type OrphanList = z.infer<typeof OrphanList>;

export const OrphanId = z
  .string()
  .regex(/^(flowOutput|channel|input|secret)-[\w-]{1,400}$/, 'not an orphan id')
  .openapi({ param: { name: 'orphanId', in: 'path' }, example: 'channel-MTIzNDU2Nw' });
