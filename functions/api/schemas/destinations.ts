import { z } from '@hono/zod-openapi';
import { DESIRED_STATES, DESTINATION_KINDS, DESTINATION_STATUSES, STANDBY_MODES } from '../../domain/destination.ts';
import { HEALTH_LEVELS } from '../../domain/health-reasons.ts';
import { ACTIONS } from '../../domain/lifecycle.ts';
import { SOURCE_LOSS_ACTIONS } from '../../domain/source-loss.ts';
import { DestinationCost } from './costs.ts';
import { keyTerms } from './key-terms.ts';
import { OperationResource, RecordedError } from './operations.ts';
import { timestamp, Warning } from './parts.ts';
import { Sound } from './sound.ts';

/** Schemas of destinations in answers, and of the answers to requests for several of them. */

const results = z.array(
  z.object({
    destinationId: z.string(),
    outcome: z.enum(['accepted', 'unchanged', 'refused']),
    status: z.enum(DESTINATION_STATUSES).nullable(),
    operationId: z
      .string()
      .nullable()
      .openapi({ description: 'The operation in flight; null also for an accepted start that waits for its turn' }),
    code: z.string().nullable().openapi({ description: 'Why it was refused' }),
    detail: z.string().nullable(),
  }),
);

export const BulkResult = z.object({ results }).openapi('BulkResult');

export const BulkStartResult = z
  .object({
    results,
    groupStartId: z
      .string()
      .nullable()
      .openapi({ description: 'The group start that starts the accepted ones; null when none was accepted' }),
  })
  .openapi('BulkStartResult');

const Health = z
  .object({
    level: z.enum(HEALTH_LEVELS),
    code: z.string().openapi({ description: 'Reason, from a closed list', example: 'stream_key_rejected' }),
    severity: z.enum(['none', 'transient', 'fatal']),
    detail: z.string().openapi({ description: 'What was observed, in one sentence' }),
    attempt: z.number().int().nullable().openapi({ description: 'Failed attempts to connect; null if not counted' }),
    nextAttemptAt: timestamp.nullable().openapi({ description: 'When it connects again; null if not announced' }),
    remedy: z.string().openapi({ description: 'What to do, in one line; empty when no action is needed' }),
    since: timestamp.nullable(),
    observedAt: timestamp.nullable(),
  })
  .openapi('Health');

const IngestStatus = z
  .object({
    ingest: z.enum(['main', 'backup']),
    level: z.enum(HEALTH_LEVELS),
    code: z.string().openapi({ description: 'As in health', example: 'connection_refused' }),
    detail: z.string(),
    remedy: z.string(),
    attempt: z.number().int().nullable(),
    nextAttemptAt: timestamp.nullable(),
    bitrateBps: z.number().nullable(),
    framesPerSecond: z.number().nullable(),
    reconnects: z.number().nullable().openapi({ description: 'In the last seconds; null when not reported' }),
  })
  .openapi('IngestStatus');

const Slate = z
  .object({
    reason: z.enum(['source_lost', 'break']).openapi({ description: 'break: an operator requested it' }),
    state: z
      .enum(['showing', 'shown', 'ending'])
      .openapi({ description: 'showing and ending are requested, but not yet confirmed by MediaLive' }),
    since: timestamp,
    until: timestamp.nullable().openapi({ description: 'When the destination is stopped; null: it is not' }),
  })
  .openapi('Slate');

const Pause = z
  .object({
    state: z
      .enum(['paused', 'ending'])
      .openapi({ description: 'ending: it is requested, but not yet confirmed by MediaLive' }),
    until: timestamp.nullable().openapi({ description: 'Its planned second; null: a person goes live with it' }),
  })
  .openapi('Pause');

