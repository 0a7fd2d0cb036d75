import { z } from '@hono/zod-openapi';
import { SEND_ERRORS } from '../../domain/delivery.ts';
import { FILTER_VALUES, SUBSCRIPTION_STATES, TARGET_KINDS } from '../../domain/notification-target.ts';
import { EVENT_TYPES } from '../../domain/webhook-events.ts';
import { anyDestinationId, timestamp } from './parts.ts';
import { DestinationName } from './names.ts';

/** Shapes of notification targets, deliveries and the outbox. */

const targetId = z
  .string()
  .regex(/^tgt_[0-9a-hjkmnp-tv-z]{26}$/, 'not the id of a notification target')
  .openapi({ example: 'tgt_01k8m3v0s5n2q8w4x6y7z9a1bc' });
const deliveryId = z
  .string()
  .regex(/^dlv_[0-9a-hjkmnp-tv-z]{26}_[0-9a-hjkmnp-tv-z]{26}$/, 'not the id of a delivery')
  .openapi({ example: 'dlv_01k8m3v0s5n2q8w4x6y7z9a1bc_01kabcdefghjkmnpqrstvwxyz0' });

export const TargetId = targetId.openapi({ param: { name: 'targetId', in: 'path' } });
export const DeliveryId = deliveryId.openapi({ param: { name: 'deliveryId', in: 'path' } });

const eventType = z.enum(EVENT_TYPES);
const LIST_MAX = 100;
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).max(LIST_MAX);

const FilterInput = z
  .strictObject({
    eventTypes: listOf(eventType).optional(),
    severities: listOf(z.enum(FILTER_VALUES.severities)).optional(),
    rules: listOf(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'must be the id of an incident rule')).optional(),
    destinationIds: listOf(anyDestinationId).optional(),
    groups: listOf(z.string().min(1).max(40)).optional(),
    includesDrills: z.boolean().optional(),
  })
  .openapi({
    description:
      'An empty list admits everything. Default: incidents that open and resolve, without those of drills. Fields left out keep their value',
  });

const url = z.string().min(1).max(2048, 'must have at most 2048 characters').openapi({
  format: 'password',
  writeOnly: true,
  description:
    'https URL of the receiver; for a chat, its incoming webhook; for Companion, http://address:port. A private address must be listed in NOTIFY_PRIVATE_HOSTS. Stored encrypted, never returned',
  example: 'https://hooks.example.com/sluice',
});
const email = z.string().min(1).max(254).openapi({ example: 'studio@example.com' });
const button = z
  .strictObject({ page: z.int().min(1).max(999), row: z.int().min(0).max(99), column: z.int().min(0).max(99) })
  .nullable();
const companion = z
  .strictObject({
    variable: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be the name of a custom variable: letters, digits, _ and -')
      .openapi({ description: 'Custom variable that shows the newest message', example: 'sluice' }),
    pressOnOpen: button.default(null).openapi({ description: 'Button to press when an incident opens' }),
    pressOnResolve: button.default(null).openapi({ description: 'Button to press when an incident resolves' }),
  })
  .openapi({ description: 'What to change in Bitfocus Companion, for targets of that kind only' });
const name = DestinationName.openapi({ example: 'Studio' });

export const CreateTarget = z
  .strictObject({
    name,
    kind: z.enum(TARGET_KINDS),
    url: url.optional(),
    email: email.optional(),
    companion: companion.optional(),
    filter: FilterInput.optional(),
    isEnabled: z.boolean().optional(),
  })
  .openapi('CreateNotificationTarget');

export const PatchTarget = z
  .strictObject({
    name: name.optional(),
    url: url.optional(),
    email: email.optional(),
    companion: companion.optional(),
    filter: FilterInput.optional(),
    isEnabled: z
      .boolean()
      .optional()
      .openapi({ description: 'true enables it again, also after the receiver was gone' }),
  })
  .openapi('PatchNotificationTarget');

export const DeliveriesQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIST_MAX).optional().openapi({ description: 'Default: 50' }),
});

const nullableTime = timestamp.nullable();

