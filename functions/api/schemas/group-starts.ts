import { z } from '@hono/zod-openapi';
import { GROUP_END_REASONS, GROUP_ITEM_STATES, ON_FAILURE } from '../../domain/group-start.ts';
import { anyDestinationId, timestamp } from './parts.ts';
import { Group } from './names.ts';

/** Shapes of group starts. */

const IDS_MAX = 200;

export const GroupStartId = z
  .string()
  .regex(/^gst_[0-9a-hjkmnp-tv-z]{26}$/, 'not the id of a group start')
  .openapi({ param: { name: 'groupStartId', in: 'path' }, example: 'gst_01k8m3v0s5n2q8w4x6y7z9a1bc' });

const onFailure = z.enum(ON_FAILURE).openapi({
  description:
    'What becomes of the destinations that have begun when a required one does not start; nothing more is started in either case. stop-all stops them, but nothing that was on air before',
});

export const GroupStartInput = z
  .strictObject({
    ids: z
      .array(anyDestinationId)
      .min(1)
      .max(IDS_MAX)
      .optional()
      .openapi({ description: 'In the order in which they start' }),
    all: z.literal(true).optional().openapi({ description: 'Every destination except the primary' }),
    group: Group.optional().openapi({ description: 'Every destination of this group' }),
    required: z
      .array(anyDestinationId)
      .max(IDS_MAX)
      .optional()
      .openapi({ description: 'Those without which the group start ends. Default: none' }),
    onFailure: onFailure.optional().openapi({ description: 'Default: continue' }),
    withoutEncoder: z
      .boolean()
      .optional()
      .openapi({ description: 'true: start although no encoder is connected. Channels that wait are billed' }),
  })
  .refine(
    ({ ids, all, group }) => [ids, all, group].filter((each) => each !== undefined).length === 1,
    'give exactly one of ids, all and group',
  )
  .openapi('GroupStartRequest');

export const GroupStopInput = z
  .strictObject({
    begun: z
      .enum(['keep', 'stop'])
      .openapi({ description: 'What becomes of the destinations that this group start has begun' }),
  })
  .openapi('GroupStopRequest');

const seconds = z.number().int();

const item = {
  destinationId: z.string(),
  name: z.string(),
  isRequired: z.boolean(),
  state: z.enum(GROUP_ITEM_STATES).openapi({
    description:
      'skipped: nothing was requested. stopped: it was requested, and then stopped by a person or by this group start',
  }),
  detail: z.string().nullable().openapi({ description: 'Why it is in this state' }),
  startsInSeconds: seconds.nullable().openapi({ description: 'Estimate; null unless it waits' }),
  remainingSeconds: seconds
    .nullable()
    .openapi({ description: 'Estimate until it is on air, from now; null when it neither waits nor starts' }),
  hasHistory: z
    .boolean()
    .openapi({ description: 'False: it has not started before, so the estimate is the default for a first start' }),
};

export const GroupStartResource = z
  .object({
    groupStartId: z.string(),
    state: z
      .enum(['running', 'ending', 'ended'])
      .openapi({ description: 'ending: nothing more is started, and results are still to come' }),
    onFailure,
    requestedBy: z.string(),
    requestedAt: timestamp,
    endReason: z.enum(GROUP_END_REASONS).nullable(),
    endDetail: z.string().nullable(),
    endedAt: timestamp.nullable(),
    remainingSeconds: seconds
      .nullable()
      .openapi({ description: 'Estimate until each has its result; null at the end' }),
    destinations: z.array(
      z.object({
        ...item,
        step: z.string().nullable().openapi({ description: 'What happens now', example: 'starting the channel' }),
        requestedAt: timestamp.nullable(),
        startedAt: timestamp.nullable(),
      }),
    ),
  })
  .openapi('GroupStart');

export const GroupStartList = z.object({ data: z.array(GroupStartResource) }).openapi('GroupStartList');

export const GroupStartPlan = z
  .object({
    destinations: z.array(z.object(item)),
    totalSeconds: seconds.openapi({ description: 'Estimate until the last one is on air' }),
    problems: z
      .array(
        z.object({
          code: z.string(),
          detail: z.string(),
          remedy: z.string(),
          isQuestion: z
            .boolean()
            .openapi({ description: 'True: withoutEncoder starts them anyway. False: the group start is refused' }),
        }),
      )
      .openapi({ description: 'Why the group start would be refused; empty when it would not' }),
  })
  .openapi('GroupStartPlan');

export type GroupStartInput = z.input<typeof GroupStartInput>;
export type GroupStopInput = z.input<typeof GroupStopInput>;
export type GroupStartResource = z.infer<typeof GroupStartResource>;
export type GroupStartList = z.infer<typeof GroupStartList>;
export type GroupStartPlan = z.infer<typeof GroupStartPlan>;
