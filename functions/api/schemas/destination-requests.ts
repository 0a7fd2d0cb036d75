import { z } from '@hono/zod-openapi';
import { DESTINATION_STATUSES } from '../../domain/destination.ts';
import { refusePlatform } from '../../domain/known-platform.ts';
import { HOLD_MINUTES_DEFAULT, HOLD_MINUTES_MAX, SOURCE_LOSS_ACTIONS } from '../../domain/source-loss.ts';
import { keyTermInputs } from './key-terms.ts';
import { DestinationName, Group } from './names.ts';
import { anyDestinationId, PlatformId, PresetId, Standby } from './parts.ts';
import { Sound } from './sound.ts';

/**
 * Schemas of the requests for destinations: bodies, queries and ids in paths. They are strict, because ignoring a
 * misspelt field would silently drop part of a request.
 */

/** DynamoDB stores no number closer to zero. */
const POSITION_LEAST = 1e-130;

/** Any number between: a place between two others is the mean of theirs. */
const Position = z
  .number()
  .min(-Number.MAX_SAFE_INTEGER)
  .max(Number.MAX_SAFE_INTEGER)
  .refine(
    (value) => value === 0 || Math.abs(value) >= POSITION_LEAST,
    `must be 0, or at least ${POSITION_LEAST} from it`,
  )
  .openapi({ description: 'Place in the manual order of the dashboard, smallest first', example: 1_763_748_000_000.5 });

const GroupInput = Group.nullable().openapi({ description: 'null: no group' });

/** Bytes, not characters: KMS encrypts at most 4096 bytes in one call. */
const STREAM_KEY_BYTES_MAX = 4096;

const StreamKeyInput = z
  .string()
  .min(1, 'enter a stream key')
  .refine(
    (value) => Buffer.byteLength(value) <= STREAM_KEY_BYTES_MAX,
    `must have at most ${STREAM_KEY_BYTES_MAX} bytes`,
  )
  // oxlint-disable-next-line no-control-regex
  .refine((value) => !/[\s\u0000-\u001f\u007f]/.test(value), 'must not contain spaces or control characters')
  .openapi({ format: 'password', writeOnly: true, example: 'abcd-efgh-ijkl-mnop' });

/** SRT's limit. */
const STREAM_ID_BYTES_MAX = 512;

const StreamIdInput = z
  .string()
  .min(1, 'enter a stream ID, or null for none')
  .refine((value) => Buffer.byteLength(value) <= STREAM_ID_BYTES_MAX, `must have at most ${STREAM_ID_BYTES_MAX} bytes`)
  // oxlint-disable-next-line no-control-regex
  .refine((value) => !/[\u0000-\u001f\u007f]/.test(value), 'must not contain control characters')
  .nullable()
  .openapi({ description: 'SRT only. Shown to everyone who may see the destination', example: 'publish:live' });

const PassphraseInput = z
  .string()
  .min(10, 'must have at least 10 characters')
  // Bytes, as SRT counts them.
  .refine((value) => Buffer.byteLength(value) <= 79, 'must have at most 79 characters')
  // oxlint-disable-next-line no-control-regex
  .refine((value) => !/[\u0000-\u001f\u007f]/.test(value), 'must not contain control characters')
  .nullable()
  .openapi({
    format: 'password',
    writeOnly: true,
    description: 'SRT only, from 10 to 79 characters. null: not encrypted',
  });

const LatencyInput = z
  .number()
  .int()
  .min(100, 'must be at least 100 ms')
  .max(15_000, 'must be at most 15000 ms')
  .openapi({
    description: 'SRT only: the least latency in milliseconds; the receiver may ask for more. Default: 2000',
  });

const SourceLossInput = z.enum(SOURCE_LOSS_ACTIONS).openapi({
  description:
    'While no source delivers: hold sends the slate, wait sends nothing, stop stops it after holdMinutes. Default: hold where losing the connection ends the broadcast, else wait',
});

