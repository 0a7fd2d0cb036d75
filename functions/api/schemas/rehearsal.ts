import { z } from '@hono/zod-openapi';
import { REHEARSAL_FAULTS, type RehearsalFaultName } from '../rehearsal.ts';
import { anyDestinationId } from './parts.ts';

/** Schemas of `/api/rehearsal`. */

const FaultId = z.enum(Object.keys(REHEARSAL_FAULTS) as [RehearsalFaultName, ...RehearsalFaultName[]]);

export const RehearsalSwitch = z
  .strictObject({
    fault: FaultId,
    isActive: z.boolean(),
    destinationId: anyDestinationId.optional().openapi({ description: 'For drills that affect one destination' }),
  })
  .openapi('RehearsalSwitch');

export const RehearsalResource = z
  .object({
    data: z.array(
      z.object({
        fault: FaultId,
        scope: z.enum(['deployment', 'destination']),
        label: z.string(),
        description: z.string(),
        isActive: z.boolean(),
        destinationIds: z.array(z.string()).openapi({ description: 'Destinations the drill runs on' }),
      }),
    ),
  })
  .openapi('Rehearsal');

export type RehearsalSwitch = z.input<typeof RehearsalSwitch>;
export type RehearsalResource = z.infer<typeof RehearsalResource>;