export const TargetResource = z
  .object({
    targetId,
    name: z.string(),
    kind: z.enum(TARGET_KINDS),
    email: z.string().nullable(),
    subscription: z.enum(SUBSCRIPTION_STATES).nullable().openapi({
      description:
        'Whether the owner of the address has confirmed, where e-mail leaves through SNS: waiting for the link to be opened, or missing after it was unsubscribed or not confirmed within 48 hours. PATCH with the same address sends another request. null where no confirmation is needed',
    }),
    urlHost: z.string().nullable().openapi({ description: 'Host of the URL, which itself is not returned' }),
    companion: z
      .object({
        variable: z.string(),
        pressOnOpen: z.object({ page: z.int(), row: z.int(), column: z.int() }).nullable(),
        pressOnResolve: z.object({ page: z.int(), row: z.int(), column: z.int() }).nullable(),
      })
      .nullable()
      .openapi({ description: 'null for the other kinds' }),
    filter: z.object({
      eventTypes: z.array(eventType),
      severities: z.array(z.enum(FILTER_VALUES.severities)),
      rules: z.array(z.string()),
      destinationIds: z.array(z.string()),
      groups: z.array(z.string()),
      includesDrills: z.boolean(),
    }),
    isEnabled: z.boolean(),
    disabledReason: z
      .enum(['gone', 'operator'])
      .nullable()
      .openapi({ description: 'gone: the receiver answered 410 and wants no more messages' }),
    failuresInSequence: z.int().openapi({ description: 'Failed attempts since the last success' }),
    failingSince: nullableTime,
    lastDelivery: z
      .object({ at: timestamp, title: z.string(), isAccepted: z.boolean(), status: z.int().nullable() })
      .nullable()
      .openapi({ description: 'What came of the newest attempt; null before the first' }),
    signingSecrets: z
      .array(z.object({ createdAt: timestamp, expiresAt: nullableTime }))
      .openapi({ description: 'The secrets that sign at this time, newest first, without their values' }),
    createdAt: timestamp,
    lastModified: timestamp,
    createdBy: z.string(),
  })
  .openapi('NotificationTarget');
export type TargetResource = z.infer<typeof TargetResource>;

export const CreatedTarget = TargetResource.extend({
  signingSecret: z.string().nullable().openapi({
    description: 'Shown only in this answer; null for kinds that are not signed',
    example: 'whsec_…',
  }),
}).openapi('CreatedNotificationTarget');

export const TargetList = z
  .object({
    data: z.array(TargetResource),
    mail: z.enum(['smtp', 'outbox', 'topic']).openapi({
      description:
        'How e-mail leaves this deployment. outbox: no mail server is set, GET /api/outbox shows the mails. topic: through SNS, which sends to an address only after its owner has confirmed',
    }),
  })
  .openapi('NotificationTargetList');

const AttemptResource = z.object({
  at: timestamp,
  status: z.int().nullable().openapi({ description: 'HTTP status or reply of the mail server; null: no answer' }),
  error: z.enum(SEND_ERRORS).nullable(),
  durationMs: z.int(),
  answer: z.string().openapi({ description: 'The first 200 characters of the answer, without secrets' }),
});

export const DeliveryResource = z
  .object({
    deliveryId,
    targetId,
    targetName: z.string(),
    eventId: z.string(),
    eventType,
    title: z.string(),
    eventAt: timestamp,
    state: z.enum(['pending', 'delivered', 'failed', 'discarded']).openapi({
      description: 'discarded: its target was disabled or deleted meanwhile',
    }),
    attempts: z.array(AttemptResource),
    createdAt: timestamp,
    nextAttemptAt: nullableTime,
    endedAt: nullableTime,
    replayOf: deliveryId.nullable(),
  })
  .openapi('Delivery');
export type DeliveryResource = z.infer<typeof DeliveryResource>;

export const DeliveryList = z.object({ data: z.array(DeliveryResource) }).openapi('DeliveryList');

export const EventTypeList = z
  .object({ data: z.array(z.object({ type: eventType, meaning: z.string() })) })
  .openapi('EventTypeList');
export type EventTypeList = z.infer<typeof EventTypeList>;

export const Outbox = z
  .object({
    data: z.array(
      z.object({ deliveryId: z.string(), at: timestamp, to: z.string(), subject: z.string(), text: z.string() }),
    ),
  })
  .openapi('Outbox');
