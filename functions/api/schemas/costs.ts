import { z } from '@hono/zod-openapi';
import { CHANNEL_PARTS } from '../../domain/cost.ts';
import { anyDestinationId, exportFormat, instant, PlatformId, PresetId, Standby, timestamp } from './parts.ts';

/**
 * Schemas of costs. Amounts are US dollars by AWS's list prices, exact to the millionth. Sums leave out parts without a
 * confirmed price and name them in `unknownParts`; then `isComplete` is false and the amount is a lower bound. Traffic
 * is estimated from bitrates, and amounts with traffic have `isAbout`. An amount is null when no part has a known
 * price.
 */

const amount = z.number().nullable();

const unknownParts = z.array(z.string()).openapi({
  description: 'What the amounts leave out',
  example: ['MediaLive input, HD AVC, 10 to 20 Mbit/s'],
});

const isComplete = z
  .boolean()
  .openapi({ description: 'False when a part has no known price: the amount is a lower bound' });

const isAbout = z.boolean().openapi({ description: 'True when the amount includes traffic, estimated from bitrates' });

/** One price per hour. */
const Amount = z.object({ perHour: amount, isComplete, isAbout, unknownParts }).openapi('Amount');

export type Amount = z.infer<typeof Amount>;

const channelPart = z.enum(CHANNEL_PARTS).openapi({
  description:
    'encoding: MediaLive input and outputs. transfer: from the flow to MediaLive. egress: to the platform. ingest: into MediaPackage. viewing: to viewers of the preview.',
});

/** Source of the prices, the same in every answer about costs. */
const provenance = {
  currency: z.literal('USD'),
  region: z.string().openapi({ example: 'us-east-1' }),
  priceDate: z.string().nullable().openapi({
    description: 'Date of the prices; null without a price list for the region',
    example: '2026-09-18',
  }),
  isBilled: z.boolean().openapi({ description: 'False on one machine: amounts are what the same would cost on AWS' }),
};

/** Costs of one destination, part of its resource. */
export const DestinationCost = z
  .object({
    currency: z.literal('USD'),
    perHourRunning: amount.openapi({ description: 'While running, with the present settings', example: 0.5976 }),
    perHourIdle: amount.openapi({ description: 'While idle: 0 when cold, null when the idle fee is unknown' }),
    perHourNow: amount.openapi({ description: 'For the AWS resources it holds now; 0 when it holds none' }),
    minimumPerStart: amount.openapi({
      description: '10 minutes of encoding, the minimum per start',
      example: 0.0936,
    }),
    isMinimumComplete: isComplete,
    thisRun: amount.openapi({ description: 'Since the channel started; null when not running' }),
    parts: z
      .array(z.object({ part: channelPart, perHour: amount, isComplete, isAbout }))
      .openapi({ description: 'The parts of perHourRunning' }),
    isComplete,
    isAbout,
    unknownParts,
    isBilled: provenance.isBilled,
  })
  .openapi('DestinationCost');

const COST_PARTS = ['destinations', 'primary', 'flow', 'leftovers', 'monitoring', 'keysAndSecrets'] as const;

/** `GET /api/costs/now`. */
export const CostNow = z
  .object({
    ...provenance,
    observedAt: timestamp,
    perHourNow: z.number(),
    isComplete,
    isAbout,
    unknownParts,
    soFarToday: z.number().openapi({ description: 'Channels and fixed parts, since midnight UTC' }),
    isSoFarComplete: isComplete,
    soFarUnknownParts: unknownParts,
    show: z
      .object({ since: timestamp, soFar: z.number(), isComplete })
      .nullable()
      .openapi({ description: 'Channels, since the start of the oldest running destination; null off air' }),
    parts: z.array(
      z.object({
        part: z.enum(COST_PARTS).openapi({
          description: 'monitoring and keysAndSecrets are billed around the clock, also with every channel stopped',
        }),
        count: z.number().int().openapi({ description: 'Resources that cost, or may cost, money' }),
        perHourNow: amount,
        isComplete,
        isAbout,
        soFarToday: amount.openapi({
          description: 'Null for the flow and orphans, whose running times are not recorded',
        }),
        isSoFarComplete: isComplete,
      }),
    ),
    whenRunning: z
      .object({
        flow: Amount,
        primary: Amount.nullable(),
        viewer: Amount.nullable().openapi({ description: 'One viewer of the preview at its largest rendition' }),
      })
      .openapi({ description: 'Cost of source and preview while they run; null without a preview' }),
    notes: z.array(z.string()).openapi({ description: 'How the amounts are computed and what they leave out' }),
  })
  .openapi('CostNow');

