import { z } from '@hono/zod-openapi';
import { SOURCE_ROLES } from '../../domain/source-name.ts';
import { timestamp, Warning } from './parts.ts';

/** Schemas of the flow: its source, its encoder’s address and the requests that change them. */

const level = (description: string) => z.number().nullable().openapi({ description });

const fault = (description: string) =>
  z
    .boolean()
    .nullable()
    .openapi({ description: `${description} Null: unknown, which is not the same as false` });

const SourceAnalysis = z
  .object({
    black: fault('The picture is black. On AWS from ten seconds on.'),
    blackSince: timestamp.nullable(),
    frozen: fault('The picture does not change from one keyframe to the next. On AWS from ten seconds on.'),
    frozenSince: timestamp.nullable(),
    silent: fault('Every audio channel is silent. On AWS from ten seconds on.'),
    silentSince: timestamp.nullable(),
    loudness: z
      .object({
        momentaryLufs: level('LUFS of the last 400 ms (EBU R 128); null for silence'),
        integratedLufs: level('LUFS since the encoder connected or the analysis was restarted; null for silence'),
        truePeakDbtp: level('Largest true peak in the same time, in dBTP; null for silence'),
        channelPeaksDbfs: z
          .array(z.number().nullable())
          .openapi({ description: 'Peak of each channel in the last half second, in dBFS; null for digital silence' }),
      })
      .nullable()
      .openapi({ description: 'Null when unknown. Always null on AWS, where MediaConnect measures no loudness' }),
    notAnalysed: z.string().nullable().openapi({ description: 'Why nothing is known; null while it is' }),
  })
  .openapi('SourceAnalysis');

const SourceIngest = z.object({
  protocol: z.string(),
  host: z.string().openapi({ description: 'Host the encoder connects to; on one machine the host of the request' }),
  port: z.number(),
  latencyMs: z.number(),
  encrypted: z.boolean(),
  srtUrl: z.string().openapi({ example: 'srt://127.0.0.1:9998?mode=caller&latency=200000' }),
});

export const FlowStatusResource = z
  .object({
    flowArn: z.string(),
    name: z.string(),
    status: z.enum(['STANDBY', 'ACTIVE', 'UPDATING', 'DELETING', 'STARTING', 'STOPPING', 'ERROR', 'UNKNOWN']),
    source: z.object({
      state: z
        .enum(['off', 'waiting', 'connected', 'failed'])
        .openapi({ description: 'off: the flow is stopped; waiting: listening, no encoder' }),
      detail: z.string(),
      remedy: z.string(),
      since: timestamp.nullable(),
      bitrateBps: z.number().nullable(),
      continuityErrors: z.number().nullable(),
      packetLossPercent: z.number().nullable().openapi({ description: 'Before SRT’s recovery; null until measured' }),
      roundTripMs: z.number().nullable().openapi({ description: 'To the encoder and back; null until measured' }),
      jitterMs: z
        .number()
        .nullable()
        .openapi({ description: 'How unevenly packets travel; on one machine the variation of the round trip' }),
      video: z
        .object({
          codec: z.string(),
          width: z.number().nullable().openapi({ description: 'Null before the first keyframe' }),
          height: z.number().nullable(),
          framesPerSecond: z.number().nullable(),
          profile: z.string().nullable().openapi({
            description: 'This field and the next seven: H.264 and H.265 on one machine; null when unknown',
            example: 'High',
          }),
          level: z.string().nullable().openapi({ example: '4.1' }),
          chroma: z.string().nullable().openapi({ example: '4:2:0' }),
          bitDepth: z.number().nullable(),
          scan: z.enum(['progressive', 'interlaced']).nullable(),
          dynamicRange: z.enum(['SDR', 'PQ', 'HLG']).nullable().openapi({ description: 'PQ and HLG are HDR' }),
          primaries: z.string().nullable().openapi({ example: 'BT.709' }),
          range: z.enum(['limited', 'full']).nullable(),
        })
        .nullable(),
      audio: z
        .object({ codec: z.string(), sampleRateHz: z.number().nullable(), channels: z.number().nullable() })
        .nullable(),
      audioTracks: z
        .array(
          z.object({
            pid: z.number(),
            codec: z.string(),
            language: z.string().nullable().openapi({ description: 'null: not stated, or not known, as on AWS' }),
            sampleRateHz: z.number().nullable(),
            channels: z.number().nullable(),
          }),
        )
        .openapi({ description: 'Every audio track of the source, in its order' }),
      analysis: SourceAnalysis.nullable().openapi({ description: 'Null without a connected encoder' }),
      warnings: z.array(Warning),
    }),
    ingest: SourceIngest,
    sources: z
      .array(
        z.object({
          role: z.enum(SOURCE_ROLES),
          isInUse: z.boolean().nullable().openapi({ description: 'Whether it feeds the flow; null: unknown' }),
          isConnected: z
            .boolean()
            .nullable()
            .openapi({ description: 'This field and the next four: only of two sources' }),
          bitrateBps: z.number().nullable(),
          packetLossPercent: z.number().nullable(),
          roundTripMs: z.number().nullable(),
          lastSeenAt: timestamp.nullable().openapi({ description: 'When it last received data; null: not yet' }),
          ingest: SourceIngest,
        }),
      )
      .openapi({ description: 'The main source, and the backup if there is one' }),
    preferredSource: z
      .enum(SOURCE_ROLES)
      .nullable()
      .openapi({ description: 'Used whenever it delivers; null: the flow stays on the one that works' }),
    preview: z.object({
      hlsUrl: z
        .string()
        .nullable()
        .openapi({ description: 'Same-origin path of the HLS preview', example: '/out/v1/abc/index.m3u8' }),
      destinationId: z.string(),
    }),
    outputs: z.object({ used: z.number(), limit: z.number() }),
    observedAt: timestamp,
  })
  .openapi('FlowStatus');

export const EncoderAddressResource = z
  .object({
    srtUrl: z.string().openapi({
      description: 'With the passphrase, escaped as in a URL',
      example: 'srt://127.0.0.1:9998?mode=caller&latency=200000&passphrase=abcdefghij0123456789',
    }),
    passphrase: z.string().nullable().openapi({ description: 'Unescaped; null when the listener accepts any caller' }),
    backup: z
      .object({ srtUrl: z.string(), passphrase: z.string() })
      .nullable()
      .openapi({ description: 'The same for the backup encoder; null without one' }),
  })
  .openapi('EncoderAddress');

export type FlowStatusResource = z.infer<typeof FlowStatusResource>;
export type EncoderAddressResource = z.infer<typeof EncoderAddressResource>;

export const SwitchSource = z.strictObject({ to: z.enum(SOURCE_ROLES) }).openapi('SwitchSource');

export const PreferSource = z.strictObject({ source: z.enum(SOURCE_ROLES).nullable() }).openapi('PreferSource');

export type SwitchSource = z.input<typeof SwitchSource>;
export type PreferSource = z.input<typeof PreferSource>;