const HoldMinutesInput = z
  .number()
  .int()
  .min(0, 'must be at least 0')
  .max(HOLD_MINUTES_MAX, `must be at most ${HOLD_MINUTES_MAX}`)
  .openapi({
    description: `Minutes without a source after which a destination that holds or stops is stopped. 0: never, not with stop. Default: ${HOLD_MINUTES_DEFAULT}`,
  });

/** What happens at the loss of the source. */
const sourceLossInputs = { onSourceLoss: SourceLossInput.optional(), holdMinutes: HoldMinutesInput.optional() };

/** What only an SRT destination has. */
const srtInputs = {
  streamId: StreamIdInput.optional(),
  latencyMs: LatencyInput.optional(),
  passphrase: PassphraseInput.optional(),
};

const RtmpUrlInput = z.string().min(1).max(2048, 'must have at most 2048 characters').openapi({
  example: 'rtmps://a.rtmps.youtube.com:443/live2',
  description: 'Without the stream key. Default: the platform’s URL. For the platform srt it is srt://host:port.',
});

const SoundInput = Sound.nullable().openapi({
  description: 'What the destination does with the sound of the source. null: the settings of PUT /api/sound',
});

/** A second publisher of the same stream. */
const backupInputs = {
  backupRtmpUrl: z.string().min(1).max(2048, 'must have at most 2048 characters').optional().openapi({
    example: 'rtmps://b.rtmps.youtube.com:443/live2?backup=1',
    description:
      'Where the backup ingest goes, without the stream key. Default: the platform’s backup URL; an edit keeps the present one.',
  }),
  backupStreamKey: StreamKeyInput.nullable().optional().openapi({
    description: 'Own stream key of the backup ingest. null: the same as for the main ingest, which is the default',
  }),
};

const BackupIngest = z.boolean().openapi({
  description:
    'Also pushes the stream to the platform’s backup address. On AWS a channel of class STANDARD, with a higher price. Refused for a platform that takes one publisher per stream key.',
});

/** A prefix and a ULID, or the primary channel's fixed id. */
export const DestinationId = anyDestinationId.openapi({ param: { name: 'destinationId', in: 'path' } });

const PlatformInput = PlatformId.superRefine((platformId, context) => {
  const message = refusePlatform(platformId);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

const newDestinationInputs = {
  name: DestinationName,
  group: GroupInput.optional(),
  platform: PlatformInput,
  rtmpUrl: RtmpUrlInput.optional(),
  streamKey: StreamKeyInput.optional().openapi({ description: 'Required, except for the platform srt' }),
  backupIngest: BackupIngest.optional(),
  ...backupInputs,
  ...srtInputs,
  ...keyTermInputs,
  preset: PresetId.optional(),
  standby: Standby.optional(),
  position: Position.optional().openapi({ description: 'Default: after all others' }),
  sound: SoundInput.optional().openapi({ description: 'Default: null, the settings of PUT /api/sound' }),
  ...sourceLossInputs,
};

/** Validated by the handler, which says what is allowed; a refused path parameter is otherwise a 404. */
export const ReferenceParam = z.string().openapi({
  param: { name: 'reference', in: 'path' },
  description: 'From 1 to 64 of the characters A–Z a–z 0–9 . _ ~ : -, beginning with a letter or a digit',
  example: 'sunday-youtube',
});

export const Reference = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._~:-]{0,63}$/,
    'must be 1 to 64 of the characters A–Z a–z 0–9 . _ ~ : - and begin with a letter or a digit',
  );

const ReferenceInput = Reference.nullable().optional().openapi({
  description: 'Your own id, of PUT …/by-reference/{reference}; no two destinations share one. null: none',
});

export const CreateDestination = z
  .strictObject({ ...newDestinationInputs, reference: ReferenceInput })
  .openapi('CreateDestination');

export const UpsertDestination = z
  .strictObject({
    ...newDestinationInputs,
    streamKey: StreamKeyInput.optional().openapi({
      description: 'Required to create one, except for the platform srt. The stored one stays without it',
    }),
  })
  .openapi('UpsertDestination');

