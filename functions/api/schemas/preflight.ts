import { z } from '@hono/zod-openapi';
import {
  PREFLIGHT_CHECKS,
  PREFLIGHT_DESTINATIONS_MAX,
  PREFLIGHT_OCCASIONS,
  PREFLIGHT_STATES,
} from '../../domain/preflight.ts';
import { anyDestinationId, timestamp } from './parts.ts';

/** Shapes of preflights. */

export const PreflightInput = z
  .strictObject({
    destinationIds: z
      .array(anyDestinationId)
      .min(1, 'must have at least one entry')
      .max(PREFLIGHT_DESTINATIONS_MAX, `must have at most ${PREFLIGHT_DESTINATIONS_MAX} entries`),
  })
  .openapi('PreflightRequest');

const state = z.enum(PREFLIGHT_STATES).openapi({
  description: 'not_possible: it could not be found out; the detail says why',
});

const count = z.number().int();

const summary = {
  checkedAt: timestamp,
  requestedBy: z.string(),
  occasion: z
    .enum(PREFLIGHT_OCCASIONS)
    .openapi({ description: 'T-60 and T-10: by the run sheet, minutes before the start' }),
  outcome: state.openapi({ description: 'The worst state of all checks' }),
  counts: z.object({ failed: count, warning: count, not_possible: count, passed: count }),
  requiredFailed: count.openapi({
    description: 'Failed checks, without those about destinations that the show can do without',
  }),
};

export const PreflightSummaryResource = z.object(summary).openapi('PreflightSummary');

export const PreflightResource = z
  .object({
    ...summary,
    testedFrom: z.enum(['sender', 'elsewhere']).openapi({
      description: 'Whether servers were tested from the machine that sends the stream, or from another address',
    }),
    checks: z.array(
      z.object({
        check: z.enum(PREFLIGHT_CHECKS),
        subject: z.object({
          kind: z.enum(['source', 'show', 'deployment', 'destination', 'notification_target']),
          id: z.string().nullable().openapi({ description: 'Of the destination or the notification target' }),
          name: z.string(),
        }),
        state,
        isRequired: z.boolean().openapi({ description: 'False when the show can do without the destination' }),
        detail: z.string(),
        remedy: z.string().nullable(),
      }),
    ),
  })
  .openapi('Preflight');

export type PreflightResource = z.infer<typeof PreflightResource>;