/** Sums over runs. */
const usage = {
  runs: z.number().int().openapi({ description: 'Runs that started in this time' }),
  minutes: z.number().openapi({ description: 'Running time' }),
  billedMinutes: z.number().int().openapi({ description: 'Rounded up per run, at least 10 per run' }),
  cost: amount,
  isComplete,
  isAbout,
};

const CostGroupBy = z.enum(['destination', 'day', 'platform']);

/** `GET /api/costs`. */
export const CostLedger = z
  .object({
    ...provenance,
    from: timestamp,
    to: timestamp,
    groupBy: CostGroupBy,
    data: z.array(
      z.object({
        key: z.string().openapi({ description: 'Destination id, UTC day or platform id', example: '2026-11-21' }),
        name: z.string().openapi({ description: 'Display name; for a deleted destination its last name' }),
        platform: z.string().nullable().openapi({ description: 'Null when grouped by day' }),
        ...usage,
      }),
    ),
    total: z.object(usage),
    unknownParts,
  })
  .openapi('CostLedger');

const HOURS_MAX = 24 * 366;

/** `POST /api/estimates`. */
export const CreateEstimate = z
  .strictObject({
    destinationIds: z.array(anyDestinationId).min(1).max(200).optional(),
    planned: z
      .strictObject({
        platform: PlatformId,
        preset: PresetId,
        standby: Standby.optional(),
        backupIngest: z.boolean().optional().openapi({ description: 'Two pipelines instead of one' }),
      })
      .optional()
      .openapi({ description: 'A destination that does not exist yet' }),
    hours: z.number().positive().max(HOURS_MAX).openapi({ example: 3 }),
  })
  .refine(
    (value) => (value.destinationIds === undefined) !== (value.planned === undefined),
    'give either destinationIds or planned',
  )
  .openapi('CreateEstimate');

const estimated = {
  perHour: amount,
  minimum: amount.openapi({ description: '10 minutes of encoding per channel, the minimum per start' }),
  isMinimumComplete: isComplete,
  total: amount,
  isComplete,
  isAbout,
};

/** Answer of `POST /api/estimates`. */
export const Estimate = z
  .object({
    ...provenance,
    hours: z.number(),
    ...estimated,
    unknownParts,
    items: z.array(
      z.object({
        destinationId: z.string().nullable(),
        name: z.string().nullable(),
        platform: z.string(),
        preset: z.string(),
        perHourIdle: amount,
        parts: z.array(z.object({ part: channelPart, perHour: amount, isComplete, isAbout })),
        ...estimated,
      }),
    ),
    notes: z.array(z.string()).openapi({ description: 'How the amounts are computed and what they leave out' }),
  })
  .openapi('Estimate');

export const ReportQuery = z.strictObject({
  year: z.coerce.number().int().min(2000).max(9999).optional().openapi({ description: 'This year if left out' }),
});

export const ReportName = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}\.(csv|json)$/, 'not the name of a report')
  .openapi({ param: { name: 'name', in: 'path' }, example: '2026-11-20.csv' });

/** `GET /api/reports`. */
export const ReportList = z
  .object({
    data: z.array(
      z.object({
        name: z.string().openapi({ example: '2026-11-20.csv' }),
        day: z.string().openapi({ description: 'UTC day of the report', example: '2026-11-20' }),
        format: z.enum(['csv', 'json']),
        sizeBytes: z.number().int(),
        storedAt: timestamp,
      }),
    ),
  })
  .openapi('ReportList');

export type DestinationCost = z.infer<typeof DestinationCost>;

export type CostNow = z.infer<typeof CostNow>;

export type CostLedger = z.infer<typeof CostLedger>;

export type CreateEstimate = z.input<typeof CreateEstimate>;

export type Estimate = z.infer<typeof Estimate>;

export type ReportList = z.infer<typeof ReportList>;

export const CostQuery = z.strictObject({
  from: instant.optional().openapi({ description: 'Default: midnight UTC today; at most 90 days ago' }),
  to: instant.optional().openapi({ description: 'Exclusive. Default: now' }),
  groupBy: CostGroupBy.default('destination'),
  format: exportFormat,
});
