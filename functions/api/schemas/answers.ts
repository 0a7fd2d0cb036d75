import { z } from '@hono/zod-openapi';
import {
  DESIRED_STATES,
  DESTINATION_KINDS,
  DESTINATION_STATUSES,
  OPERATION_KINDS,
  STANDBY_MODES,
} from '../../domain/destination.ts';
import { SOURCE_ROLES } from '../../domain/source-name.ts';
import { ORPHAN_RESOURCES } from '../../domain/orphans.ts';
import { HEALTH_LEVELS } from '../../domain/health-reasons.ts';
import { ACTIONS } from '../../domain/lifecycle.ts';
import { PRIMARY_MODES } from '../../domain/primary-mode.ts';
import { DestinationCost } from './costs.ts';
import { ROLES } from '../auth/roles.ts';
import { SOURCE_LOSS_ACTIONS } from '../../domain/source-loss.ts';
import { TIMELINE_KINDS, timestamp } from './parts.ts';
import { keyTerms } from './key-terms.ts';
import { Sound } from './sound.ts';

/**
 * Every response of the API; requests are in requests.ts, costs in costs.ts. One schema types the code and generates
 * the OpenAPI document.
 */

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

export const OrphanResource = z
  .object({
    orphanId: z.string(),
    resource: z.enum(ORPHAN_RESOURCES),
    resourceId: z.string(),
    state: z.string(),
    destinationId: z
      .string()
      .nullable()
      .openapi({ description: 'From its tag or name; the destination may not exist' }),
    reason: z.enum(['no_destination', 'duplicate', 'unrecorded', 'tags_missing']),
    detail: z.string(),
    isReleasable: z
      .boolean()
      .openapi({ description: 'False for a resource without Sluice’s tags: check it in the AWS console' }),
    usdPerHour: z
      .number()
      .nullable()
      .openapi({ description: 'List price; null when unknown, which does not mean free' }),
    isPriceComplete: z
      .boolean()
      .openapi({ description: 'False when a part of the price is unknown: usdPerHour is a lower bound' }),
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
  kind: z.enum(TIMELINE_KINDS).openapi({ description: 'drift: someone changed a resource in AWS directly' }),
  code: z
    .string()
    .nullable()
    .openapi({ description: 'Reason of a change of health or of a failed operation', example: 'stream_key_rejected' }),
  detail: z.string(),
  operationId: z.string().nullable(),
};

export const Timeline = z.object({ data: z.array(z.object(timelineEntry)) }).openapi('Timeline');

/** The timeline of the deployment: the same entries with their destinations. */
export const DeploymentTimeline = z
  .object({
    data: z.array(
      z.object({
        entryId: z.string().openapi({ description: 'The same in every request' }),
        ...timelineEntry,
        destinationId: z.string(),
        destinationName: z.string().openapi({ description: 'Its name at that time; kept after a deletion' }),
        others: z
          .array(z.object({ destinationId: z.string(), destinationName: z.string() }))
          .openapi({ description: 'Other destinations to which the same happened in the same second' }),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .openapi('DeploymentTimeline');

export const ChannelLog = z
  .object({
    data: z.array(
      z.object({
        at: timestamp,
        severity: z.enum(['error', 'warning', 'info']),
        message: z.string(),
        ingest: z
          .enum(['main', 'backup'])
          .nullable()
          .openapi({ description: 'Whose pipeline wrote it; null for a channel with one' }),
      }),
    ),
  })
  .openapi('ChannelLog');

export const Warning = z
  .object({ code: z.string(), detail: z.string(), remedy: z.string() })
  .openapi('Warning', { description: 'A problem that does not stop the stream' });

const RecordedError = z
  .object({ code: z.string(), detail: z.string(), remedy: z.string(), at: timestamp })
  .openapi('RecordedError');

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

const OperationStep = z
  .object({
    step: z.string(),
    label: z.string().openapi({ example: 'starting the channel' }),
    startedAt: timestamp,
    endedAt: timestamp.nullable(),
    attempts: z.number().int().openapi({ description: 'Calls of the step, polls included' }),
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
    stepNumber: z.number().int().openapi({ description: 'The running step, from 1' }),
    stepCount: z.number().int(),
    steps: z.array(OperationStep),
    error: RecordedError.nullable(),
  })
  .openapi('Operation');

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

export const PrimaryResource = z
  .object({
    mode: z.enum(PRIMARY_MODES).openapi({
      description:
        'always: while the flow is active; with-source: while the flow is active and an encoder is connected; off: never',
    }),
    configuredMode: z.enum(PRIMARY_MODES).openapi({ description: 'The mode in the configuration of the deployment' }),
    destination: DestinationResource.nullable().openapi({
      description: 'The primary channel with its price; null until the first sweep has created its record',
    }),
  })
  .openapi('Primary');

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
  .openapi('WayToSignIn', {
    description: 'token: send it to POST /api/session; redirect: open the URL in the browser',
  });

export const SessionResource = z
  .object({
    principal: z.string(),
    role: z.enum(ROLES),
    signIn: WayToSignIn,
    embedded: z.boolean().openapi({ description: 'True on one machine, where destinations may point to loopback' }),
    loopbackTargetsAllowed: z.boolean(),
    version: z.string(),
    ffmpeg: z
      .object({ version: z.string(), origin: z.enum(['environment', 'system', 'npm']) })
      .nullable()
      .openapi({
        description: 'The ffmpeg in use on one machine; npm is the tested version; null on AWS',
      }),
  })
  .openapi('Session');

/** The next step after the session has ended here. */
export const EndedSession = z
  .object({
    continueAt: z.string().openapi({ description: 'URL to open in the browser to sign out at the user pool' }),
  })
  .openapi('EndedSession');

/** How the sluice command signs in through the browser. */
export const CommandLineSignIn = z
  .object({
    clientId: z.string().openapi({ description: 'A public client of the user pool, with PKCE (S256)' }),
    scope: z.string(),
    authorizationUrl: z.string(),
    tokenUrl: z.string(),
    revocationUrl: z.string(),
    redirectUrls: z.array(z.string()).openapi({ description: 'Loopback addresses; use one of which the port is free' }),
  })
  .openapi('CommandLineSignIn');

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
    signIn: WayToSignIn.optional().openapi({ description: 'How to sign in; only in a 401' }),
  })
  .openapi('Problem');

export type DestinationList = z.infer<typeof DestinationList>;
export type DestinationResource = z.infer<typeof DestinationResource>;
export type OperationResource = z.infer<typeof OperationResource>;
export type PrimaryResource = z.infer<typeof PrimaryResource>;
export type FlowStatusResource = z.infer<typeof FlowStatusResource>;
export type EncoderAddressResource = z.infer<typeof EncoderAddressResource>;
export type MetricsResource = z.infer<typeof MetricsResource>;
export type PresetsResource = z.infer<typeof PresetsResource>;
export type SessionResource = z.infer<typeof SessionResource>;
export type CommandLineSignIn = z.infer<typeof CommandLineSignIn>;
export type EndedSession = z.infer<typeof EndedSession>;
export type HealthResource = z.infer<typeof HealthResource>;
export type ProblemBody = z.infer<typeof Problem>;
export type OrphanResource = z.infer<typeof OrphanResource>;
export type OrphanList = z.infer<typeof OrphanList>;
export type Timeline = z.infer<typeof Timeline>;
export type ChannelLog = z.infer<typeof ChannelLog>;
export type DeploymentTimeline = z.infer<typeof DeploymentTimeline>;
export type BulkResult = z.infer<typeof BulkResult>;
export type BulkStartResult = z.infer<typeof BulkStartResult>;
