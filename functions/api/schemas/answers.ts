import { z } from '@hono/zod-openapi';
import { DESIRED_STATES, DESTINATION_STATUSES, OPERATION_KINDS, STANDBY_MODES } from '../../domain/destination.ts';
import { ORPHAN_RESOURCES } from '../../domain/inventory.ts';
import { HEALTH_LEVELS } from '../../domain/health-reasons.ts';
import { ACTIONS } from '../../domain/lifecycle.ts';
import { PRIMARY_MODES } from '../../domain/primary-mode.ts';
import { DestinationCost } from './costs.ts';
import { ROLES } from '../auth/roles.ts';
import { TIMELINE_KINDS, timestamp } from './parts.ts';

/**
 * Every shape the API gives; what it takes is in request-schemas.ts, what is about money in cost-schemas.ts. One schema
 * types the code and writes the OpenAPI document.
 */

export const BulkResult = z
  .object({
    results: z.array(
      z.object({
        destinationId: z.string(),
        outcome: z.enum(['accepted', 'unchanged', 'refused']),
        status: z.enum(DESTINATION_STATUSES).nullable(),
        operationId: z.string().nullable(),
        code: z.string().nullable().openapi({ description: 'Why it was refused' }),
        detail: z.string().nullable(),
      }),
    ),
  })
  .openapi('BulkResult');

export const OrphanResource = z
  .object({
    orphanId: z.string(),
    resource: z.enum(ORPHAN_RESOURCES),
    resourceId: z.string(),
    state: z.string(),
    destinationId: z
      .string()
      .nullable()
      .openapi({ description: 'What its tag or name says; there may be no such destination' }),
    reason: z.enum(['no_destination', 'duplicate', 'unrecorded', 'tags_missing']),
    detail: z.string(),
    isReleasable: z
      .boolean()
      .openapi({ description: 'False without our tags: then a person has to look at it in AWS' }),
    usdPerHour: z
      .number()
      .nullable()
      .openapi({ description: 'List price; null when not known, which is not the same as free' }),
    isPriceComplete: z
      .boolean()
      .openapi({ description: 'False: a part of the price is not known, so usdPerHour is "at least"' }),
    firstSeenAt: timestamp,
    lastSeenAt: timestamp,
    sightings: z.number().int(),
    releaseRequestedBy: z.string().nullable(),
  })
  .openapi('Orphan');

export const OrphanList = z.object({ data: z.array(OrphanResource) }).openapi('OrphanList');

const timelineEntry = {
  at: timestamp,
  actor: z.string().openapi({ description: 'Who or what caused it' }),
  kind: z.enum(TIMELINE_KINDS).openapi({ description: 'drift: AWS was changed from outside' }),
  detail: z.string(),
  operationId: z.string().nullable(),
};

export const Timeline = z.object({ data: z.array(z.object(timelineEntry)) }).openapi('Timeline');

