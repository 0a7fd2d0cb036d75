import { z } from '@hono/zod-openapi';
import {
  EXPECTED_CHANNELS_MAX,
  EXPECTED_HEIGHT_MAX,
  EXPECTED_RATES,
  EXPECTED_SAMPLE_RATES,
  EXPECTED_WIDTH_MAX,
} from '../../domain/expected-source.ts';

/** Shapes of what a show expects of its source. */

const PIXELS_MIN = 16;

const pixels = (most: number) =>
  z
    .number()
    .int()
    .min(PIXELS_MIN, `must be at least ${PIXELS_MIN}`)
    .max(most, `must be at most ${most}`)
    .nullable()
    .default(null);

const oneOf = (allowed: readonly number[]) =>
  z
    .number()
    .refine((value) => allowed.includes(value), {
      error: ({ input }) => `must be one of ${allowed.join(', ')}, not ${input}`,
    })
    .nullable()
    .default(null);

export const expectedSource = z
  .strictObject({
    width: pixels(EXPECTED_WIDTH_MAX).openapi({ description: 'Together with height', example: 1920 }),
    height: pixels(EXPECTED_HEIGHT_MAX).openapi({ example: 1080 }),
    framesPerSecond: oneOf(EXPECTED_RATES).openapi({
      description: `One of ${EXPECTED_RATES.join(', ')}`,
      example: 50,
    }),
    soundChannels: z
      .number()
      .int()
      .min(1, 'must be at least 1')
      .max(EXPECTED_CHANNELS_MAX, `must be at most ${EXPECTED_CHANNELS_MAX}`)
      .nullable()
      .default(null)
      .openapi({ description: 'Of the first audio track', example: 2 }),
    soundSampleRateHz: oneOf(EXPECTED_SAMPLE_RATES).openapi({
      description: `One of ${EXPECTED_SAMPLE_RATES.join(', ')}`,
      example: 48_000,
    }),
  })
  .superRefine(({ width, height, ...rest }, context) => {
    const missing = width === null ? 'width' : 'height';
    if ((width === null) !== (height === null)) {
      context.addIssue({
        code: 'custom',
        path: [missing],
        message: 'width and height belong together: send both, or none',
      });
    }
    if ([width, height, ...Object.values(rest)].every((value) => value === null)) {
      context.addIssue({ code: 'custom', message: 'expects nothing: send at least one value, or null' });
    }
  })
  .nullable()
  .openapi({
    description: 'What the preflight of the show compares the source with. null: nothing is expected',
  });

const figure = z.number().nullable();

export const ExpectedSourceResource = z
  .object({
    width: figure,
    height: figure,
    framesPerSecond: figure,
    soundChannels: figure,
    soundSampleRateHz: figure,
  })
  .openapi('ExpectedSource', { description: 'A value that is null is not compared' });