export const DestinationResource = z
  .object({
    destinationId: z.string(),
    reference: z
      .string()
      .nullable()
      .openapi({ description: 'The id that a script gave it with PUT …/by-reference/{reference}; null: none' }),
    name: z.string(),
    group: z
      .string()
      .nullable()
      .openapi({ description: 'Destinations of a group start and stop together; null: no group' }),
    platform: z.string(),
    rtmpUrl: z.string(),
    streamKeySet: z.boolean(),
    streamKeyLast4: z.string().nullable(),
    kind: z.enum(DESTINATION_KINDS).openapi({
      description: 'channel: a MediaLive channel encodes it. srt: the flow sends the feed itself',
    }),
    streamId: z.string().nullable().openapi({ description: 'SRT only' }),
    latencyMs: z.number().int().nullable().openapi({ description: 'SRT only: the least latency' }),
    passphraseSet: z.boolean().openapi({ description: 'SRT only: true when the stream is encrypted' }),
    backupIngest: z.boolean().openapi({ description: 'True when a second pipeline pushes to the backup address' }),
    backupRtmpUrl: z.string().nullable(),
    backupStreamKeySet: z
      .boolean()
      .openapi({ description: 'False: the backup ingest uses the stream key of the main one' }),
    backupStreamKeyLast4: z.string().nullable(),
    ...keyTerms,
    preset: z.string(),
    standby: z.enum(STANDBY_MODES),
    sound: Sound.nullable().openapi({ description: 'null: the settings of GET /api/sound' }),
    onSourceLoss: z
      .enum(SOURCE_LOSS_ACTIONS)
      .openapi({ description: 'While no source delivers: send the slate, send nothing, or stop after holdMinutes' }),
    holdMinutes: z.number().int().openapi({ description: 'Minutes without a source until it is stopped; 0: never' }),
    slate: Slate.nullable().openapi({ description: 'The slate that is on air or requested; null: none' }),
    pause: Pause.nullable().openapi({
      description: 'The channel runs and is billed, and its output is held until its show goes live; null: it is not',
    }),
    primary: z
      .boolean()
      .openapi({ description: 'True for the channel behind the HLS preview; PUT /api/primary sets when it runs' }),
    desired: z.enum(DESIRED_STATES),
    status: z.enum(DESTINATION_STATUSES),
    health: Health,
    onAir: z
      .boolean()
      .openapi({ description: 'True when running, good and recently observed: the only state to show green' }),
    runningSince: timestamp.nullable(),
    bitrateBps: z
      .number()
      .nullable()
      .openapi({ description: 'Newest observed output bitrate; null when not reported' }),
    framesPerSecond: z.number().nullable(),
    ingests: z
      .array(IngestStatus)
      .openapi({ description: 'Main and backup ingest, each on its own; empty without a backup ingest and off air' }),
    line: z
      .object({
        resentPercent: z.number().nullable().openapi({ description: 'Packets that had to be sent again' }),
        roundTripMs: z.number().nullable(),
      })
      .nullable()
      .openapi({ description: 'The line to an SRT receiver; null for other destinations and while it is unknown' }),
    targetBitrateBps: z.number().nullable().openapi({ description: 'Bitrate of the preset; null for source' }),
    operation: OperationResource.nullable().openapi({ description: 'The running operation' }),
    lastError: RecordedError.nullable(),
    warnings: z.array(Warning),
    detailedLogUntil: timestamp
      .nullable()
      .openapi({ description: 'When detailed logging ends; it takes effect at the next start' }),
    mediaLiveChannelId: z.string().nullable(),
    mediaConnectOutputArn: z.string().nullable(),
    allowedActions: z.array(z.enum(ACTIONS)),
    refusedActions: z.record(z.string(), z.string()).openapi({
      description: 'For each refused action, the reason',
      example: { start: 'already running' },
    }),
    pendingChanges: z.boolean().openapi({ description: 'True while an edit waits for the next start' }),
    cost: DestinationCost,
    position: z
      .number()
      .openapi({ description: 'Place in the manual order, smallest first; initially the time of creation' }),
    revision: z.number().int(),
    createdAt: timestamp,
    lastModified: timestamp,
  })
  .openapi('Destination');

export const DestinationList = z
  .object({ data: z.array(DestinationResource), nextCursor: z.string().nullable() })
  .openapi('DestinationList');

export type DestinationList = z.infer<typeof DestinationList>;
export type DestinationResource = z.infer<typeof DestinationResource>;
export type BulkResult = z.infer<typeof BulkResult>;
export type BulkStartResult = z.infer<typeof BulkStartResult>;
