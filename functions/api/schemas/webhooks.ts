import { z } from '@hono/zod-openapi';
import { EVENT_MEANINGS, EVENT_TYPES } from '../../domain/webhook-events.ts';
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
