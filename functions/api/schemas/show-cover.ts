import { z } from '@hono/zod-openapi';
import { timestamp } from './parts.ts';

/** Shapes of covers. */

const version = z.string().regex(/^cov_[0-9a-hjkmnp-tv-z]{26}$/, 'not the version of a cover');

export const CoverQuery = z.strictObject({
  version: version.optional().openapi({ description: 'With it the answer may be kept for a year; cover.url has it' }),
});

export const ShowCoverResource = z
  .object({
    url: z.string().openapi({
      description: 'Path of the picture; another one for every picture',
      example: '/api/shows/shw_01k8m3v0s5n2q8w4x6y7z9a1bc/cover?version=cov_01k8m3v0s5n2q8w4x6y7z9a1bd',
    }),
    width: z.number().int(),
    height: z.number().int(),
    uploadedAt: timestamp,
    uploadedBy: z.string(),
  })
  .openapi('ShowCover');
