import { z } from '@hono/zod-openapi';
import { PRESENT_SECONDS } from '../../domain/presence.ts';
import { anyDestinationId } from './parts.ts';
import { showId } from './shows.ts';

/** The people on the dashboard. */

const presenceId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')
  .openapi({ description: 'Random; chosen by each tab', example: '5f0c2a9be1d84736a5c1f29e07b3d648' });
export const PresenceId = presenceId.openapi({ param: { name: 'presenceId', in: 'path' } });

const page = z
  .string()
  .regex(/^\/[\w/-]{0,99}$/, 'must be the path of a page, such as /shows, of at most 100 characters')
  .openapi({ example: '/shows' });

const Editing = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('destination'), id: anyDestinationId }),
    z.strictObject({ kind: z.literal('show'), id: showId }),
  ])
  .nullable()
  .openapi({ description: 'What is open for editing; null: nothing' });

export const PutPresence = z.strictObject({ page, editing: Editing }).openapi('PutPresence');
export type PutPresence = z.infer<typeof PutPresence>;

export const PresenceResource = z
  .object({ presenceId, name: z.string().openapi({ description: 'The signed-in user' }), page, editing: Editing })
  .openapi('Presence');
export type PresenceResource = z.infer<typeof PresenceResource>;

export const PresenceList = z
  .object({
    data: z
      .array(PresenceResource)
      .openapi({ description: `The tabs that were heard of within ${PRESENT_SECONDS} seconds, by name` }),
  })
  .openapi('PresenceList');
export type PresenceList = z.infer<typeof PresenceList>;
