import { z } from '@hono/zod-openapi';
import { STANDBY_MODES } from '../../domain/destination.ts';

/** Fields that several schema files share. */

export const timestamp = z.string().openapi({ format: 'date-time', example: '2026-11-21T18:02:11.000Z' });

export const TIMELINE_KINDS = [
  'operation_began',
  'operation_ended',
  'edited',
  'health',
  'drift',
  'incident',
  'source',
  'show',
  'ceiling',
] as const;

export const PresetId = z.string().min(1).max(64).openapi({ example: '1080p30' });

export const PlatformId = z.string().min(1).max(64).openapi({ example: 'youtube' });

export const Standby = z
  .enum(STANDBY_MODES)
  .openapi({ description: 'warm: the channel is kept while idle; cold: created at start, released at stop' });

/** A prefix and a ULID, or the primary channel's fixed id. */
export const anyDestinationId = z
  .string()
  .regex(/^(primary|dst_[0-9a-hjkmnp-tv-z]{26})$/, 'not a destination id')
  .openapi({ example: 'dst_01k8m3v0s5n2q8w4x6y7z9a1bc' });

export const Warning = z
  .object({ code: z.string(), detail: z.string(), remedy: z.string() })
  .openapi('Warning', { description: 'A problem that does not stop the stream' });

/** An instant, or a UTC day meaning its midnight. */
export const instant = z
  .string()
  .max(40)
  .refine(
    (value) => z.iso.datetime({ offset: true }).or(z.iso.date()).safeParse(value).success,
    'must be a time such as 2026-11-21T18:00:00Z, or a UTC day such as 2026-11-21',
  )
  .openapi({ example: '2026-11-21', description: 'RFC 3339 time, or a UTC day for its midnight' });

export const exportFormat = z
  .enum(['json', 'csv'])
  .optional()
  .openapi({ description: 'csv returns a file, as does `Accept: text/csv`' });
