import { z } from '@hono/zod-openapi';
import { PID_MAX, PID_MIN, SOUND_CHANNELS, TRACK_NUMBER_MAX } from '../../domain/sound.ts';

const pidRange = `must be a whole number from ${PID_MIN} to ${PID_MAX}`;
const numberRange = `must be a whole number from 1 to ${TRACK_NUMBER_MAX}`;

const Track = z
  .discriminatedUnion('by', [
    z.strictObject({ by: z.literal('first') }),
    z.strictObject({
      by: z.literal('pid'),
      pid: z
        .number()
        .int(pidRange)
        .min(PID_MIN, pidRange)
        .max(PID_MAX, pidRange)
        .openapi({ description: 'Packet identifier, as GET /api/mediaconnect/flow/status lists it', example: 257 }),
    }),
    z.strictObject({
      by: z.literal('language'),
      language: z
        .string()
        .regex(/^[a-z]{3}$/, 'must be three lower-case letters (ISO 639-2), such as spa')
        .openapi({ description: 'Compared with the letters that the source states', example: 'spa' }),
    }),
    z.strictObject({
      by: z.literal('number'),
      number: z
        .number()
        .int(numberRange)
        .min(1, numberRange)
        .max(TRACK_NUMBER_MAX, numberRange)
        .openapi({ description: 'Place among the tracks of the source, from 1. Found by its PID at the start' }),
    }),
  ])
  .openapi({ description: 'A chosen track that is missing is silent. Default: the first' });

/** What a destination does with the sound of the source. Every field is required. */
export const Sound = z
  .strictObject({
    track: Track,
    channels: z
      .enum(SOUND_CHANNELS)
      .openapi({ description: 'mono_to_stereo brings the first channel to both sides. Encoded presets only' }),
    loudnessLufs: z
      .union([z.literal(-14), z.literal(-23)], 'must be -14, -23 or null')
      .nullable()
      .openapi({
        description: 'Loudness (EBU R 128) that the sound is brought to; null leaves it. Encoded presets only',
      }),
  })
  .openapi('Sound');
