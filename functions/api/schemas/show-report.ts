import { z } from '@hono/zod-openapi';
import { SHOW_END_REASONS, SHOW_STATES } from '../../domain/show.ts';
import { RECORDING_STATES } from '../../domain/recording.ts';
import { UPTIME_STATES, type UptimeState } from '../../domain/uptime.ts';
import { timestamp } from './parts.ts';

/** Shapes of the report of a show. What is not known is null. */

const nullableTime = timestamp.nullable();
const seconds = z.number().nullable();

const amount = z
  .object({
    usd: z.number().nullable(),
    isComplete: z
      .boolean()
      .openapi({ description: 'False: a part has no known price, and the amount is a lower bound' }),
    isAbout: z.boolean().openapi({ description: 'True: it includes traffic, estimated from bitrates' }),
  })
  .openapi('ShowReportAmount', { description: 'US dollars by AWS’s list prices' })
  .nullable();

const event = z.object({ at: timestamp, subject: z.string(), detail: z.string() }).openapi('ShowReportEvent');

const observed = z
  .object(Object.fromEntries(UPTIME_STATES.map((name) => [name, z.number()])) as Record<UptimeState, z.ZodNumber>)
  .nullable()
  .openapi({ description: 'Seconds of the time on air by what was observed; null: not known' });

const destination = z
  .object({
    destinationId: z.string(),
    name: z.string(),
    isRequired: z.boolean(),
    plannedAt: timestamp,
    startRequestedAt: nullableTime,
    readyAt: nullableTime,
    onAirAt: nullableTime,
    onAirErrorSeconds: seconds.openapi({ description: 'From the planned second; null also when a person went live' }),
    offAirAt: nullableTime,
    onAirSeconds: seconds,
    observed,
    slateSeconds: seconds,
    failovers: z
      .number()
      .int()
      .nullable()
      .openapi({ description: 'Changes between the main and the backup encoder while it was on air' }),
    problem: z.string().nullable(),
    cost: amount,
    estimate: amount.openapi({ description: 'For the planned time on air, at today’s settings and prices' }),
  })
  .openapi('ShowReportDestination');

export const ShowReport = z
  .object({
    showId: z.string(),
    title: z.string(),
    state: z.enum(SHOW_STATES),
    zone: z.string(),
    isFinal: z.boolean().openapi({ description: 'False: the show has not ended, and the figures are those until now' }),
    planned: z.object({ startsAt: timestamp, endsAt: nullableTime }),
    actual: z.object({
      goLiveAt: nullableTime.openapi({ description: 'When a person went live by hand' }),
      liveAt: nullableTime,
      endingAt: nullableTime,
      endedAt: nullableTime,
      endReason: z.enum(SHOW_END_REASONS).nullable(),
    }),
    startErrorSeconds: seconds.openapi({ description: 'Null when a person went live' }),
    endErrorSeconds: seconds.openapi({ description: 'Null unless it ended by the clock' }),
    destinations: z.array(destination),
    incidents: z.array(event).nullable(),
    sourceEvents: z.array(event).nullable(),
    failovers: z.number().int().nullable(),
    cost: amount,
    estimate: amount,
    bill: z
      .object({ usd: z.number().nullable(), explanation: z.string() })
      .openapi({ description: 'What was charged. Null is not known, with the reason and where to read it' }),
    recordings: z.array(
      z.object({
        recordingId: z.string(),
        name: z.string(),
        state: z.enum(RECORDING_STATES),
        startedAt: timestamp,
        endedAt: nullableTime,
      }),
    ),
    log: z.array(z.object({ at: timestamp, actor: z.string(), detail: z.string() })),
  })
  .openapi('ShowReport');

export type ShowReport = z.infer<typeof ShowReport>;

export const ShowReportQuery = z.strictObject({ format: z.enum(['json', 'csv']).optional() });
