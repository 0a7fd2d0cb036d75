import { z } from '@hono/zod-openapi';
import { EVENT_MEANINGS, EVENT_TYPES, type EventData, type EventType } from '../../domain/webhook-events.ts';
import type { Api } from '../api-deps.ts';
import { timestamp } from './parts.ts';

const headers = z.object({
  'webhook-id': z.string().openapi({ description: 'Id of the event, the same at each attempt: the idempotency key' }),
  'webhook-timestamp': z
    .string()
    .openapi({ description: 'Unix seconds of this attempt; refuse one older than 5 minutes' }),
  'webhook-signature': z.string().openapi({
    description:
      'Space-separated v1,<base64> signatures: HMAC-SHA256 over id, timestamp and body, joined by dots. During a rotation there is one per secret',
  }),
});

const DESTINATION = { destinationId: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc', name: 'Main YouTube', group: 'Sunday service' };
const FAILED = {
  ...DESTINATION,
  operationId: `${DESTINATION.destinationId}-start-1`,
  kind: 'start',
  outcome: 'failed',
  code: 'channel_start_failed',
};
const INCIDENT = {
  incidentId: 'inc_01m7zm7r78qr9emcxemrm9fa3h',
  change: 'opened',
  rule: 'source_lost',
  severity: 'high',
  subjectKind: 'source',
  subjectId: 'main',
  subjectName: 'Source',
  isDrill: false,
  since: '2026-11-21T18:02:11.000Z',
  durationSeconds: 12,
  affectedDestinations: 1,
  acknowledgedBy: null,
};

/** Example data of each event. */
export const EVENT_EXAMPLES: Record<EventType, EventData> = {
  'destination.created': DESTINATION,
  'destination.started': { ...DESTINATION, operationId: FAILED.operationId },
  'destination.on_air': { ...DESTINATION, level: 'good', code: 'delivering' },
  'destination.degraded': { ...DESTINATION, level: 'reconnecting', code: 'connecting' },
  'destination.recovered': { ...DESTINATION, level: 'good', code: 'delivering' },
  'destination.stopped': DESTINATION,
  'destination.failed': FAILED,
  'destination.deleted': DESTINATION,
  'source.connected': { sourceId: 'main' },
  'source.lost': { sourceId: 'main' },
  'operation.ended': { ...FAILED, outcome: 'succeeded', code: null },
  'incident.opened': INCIDENT,
  'incident.acknowledged': { ...INCIDENT, change: 'acknowledged', acknowledgedBy: 'operator' },
  'incident.resolved': { ...INCIDENT, change: 'resolved', durationSeconds: 95 },
  'show.preflight_failed': {
    showId: 'shw_01k8m3v0s5n2q8w4x6y7z9a1bc',
    startsAt: '2026-12-06T09:00:00.000Z',
    occasion: 'T-60',
    requiredFailed: 1,
  },
  'report.ready': { report: 'cost', day: '2026-11-20' },
  'notification.test': { targetId: 'tgt_01k8m3v0s5n2q8w4x6y7z9a1bc' },
};

/** Writes the events into the `webhooks` of the OpenAPI document. */
export function registerWebhooks(api: Api): void {
  for (const type of EVENT_TYPES) {
    api.openAPIRegistry.registerWebhook({
      method: 'post',
      path: type,
      tags: ['Notifications'],
      operationId: `receive${type.replaceAll(/(?:^|[._])(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
      summary: EVENT_MEANINGS[type],
      // Receivers check the signature.
      security: [],
      request: {
        headers,
        body: {
          required: true,
          content: {
            'application/json': {
              example: { type, timestamp: '2026-11-21T18:02:23.000Z', data: EVENT_EXAMPLES[type] },
              schema: z.object({
                type: z.literal(type),
                timestamp: timestamp.openapi({ description: 'When it happened' }),
                data: z
                  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
                  .openapi({ description: 'Ids and states; ask the API for more' }),
              }),
            },
          },
        },
      },
      responses: {
        '2XX': { description: 'Received' },
        410: { description: 'No more messages, please: disables the target' },
        default: { description: 'Sent again for up to 24 hours. Redirects are not followed' },
      },
    });
  }
}
