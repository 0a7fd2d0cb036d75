import { z } from '@hono/zod-openapi';
import { ACCESS_TOKEN_ROLES, TOKEN_PREFIX } from '../../domain/access-token.ts';
import { anyDestinationId, timestamp } from './parts.ts';
import { DestinationName } from './names.ts';
import { showId } from './shows.ts';

/** The shapes of access tokens. */

const NAMED_MAX = 100;

export const TokenId = z
  .string()
  .regex(/^tok_[0-7][0-9a-hj-np-tv-z]{25}$/, 'not the id of an access token')
  .openapi({ param: { name: 'tokenId', in: 'path' }, example: 'tok_01k8m3v0s5n2q8w4x6y7z9a1bc' });

const Role = z.enum(ACCESS_TOKEN_ROLES).openapi({
  description: 'trigger: only starts and stops the destinations and shows that it names, by POST',
});

/** Names that the timeline already uses for other callers. */
const TAKEN_NAMES = new Set(['operator', 'anonymous', 'monitor', 'sweep', 'workflow']);

export const TokenName = DestinationName.refine(
  (name) => !TAKEN_NAMES.has(name.toLowerCase()) && !/^script /i.test(name) && !name.includes('@'),
  'stands for another caller in the timeline: choose another name, without @',
)
  .refine((name) => !name.includes(TOKEN_PREFIX), 'contains a token: choose another name, and revoke that token')
  .openapi({ description: 'Shown in the timeline as the caller', example: 'Stream Deck' });

export const CreateAccessToken = z
  .strictObject({
    name: TokenName,
    role: Role,
    destinationIds: z.array(anyDestinationId).max(NAMED_MAX).default([]).openapi({ description: 'trigger only' }),
    showIds: z.array(showId).max(NAMED_MAX).default([]).openapi({ description: 'trigger only' }),
    expiresAt: z.iso
      .datetime({ offset: true, error: 'must be a time with a zone, such as 2026-12-06T12:00:00Z, or null for never' })
      .nullable()
      .default(null)
      .openapi({ description: 'null: never' }),
  })
  .openapi('CreateAccessToken');
export type CreateAccessToken = z.input<typeof CreateAccessToken>;

export const AccessTokenResource = z
  .object({
    tokenId: z.string(),
    name: z.string(),
    role: Role,
    destinationIds: z.array(z.string()).openapi({ description: 'What a trigger token starts and stops' }),
    showIds: z.array(z.string()).openapi({ description: 'What a trigger token takes live and ends' }),
    state: z.enum(['active', 'expired', 'revoked']).openapi({
      description: 'Only an active token is accepted. The others are listed for 30 days',
    }),
    createdAt: timestamp,
    createdBy: z.string(),
    expiresAt: timestamp.nullable().openapi({ description: 'null: never' }),
    lastUsedAt: timestamp.nullable().openapi({ description: 'To the minute. null: never' }),
    revokedAt: timestamp.nullable(),
    revokedBy: z.string().nullable(),
  })
  .openapi('AccessToken');
export type AccessTokenResource = z.infer<typeof AccessTokenResource>;

export const NewAccessToken = AccessTokenResource.extend({
  token: z.string().openapi({
    description: 'The secret. Shown only now: it is not stored and cannot be read again',
    example: `${TOKEN_PREFIX}…`,
  }),
}).openapi('NewAccessToken');
export type NewAccessToken = z.infer<typeof NewAccessToken>;

export const AccessTokenList = z.object({ data: z.array(AccessTokenResource) }).openapi('AccessTokenList');
export type AccessTokenList = z.infer<typeof AccessTokenList>;
