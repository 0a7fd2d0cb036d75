import { z } from '@hono/zod-openapi';
import { TARGET_KINDS } from '../../domain/notification-target.ts';
import { IMPORT_OUTCOMES, IMPORT_STATUSES, TRANSFER_FORMAT, TRANSFER_KINDS } from '../../domain/transfer-kinds.ts';
import { SetCeiling } from './ceilings.ts';
import { CreateIncidentMute, SetIncidentRules } from './incidents.ts';
import { SetNoSourceLimit } from './no-source-limit.ts';
import { CreateTarget } from './notifications.ts';
import { timestamp } from './parts.ts';
import { PutRecordingSettings } from './recordings.ts';
import { CreateDestination, Reference, ReplaceDestination } from './destination-requests.ts';
import { CreateShow } from './shows.ts';
import { Sound } from './sound.ts';

/**
 * The document of an export. Its items are the bodies of the calls that create them, so an import checks nothing of its
 * own. Destinations have references in place of ids, because another deployment gives them other ids.
 */

/** Long enough for any name and the number after it. */
const reference = z
  .string()
  .min(1)
  .max(110)
  .openapi({ description: 'Names a destination of this document: its name, numbered where several share it' });

const references = z.array(reference).max(200);

const Secret = z.string().min(1).max(4096);

const ExportedDestination = ReplaceDestination.omit({ streamKey: true, backupStreamKey: true, passphrase: true })
  .extend({
    reference,
    callerReference: Reference.optional().openapi({
      description: 'The id that a script gave it with PUT /api/destinations/by-reference/{reference}; absent: none',
    }),
    needs: z.array(z.enum(['streamKey', 'backupStreamKey', 'passphrase'])).openapi({
      description: 'The secrets that it has, which are in `keys` or have to be entered again',
    }),
  })
  .strict()
  .openapi('ExportedDestination');
export type ExportedDestination = z.infer<typeof ExportedDestination>;

const ExportedCeiling = SetCeiling.omit({ spared: true }).extend({ spared: references }).strict();

const ExportedShow = CreateShow.omit({ destinations: true, ceiling: true, coverFrom: true })
  .extend({
    ceiling: ExportedCeiling.nullable(),
    destinations: z.array(
      z.strictObject({ destination: reference, offsetSeconds: z.number().int(), isRequired: z.boolean() }),
    ),
    cover: z.string().nullable().openapi({ description: 'PNG in base64; null without one', format: 'byte' }),
  })
  .strict()
  .openapi('ExportedShow');
export type ExportedShow = z.infer<typeof ExportedShow>;

const ExportedTarget = CreateTarget.omit({ url: true, filter: true })
  .extend({
    kind: z.enum(TARGET_KINDS),
    filter: CreateTarget.shape.filter
      .unwrap()
      .omit({ destinationIds: true })
      .extend({ destinations: references })
      .strict(),
  })
  .strict()
  .openapi('ExportedNotificationTarget');
export type ExportedTarget = z.infer<typeof ExportedTarget>;

const ruleChanges = SetIncidentRules.shape.rules;

const ExportedSettings = z
  .strictObject({
    ceilings: z.strictObject({ day: ExportedCeiling.optional(), month: ExportedCeiling.optional() }),
    noSourceLimit: SetNoSourceLimit.omit({ spared: true }).extend({ spared: references }).strict().optional(),
    sound: Sound.optional(),
    recordings: PutRecordingSettings.omit({ mode: true }).strict().optional(),
    incidentRules: SetIncidentRules.optional(),
    destinationIncidentRules: z
      .array(z.strictObject({ destination: reference, rules: ruleChanges }))
      .max(1000)
      .optional(),
    incidentMutes: z
      .array(CreateIncidentMute.omit({ destinationId: true }).extend({ destination: reference.optional() }).strict())
      .max(1000)
      .optional(),
    slateImage: z.string().nullable().optional().openapi({ description: 'PNG in base64', format: 'byte' }),
  })
  .openapi('ExportedSettings');
export type ExportedSettings = z.infer<typeof ExportedSettings>;

export const TransferDocument = z
  .strictObject({
    format: z.literal(TRANSFER_FORMAT),
    version: z.literal(1),
    exportedAt: timestamp,
    destinations: z.array(ExportedDestination).max(2000),
    notificationTargets: z.array(ExportedTarget).max(200),
    shows: z.array(ExportedShow).max(1000),
    settings: ExportedSettings,
    keys: z.string().nullable().openapi({
      description:
        'All stream keys, passphrases and notification URLs: an ASCII-armored age file (age-encryption.org/v1) for the passphrase of the export. null without one',
    }),
  })
  .openapi('ExportDocument');
