import { z } from '@hono/zod-openapi';
import { WATCH_LINK_DAYS_DEFAULT, WATCH_LINK_DAYS_MAX } from '../../domain/watch-link.ts';
import { timestamp } from './parts.ts';
import { DestinationName } from './names.ts';

/** Links with which people watch a private show. */

export const WatchLinkId = z
  .string()
  .regex(/^wli_[0-7][0-9a-hj-np-tv-z]{25}$/, 'not the id of a watch link')
  .openapi({ param: { name: 'linkId', in: 'path' }, example: 'wli_01k8m3v0s5n2q8w4x6y7z9a1bc' });

export const CreateWatchLink = z
  .strictObject({
    name: DestinationName.openapi({ description: 'For whom it is', example: 'Board members' }),
    expiresAt: z.iso
      .datetime({ offset: true, error: 'must be a time with a zone, such as 2026-12-06T12:00:00Z' })
      .optional()
      .openapi({
        description: `When the link stops working. Default: in ${WATCH_LINK_DAYS_DEFAULT} days; at most ${WATCH_LINK_DAYS_MAX}`,
      }),
  })
  .openapi('CreateWatchLink');
export type CreateWatchLink = z.input<typeof CreateWatchLink>;

export const WatchLinkResource = z
  .object({
    linkId: z.string(),
    showId: z.string(),
    name: z.string(),
    state: z.enum(['valid', 'expired', 'revoked']),
    createdAt: timestamp,
    createdBy: z.string(),
    expiresAt: timestamp,
    revokedAt: timestamp.nullable(),
    revokedBy: z.string().nullable(),
  })
  .openapi('WatchLink');
export type WatchLinkResource = z.infer<typeof WatchLinkResource>;

export const NewWatchLink = WatchLinkResource.extend({
  link: z.string().openapi({
    description: 'Shown only now. Everyone who has it can watch the show until it expires or is revoked',
    example: 'http://localhost:8081/watch/sunday-service-01k8m3v0s5n2q8w4x6y7z9a1bc?key=sluice_watch_…',
  }),
}).openapi('NewWatchLink');
export type NewWatchLink = z.infer<typeof NewWatchLink>;

export const WatchLinkList = z
  .object({
    watchUrl: z.string().nullable().openapi({
      description: 'The watch page of the show; null while the public pages are switched off',
    }),
    data: z.array(WatchLinkResource),
  })
  .openapi('WatchLinkList');
export type WatchLinkList = z.infer<typeof WatchLinkList>;
