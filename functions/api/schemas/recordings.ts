import { z } from '@hono/zod-openapi';
import {
  END_REASONS,
  RECORDING_FAILURES,
  RECORDING_ID,
  RECORDING_ORIGINS,
  RECORDING_STATES,
} from '../../domain/recording.ts';
import { DestinationName } from './names.ts';
import { timestamp } from './parts.ts';

/** Recordings, in requests and answers. */

const KEEP_DAYS_MAX = 3650;

export const RecordingId = z
  .string()
  .regex(RECORDING_ID, 'not a recording id')
  .openapi({ param: { name: 'recordingId', in: 'path' }, example: 'rec_01k8m3v0s5n2q8w4x6y7z9a1bc' });

const RecordingName = DestinationName.openapi({ example: 'Sunday service' });
const KeepDays = z
  .number()
  .int()
  .min(1)
  .max(KEEP_DAYS_MAX)
  .nullable()
  .openapi({ description: 'Days after its end at which it is deleted; null keeps it', example: 30 });

export const StartRecording = z
  .strictObject({
    name: RecordingName.optional().openapi({ description: 'Default: the date and time' }),
    keepDays: KeepDays.optional(),
    startAt: z.iso.datetime({ offset: true }).optional().openapi({
      description: 'Begins in the past, within what the preview’s origin still keeps. Default: now',
      example: '2026-11-21T18:00:00Z',
    }),
  })
  .openapi('StartRecording');
export type StartRecording = z.input<typeof StartRecording>;

export const PatchRecording = z
  .strictObject({ name: RecordingName.optional(), keepDays: KeepDays.optional() })
  .refine((value) => Object.keys(value).length > 0, 'give at least one field to change')
  .openapi('PatchRecording');
export type PatchRecording = z.input<typeof PatchRecording>;

export const PutRecordingSettings = z
  .strictObject({
    mode: z.enum(['manual', 'always']).openapi({ description: 'always: while the source delivers' }),
    keepDays: KeepDays,
    limitBytes: z.number().int().min(1_000_000).max(Number.MAX_SAFE_INTEGER).nullable().openapi({
      description: 'Space of all recordings together, at which no more is recorded; null: no limit',
    }),
  })
  .openapi('PutRecordingSettings');
export type PutRecordingSettings = z.input<typeof PutRecordingSettings>;

export const RecordingQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
});

const nullableTime = timestamp.nullable();

export const RecordingResource = z
  .object({
    recordingId: z.string(),
    name: z.string(),
    state: z.enum(RECORDING_STATES).openapi({
      description: 'finishing: it has ended and is being copied; deleting: its files are being removed',
    }),
    origin: z.enum(RECORDING_ORIGINS).openapi({
      description: 'always: begun by the setting of the same name; show: by the run sheet of a show',
    }),
    showId: z.string().nullable().openapi({ description: 'The show that is recorded; null for the other origins' }),
    startedAt: timestamp.openapi({
      description:
        'Begun while the preview starts, a recording moves this to the first instant that the preview delivers',
    }),
    endedAt: nullableTime,
    endReason: z.enum(END_REASONS).nullable(),
    keepDays: z.int().nullable(),
    keptUntil: nullableTime.openapi({ description: 'When it is deleted; null while that is open' }),
    failure: z.object({ code: z.enum(RECORDING_FAILURES), detail: z.string(), remedy: z.string() }).nullable(),
    sizeBytes: z.int().nullable(),
    durationSeconds: z.number().nullable(),
    playUrl: z.string().nullable().openapi({ description: 'HLS playlist; null until it is ready' }),
    downloadUrl: z.string().nullable().openapi({ description: 'MP4; null until it is ready, and on AWS' }),
    location: z.string().openapi({ description: 'Folder of its files in the bucket' }),
    allowedActions: z.array(z.enum(['stop', 'play', 'delete'])),
    createdBy: z.string(),
    createdAt: timestamp,
    lastModified: timestamp,
  })
  .openapi('Recording');
export type RecordingResource = z.infer<typeof RecordingResource>;

export const RecordingList = z
  .object({ data: z.array(RecordingResource), nextCursor: z.string().nullable() })
  .openapi('RecordingList');
export type RecordingList = z.infer<typeof RecordingList>;

export const RecordingSettingsResource = PutRecordingSettings.extend({
  space: z.object({
    usedBytes: z.int(),
    freeBytes: z.int().nullable().openapi({ description: 'Free space of the disk; null on AWS' }),
    warning: z.enum(['limit_near', 'limit_reached', 'disk_low']).nullable(),
  }),
}).openapi('RecordingSettings');
export type RecordingSettingsResource = z.infer<typeof RecordingSettingsResource>;