export type TransferDocument = z.infer<typeof TransferDocument>;

/** What the age file holds: secrets by the reference of a destination, and by the name of a target. */
export const TransferKeys = z.strictObject({
  destinations: z.record(
    z.string(),
    z.strictObject({
      streamKey: Secret.optional(),
      backupStreamKey: Secret.optional(),
      passphrase: Secret.optional(),
    }),
  ),
  notificationTargets: z.record(z.string(), z.strictObject({ url: Secret })),
});
export type TransferKeys = z.infer<typeof TransferKeys>;

const PASSPHRASE_LENGTH_MIN = 12;

const passphrase = z
  .string()
  .min(PASSPHRASE_LENGTH_MIN, `must have at least ${PASSPHRASE_LENGTH_MIN} characters`)
  .max(1024, 'must have at most 1024 characters')
  .openapi({ format: 'password', writeOnly: true });

export const ExportRequest = z
  .strictObject({
    passphrase: passphrase.optional().openapi({
      description: 'Adds the keys, encrypted with this passphrase. Without it, the document contains no secret',
    }),
    withPictures: z
      .boolean()
      .optional()
      .openapi({ description: 'false leaves out the slate and the covers. Default: true' }),
    format: z.enum(['json', 'csv']).optional().openapi({
      description: 'csv: the destinations as a spreadsheet, without keys. Default: json',
    }),
  })
  .openapi('ExportRequest');
export type ExportRequest = z.input<typeof ExportRequest>;

const itemKey = z
  .string()
  .min(1)
  .max(200)
  .openapi({ description: 'Identifies an item of the document', example: 'destination:Main YouTube' });

export const ImportRequest = z
  .strictObject({
    document: z.record(z.string(), z.unknown()).optional().openapi({ description: 'What POST /api/export answered' }),
    csv: z.string().min(1).optional().openapi({
      description:
        'Destinations as CSV, or cells of a spreadsheet. The first row names the columns; without such a row they are name, platform, streamKey, rtmpUrl',
      example: 'name,platform,streamKey\r\nMain,youtube,abcd-efgh-ijkl-mnop\r\n',
    }),
    passphrase: z
      .string()
      .min(1)
      .max(1024)
      .optional()
      .openapi({ format: 'password', writeOnly: true, description: 'Of the export, to decrypt its keys' }),
    secrets: z
      .record(
        itemKey,
        z.strictObject({
          streamKey: CreateDestination.shape.streamKey,
          backupStreamKey: CreateDestination.shape.backupStreamKey,
          passphrase: CreateDestination.shape.passphrase,
          url: CreateTarget.shape.url,
        }),
      )
      .optional()
      .openapi({ description: 'Keys that the document lacks, by item' }),
    dryRun: z.boolean().optional().openapi({ description: 'true changes nothing. Default: false' }),
    select: z.array(itemKey).max(5000).optional().openapi({ description: 'Imports these items only. Default: all' }),
    scheduleShows: z.boolean().optional().openapi({
      description:
        'true: shows that were scheduled go live here at their time, too. Default: false, they become drafts',
    }),
  })
  .openapi('ImportRequest');
export type ImportRequest = z.input<typeof ImportRequest>;

const ImportItem = z
  .object({
    item: itemKey,
    kind: z.enum(TRANSFER_KINDS),
    name: z.string(),
    status: z.enum(IMPORT_STATUSES).openapi({
      description: 'Compared with what is here. conflict: it cannot be imported as it is; problem says why',
    }),
    fields: z.array(z.string()).openapi({ description: 'What differs; empty unless changed' }),
    needs: z.array(z.enum(['streamKey', 'backupStreamKey', 'passphrase', 'url'])).openapi({
      description: 'Secrets that are missing; send them in `secrets`',
    }),
    problem: z.object({ detail: z.string(), remedy: z.string() }).nullable(),
    outcome: z.enum(IMPORT_OUTCOMES).nullable().openapi({
      description: 'null in a dry run. skipped: not selected, the same, or a conflict. pending: send the request again',
    }),
  })
  .openapi('ImportItem');
export type ImportItem = z.infer<typeof ImportItem>;

export const ImportResult = z
  .object({
    isDryRun: z.boolean(),
    isComplete: z.boolean().openapi({
      description: 'false: the time of one request was over; send it again, and it continues with what is pending',
    }),
    items: z.array(ImportItem),
  })
  .openapi('ImportResult');
export type ImportResult = z.infer<typeof ImportResult>;
