import { z } from '@hono/zod-openapi';
import { KEY_USES } from '../../domain/key-use.ts';

/** Shapes of the terms of a stream key. */

const KeyValidUntil = z.iso
  .datetime({ offset: true, error: 'must be a time with a zone, such as 2026-12-06T12:00:00Z' })
  .nullable()
  .openapi({
    description:
      'When the stream key expires at the platform; null: it does not, or that is not known. Reset with the key',
    example: '2026-12-06T12:00:00Z',
  });

const KeyUse = z.enum(KEY_USES).openapi({
  description: 'once: the platform issued the stream key for one broadcast. Default: reusable',
});

/** What a request may say about the stream key. */
export const keyTermInputs = { keyValidUntil: KeyValidUntil.optional(), keyUse: KeyUse.optional() };

/** What a destination says about its stream key. */
export const keyTerms = {
  keyValidUntil: KeyValidUntil,
  keyUse: z.enum(KEY_USES).openapi({ description: 'once: the stream key is for one broadcast' }),
  keyUsedAt: z.string().nullable().openapi({
    description: 'When a stream key for one broadcast was used first since it was set; null: not yet, or reusable',
  }),
};