export const ReplaceDestination = z
  .strictObject({
    name: DestinationName,
    reference: ReferenceInput.openapi({ description: 'Your own id; null: none. Default: the present one' }),
    group: GroupInput.default(null).openapi({ description: 'Default: no group' }),
    platform: PlatformInput,
    rtmpUrl: RtmpUrlInput,
    preset: PresetId,
    standby: Standby,
    position: Position.optional().openapi({ description: 'Default: the present position' }),
    streamKey: StreamKeyInput.optional(),
    sound: SoundInput.optional().openapi({ description: 'Default: the present settings' }),
    backupIngest: BackupIngest.default(false),
    ...backupInputs,
    ...srtInputs,
    ...keyTermInputs,
    ...sourceLossInputs,
  })
  .openapi('ReplaceDestination');

export const PatchDestination = z
  .strictObject({
    name: DestinationName.optional(),
    reference: ReferenceInput,
    group: GroupInput.optional(),
    platform: PlatformInput.optional(),
    rtmpUrl: RtmpUrlInput.optional(),
    preset: PresetId.optional(),
    standby: Standby.optional(),
    position: Position.optional(),
    sound: SoundInput.optional(),
    backupIngest: BackupIngest.optional(),
    ...backupInputs,
    ...srtInputs,
    ...keyTermInputs,
    ...sourceLossInputs,
  })
  .refine((value) => Object.keys(value).length > 0, 'give at least one field to change')
  .openapi('PatchDestination');

export const PutStreamKey = z.strictObject({ streamKey: StreamKeyInput, ...keyTermInputs }).openapi('PutStreamKey');

export const ApplyQuery = z.strictObject({
  apply: z.enum(['now', 'next-start']).optional().openapi({
    description: 'Required while the destination is on air: now restarts it, next-start waits for the next start',
  }),
});

const BULK_MAX = 200;

export const ForceQuery = z.strictObject({
  force: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'true abandons the running operation first, for one that hangs' }),
});

export const DeleteQuery = ForceQuery.extend({
  stop: z
    .enum(['true', 'false'])
    .optional()
    .openapi({ description: 'true also deletes a destination that is wanted on air' }),
});

const bulkFields = {
  ids: z.array(DestinationId).min(1).max(BULK_MAX).optional(),
  all: z.literal(true).optional().openapi({ description: 'Every destination except the primary' }),
  group: Group.optional().openapi({ description: 'Every destination of this group' }),
};

const hasOneSelector = ({ ids, all, group }: { ids?: unknown; all?: unknown; group?: unknown }): boolean =>
  [ids, all, group].filter((each) => each !== undefined).length === 1;

const ONE_SELECTOR = 'give exactly one of ids, all and group';

export const BulkRequest = z.strictObject(bulkFields).refine(hasOneSelector, ONE_SELECTOR).openapi('BulkRequest');

export const BulkStartRequest = z
  .strictObject({
    ...bulkFields,
    withoutEncoder: z
      .boolean()
      .optional()
      .openapi({ description: 'true: start although no encoder is connected. Channels that wait are billed' }),
  })
  .refine(hasOneSelector, ONE_SELECTOR)
  .openapi('BulkStartRequest');

export const ListQuery = z.strictObject({
  status: z.enum(DESTINATION_STATUSES).optional(),
  platform: PlatformId.optional(),
  group: Group.optional(),
  name: DestinationName.optional().openapi({ description: 'The whole name, as it is written' }),
  reference: Reference.optional().openapi({ description: 'The id of PUT …/by-reference/{reference}' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
});

/** Bodies and queries as a client writes them, before defaults apply. The dashboard's requests have these types. */
export type CreateDestination = z.input<typeof CreateDestination>;

export type PatchDestination = z.input<typeof PatchDestination>;
export type PutStreamKey = z.input<typeof PutStreamKey>;
export type Apply = NonNullable<z.input<typeof ApplyQuery>['apply']>;
export type BulkRequest = z.input<typeof BulkRequest>;
export type ListQuery = z.input<typeof ListQuery>;
