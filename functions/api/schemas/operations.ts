import { z } from '@hono/zod-openapi';
import { OPERATION_KINDS } from '../../domain/destination.ts';
import { timestamp } from './parts.ts';

/** Schemas of operations, the running and past changes of one destination. */

export const RecordedError = z
  .object({ code: z.string(), detail: z.string(), remedy: z.string(), at: timestamp })
  .openapi('RecordedError');

const OperationStep = z
  .object({
    step: z.string(),
    label: z.string().openapi({ example: 'starting the channel' }),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
    attempts: z.number().int().openapi({ description: 'Calls of the step, polls included' }),
  })
  .openapi('OperationStep');

export const OperationResource = z
  .object({
    operationId: z.string(),
    destinationId: z.string(),
    kind: z.enum(OPERATION_KINDS),
    state: z.enum(['running', 'succeeded', 'failed', 'superseded']),
    requestedBy: z.string(),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
    deadlineAt: timestamp,
    stepNumber: z.number().int().openapi({ description: 'The running step, from 1' }),
    stepCount: z.number().int(),
    steps: z.array(OperationStep),
    error: RecordedError.nullable(),
  })
  .openapi('Operation');

export type OperationResource = z.infer<typeof OperationResource>;

export const OperationId = z
  .string()
  .regex(/^(primary|dst_[0-9a-hjkmnp-tv-z]{26})-(create|start|stop|teardown)-\d{1,9}$/, 'not an operation id')
  .openapi({ param: { name: 'operationId', in: 'path' }, example: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc-start-2' });