/** The whole deployment's timeline: the same entries, each with whose it is. */
export const DeploymentTimeline = z
  .object({
    data: z.array(
      z.object({
        entryId: z.string().openapi({ description: 'Stays the same over requests' }),
        ...timelineEntry,
        destinationId: z.string(),
        destinationName: z.string().openapi({ description: 'As it was called then; kept when it is deleted' }),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .openapi('DeploymentTimeline');

export const ChannelLog = z
  .object({
    data: z.array(z.object({ at: timestamp, severity: z.enum(['error', 'warning', 'info']), message: z.string() })),
  })
  .openapi('ChannelLog');

const Warning = z
  .object({ code: z.string(), detail: z.string(), remedy: z.string() })
  .openapi('Warning', { description: 'It works, and it is not as it should be' });

const RecordedError = z
  .object({ code: z.string(), detail: z.string(), remedy: z.string(), at: timestamp })
  .openapi('RecordedError');

const Health = z
  .object({
    level: z.enum(HEALTH_LEVELS),
    code: z.string().openapi({ description: 'Reason, from a closed list', example: 'stream_key_rejected' }),
    severity: z.enum(['none', 'transient', 'fatal']),
    detail: z.string().openapi({ description: 'What was seen, one sentence' }),
    remedy: z.string().openapi({ description: 'What to do, one line; empty when nothing is needed' }),
    since: timestamp.nullable(),
    observedAt: timestamp.nullable(),
  })
  .openapi('Health');

const OperationStep = z
  .object({
    step: z.string(),
    label: z.string().openapi({ example: 'starting the channel' }),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
    attempts: z.number().int().openapi({ description: 'Calls of the step, waiting included' }),
  })
  .openapi('OperationStep');

export const OperationResource = z
  .object({
    operationId: z.string(),
    destinationId: z.string(),
    kind: z.enum(OPERATION_KINDS),
    state: z.enum(['running', 'succeeded', 'failed', 'superseded']),
    requestedBy: z.string(),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
    deadlineAt: timestamp,
    stepNumber: z.number().int().openapi({ description: 'Which step is running, from 1' }),
    stepCount: z.number().int(),
    steps: z.array(OperationStep),
    error: RecordedError.nullable(),
  })
  .openapi('Operation');

export const DestinationResource = z
  .object({
    destinationId: z.string(),
    name: z.string(),
    group: z
      .string()
      .nullable()
      .openapi({ description: 'Label of those that are started and stopped together; null: in none' }),
    platform: z.string(),
    rtmpUrl: z.string(),
    streamKeySet: z.boolean(),
    streamKeyLast4: z.string().nullable(),
    preset: z.string(),
    standby: z.enum(STANDBY_MODES),
    primary: z
      .boolean()
      .openapi({ description: 'The channel behind the HLS preview: PUT /api/primary decides when it runs' }),
    desired: z.enum(DESIRED_STATES),
    status: z.enum(DESTINATION_STATUSES),
    health: Health,
    onAir: z
      .boolean()
      .openapi({ description: 'Running, good, and seen so recently: the only state that may be shown green' }),
    runningSince: timestamp.nullable(),
    bitrateBps: z
      .number()
      .nullable()
      .openapi({ description: 'Newest observed output bitrate; null when not reported' }),
    framesPerSecond: z.number().nullable(),
    targetBitrateBps: z.number().nullable().openapi({ description: 'What the preset asks for; null for source' }),
    operation: OperationResource.nullable().openapi({ description: 'The operation in flight' }),
    lastError: RecordedError.nullable(),
    warnings: z.array(Warning),
    detailedLogUntil: timestamp
      .nullable()
      .openapi({ description: 'Until when its channel logs in detail; it takes effect at the next start' }),
    mediaLiveChannelId: z.string().nullable(),
    mediaConnectOutputArn: z.string().nullable(),
    allowedActions: z.array(z.enum(ACTIONS)),
    refusedActions: z.record(z.string(), z.string()).openapi({
      description: 'Action to the reason why it is not possible now',
      example: { start: 'already running' },
    }),
    pendingChanges: z.boolean().openapi({ description: 'An edit waits for the next start' }),
    cost: DestinationCost,
    position: z
      .number()
      .openapi({ description: 'Place in the manual order, smallest first; when it was added until it is moved' }),
    revision: z.number().int(),
    createdAt: timestamp,
    lastModified: timestamp,
  })
  .openapi('Destination');

export const DestinationList = z
  .object({ data: z.array(DestinationResource), nextCursor: z.string().nullable() })
  .openapi('DestinationList');

const MetricPoint = z.object({ at: timestamp, value: z.number() });
export const MetricsResource = z
  .object({
    destinationId: z.string(),
    observedAt: timestamp,
    uptimeSeconds: z.number().nullable(),
    current: z.object({
      bitrateBps: z.number().nullable(),
      framesPerSecond: z.number().nullable(),
      droppedFrames: z.number().nullable().openapi({ description: 'In the last five minutes' }),
      reconnects: z
        .number()
        .nullable()
        .openapi({ description: 'In the last five minutes; null on AWS, where MediaLive does not report it' }),
    }),
    series: z.object({
      bitrateBps: z.array(MetricPoint),
      framesPerSecond: z.array(MetricPoint),
      droppedFrames: z.array(MetricPoint),
      reconnects: z.array(MetricPoint).openapi({ description: 'Empty on AWS' }),
    }),
    periodSeconds: z.number(),
  })
  .openapi('Metrics');

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
      packetLossPercent: z
        .number()
        .nullable()
        .openapi({ description: 'Before SRT repairs it; null until it is measured' }),
      roundTripMs: z.number().nullable().openapi({ description: 'To the encoder and back; null until it is measured' }),
      video: z
        .object({
          codec: z.string(),
          width: z.number().nullable().openapi({ description: 'Null before the first keyframe' }),
          height: z.number().nullable(),
          framesPerSecond: z.number().nullable(),
          profile: z.string().nullable().openapi({
            description: 'This and what follows: H.264 on one machine; null when unknown',
            example: 'High',
          }),
          level: z.string().nullable().openapi({ example: '4.1' }),
          chroma: z.string().nullable().openapi({ example: '4:2:0' }),
          bitDepth: z.number().nullable(),
          scan: z.enum(['progressive', 'interlaced']).nullable(),
        })
        .nullable(),
      audio: z
        .object({ codec: z.string(), sampleRateHz: z.number().nullable(), channels: z.number().nullable() })
        .nullable(),
      warnings: z.array(Warning),
    }),
    ingest: z.object({
      protocol: z.string(),
      host: z.string().openapi({ description: 'Address an encoder connects to; embedded: the host of this page' }),
      port: z.number(),
      latencyMs: z.number(),
      encrypted: z.boolean(),
      srtUrl: z.string().openapi({ example: 'srt://127.0.0.1:9998?mode=caller&latency=200000' }),
    }),
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
    passphrase: z.string().nullable().openapi({ description: 'As it is; null: the listener takes any caller' }),
  })
  .openapi('EncoderAddress');

export const PrimaryResource = z
  .object({
    mode: z.enum(PRIMARY_MODES).openapi({
      description:
        'always: while the flow is active; with-source: while the flow is active and an encoder is connected; off: never',
    }),
    configuredMode: z.enum(PRIMARY_MODES).openapi({ description: 'What the deployment was configured with' }),
    destination: DestinationResource.nullable().openapi({
      description: 'The primary itself, with its price; null until the first sweep has created its record',
    }),
  })
  .openapi('Primary');

const PlatformPreset = z.object({
  platformId: z.string(),
  name: z.string(),
  rtmpUrl: z
    .string()
    .nullable()
    .openapi({ description: 'Default ingest URL; null when the platform gives one per event' }),
  rtmpUrlHint: z.string(),
  streamKeyHint: z.string(),
  backupRtmpUrl: z.string().nullable(),
  defaultEncoding: z.string(),
  encodings: z.array(z.string()).openapi({ description: 'Encodings within the platform’s caps' }),
  videoBitrateBpsByEncoding: z.record(z.string(), z.number()).openapi({
    description: 'Video bitrate this platform gets from each of its encodings; for source the most that is passed on',
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
  framesPerSecond: z.number().nullable(),
  videoBitrateBps: z.number().nullable(),
  audioBitrateBps: z.number().nullable(),
  gopSeconds: z.number().nullable(),
});

export const PresetsResource = z
  .object({ platforms: z.array(PlatformPreset), encodings: z.array(EncodingPreset) })
  .openapi('Presets');

export const HealthResource = z
  .object({
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .openapi('ServiceHealth');

const WayToSignIn = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('token') }),
    z.object({ kind: z.literal('redirect'), url: z.string() }),
  ])
  .openapi('WayToSignIn', { description: 'token: POST /api/session takes it; redirect: open the URL in the browser' });

export const SessionResource = z
  .object({
    principal: z.string(),
    role: z.enum(ROLES),
    signIn: WayToSignIn,
    embedded: z
      .boolean()
      .openapi({ description: 'True on one machine, where rehearsal targets on loopback are allowed' }),
    loopbackTargetsAllowed: z.boolean(),
    version: z.string(),
    ffmpeg: z
      .object({ version: z.string(), origin: z.enum(['environment', 'system', 'npm']) })
      .nullable()
      .openapi({
        description: 'The ffmpeg that handles media on one machine; npm: the one Sluice is tested with; null on AWS',
      }),
  })
  .openapi('Session');

/** What is left to do when the session has ended here. */
export const EndedSession = z
  .object({
    continueAt: z.string().openapi({ description: 'Open it in the browser to be signed out at the user pool too' }),
  })
  .openapi('EndedSession');

/** RFC 9457 problem. `code` is stable; `detail` and `remedy` are for people. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string(),
    remedy: z.string(),
    requestId: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: 'One entry per offending field; `field` is a path such as streamKey' }),
    allowedActions: z.array(z.string()).optional(),
    retryAfterSeconds: z.number().optional(),
    signIn: WayToSignIn.optional().openapi({ description: 'With every 401, and with nothing else' }),
  })
  .openapi('Problem');

export type DestinationResource = z.infer<typeof DestinationResource>;
export type OperationResource = z.infer<typeof OperationResource>;
export type PrimaryResource = z.infer<typeof PrimaryResource>;
export type FlowStatusResource = z.infer<typeof FlowStatusResource>;
export type EncoderAddressResource = z.infer<typeof EncoderAddressResource>;
export type MetricsResource = z.infer<typeof MetricsResource>;
export type PresetsResource = z.infer<typeof PresetsResource>;
export type SessionResource = z.infer<typeof SessionResource>;
export type EndedSession = z.infer<typeof EndedSession>;
export type HealthResource = z.infer<typeof HealthResource>;
export type ProblemBody = z.infer<typeof Problem>;
export type OrphanResource = z.infer<typeof OrphanResource>;
export type OrphanList = z.infer<typeof OrphanList>;
export type Timeline = z.infer<typeof Timeline>;
export type ChannelLog = z.infer<typeof ChannelLog>;
export type DeploymentTimeline = z.infer<typeof DeploymentTimeline>;
export type BulkResult = z.infer<typeof BulkResult>;
