import { z } from '@hono/zod-openapi';
import { REASON_MAX } from '../../domain/chat-moderation.ts';
import { timestamp } from './parts.ts';

/** Whether the public pages are open. */

export const SetPublicPages = z
  .strictObject({
    isOpen: z.boolean(),
    reason: z.string().trim().max(REASON_MAX).default('').openapi({ description: 'For the people who run this site' }),
  })
  .openapi('SetPublicPages');

export const PublicPagesResource = z
  .object({
    isOn: z.boolean().openapi({ description: 'false: this installation serves no public pages' }),
    isOpen: z.boolean().openapi({ description: 'false: an administrator has closed them' }),
    problem: z.string().nullable().openapi({ description: 'Why they are not served now, and what to do' }),
    url: z.string().nullable().openapi({ description: 'The catalogue; null while isOn is false' }),
    changed: z.object({ by: z.string(), at: timestamp, reason: z.string() }).nullable(),
  })
  .openapi('PublicPages');
export type PublicPagesResource = z.infer<typeof PublicPagesResource>;
