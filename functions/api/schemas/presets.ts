import { z } from '@hono/zod-openapi';
import { SOURCE_LOSS_ACTIONS } from '../../domain/source-loss.ts';

/** Schemas of platforms and encodings. */

const PlatformPreset = z.object({
  platformId: z.string(),
  name: z.string(),
  rtmpUrl: z
    .string()
    .nullable()
    .openapi({ description: 'Default ingest URL; null when the platform assigns one per event' }),
  rtmpUrlHint: z.string(),
  streamKeyHint: z.string(),
  protocols: z.array(z.enum(['rtmp', 'rtmps', 'srt'])),
  backupRefusal: z.string().nullable().openapi({ description: 'Why it takes no backup ingest; null when it does' }),
  backupRtmpUrl: z
    .string()
    .nullable()
    .openapi({ description: 'Default backup URL; null when the platform takes none or assigns one per event' }),
  backupRtmpUrlHint: z.string().nullable(),
  defaultEncoding: z.string(),
  onSourceLoss: z.enum(SOURCE_LOSS_ACTIONS).openapi({ description: 'The default of a new destination' }),
  encodings: z.array(z.string()).openapi({ description: 'Encodings within the platform’s caps' }),
  videoBitrateBpsByEncoding: z.record(z.string(), z.number()).openapi({
    description: 'Video bitrate sent to this platform by encoding; for source the upper limit',
    example: { '1080p30': 9_900_000 },
  }),
  videoBitrateBpsMax: z.number().nullable(),
  notes: z.array(z.string()),
  source: z.string(),
  seenOn: z.string(),
});

const EncodingPreset = z.object({
  encodingId: z.string(),
  name: z.string(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  framesPerSecond: z.number().nullable().meta({
    description:
      'At most. The output keeps the frame rate of the source or halves it. Null: the platform alone sets a maximum.',
  }),
  videoBitrateBps: z.number().nullable(),
  audioBitrateBps: z.number().nullable(),
  gopSeconds: z.number().nullable(),
});

export const PresetsResource = z
  .object({ platforms: z.array(PlatformPreset), encodings: z.array(EncodingPreset) })
  .openapi('Presets');

export type PresetsResource = z.infer<typeof PresetsResource>;
