/**
 * The destination record: what Sluice knows about one place it pushes to. Three truths are kept in separate fields:
 * `desired` (what was requested), `status` (where the lifecycle is) and the health derived from `observation` (what AWS
 * reports).
 */

import type { HealthCode, HealthLevel } from './health-reasons.ts';
import type { SourceLossAction } from './source-loss.ts';
import type { KeyUse } from './key-use.ts';
import type { PrimaryMode } from './primary-mode.ts';
import type { SoundSettings } from './sound.ts';

export const DESIRED_STATES = ['idle', 'running', 'deleted'] as const;
export type DesiredState = (typeof DESIRED_STATES)[number];

export const DESTINATION_STATUSES = [
  'idle',
  'creating',
  'starting',
  'running',
  'stopping',
  'deleting',
  'error',
] as const;
export type DestinationStatus = (typeof DESTINATION_STATUSES)[number];

export const STANDBY_MODES = ['warm', 'cold'] as const;
/** `warm` keeps channel and input while idle (fast start, small idle fee, uses quota); `cold` releases them on stop. */
export type StandbyMode = (typeof STANDBY_MODES)[number];

export const DESTINATION_KINDS = ['channel', 'srt'] as const;
/** What delivers a destination: a MediaLive channel that encodes, or an SRT output of the flow alone. */
export type DestinationKind = (typeof DESTINATION_KINDS)[number];

export const CHANNEL_CLASSES = ['SINGLE_PIPELINE', 'STANDARD'] as const;
/** MediaLive's classes: a STANDARD channel encodes twice and pushes to a main and a backup address. */
export type ChannelClass = (typeof CHANNEL_CLASSES)[number];

/**
 * AWS resources a destination may hold, in the order of creation. They are released in the reverse order.
 * `destination-kind.ts` says which kind holds which.
 */
export const HELD_RESOURCES = ['secret', 'input', 'channel', 'flowOutput', 'channelRun'] as const;
export type HeldResource = (typeof HELD_RESOURCES)[number];

export const OPERATION_KINDS = ['create', 'start', 'stop', 'teardown'] as const;
/** Names the state machine that runs the operation: `destination-<kind>`. */
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** Id of the primary: the channel behind the HLS preview, a destination that follows its mode and cannot be deleted. */
export const PRIMARY_DESTINATION_ID = 'primary';

/** One step of an operation as it ran. */
export interface OperationStep {
  step: string;
  startedAt: string;
  endedAt?: string;
  /** Calls of the step, including those that only waited. */
  attempts: number;
}

export type OperationOutcome = 'succeeded' | 'failed' | 'superseded';

/** One run of a state machine for one destination. `operationId` is also the execution's name. */
export interface Operation {
  operationId: string;
  kind: OperationKind;
  /** Absent for a destination with a channel. */
  destinationKind?: DestinationKind;
  generation: number;
  requestedBy: string;
  startedAt: string;
  /** When the last deadline of its steps passes. An operation still in flight then hangs, and may be forced. */
  deadlineAt: string;
  steps: OperationStep[];
  /**
   * True for a stop that releases what a failed operation left; it ends in `error` again, because idle was not
   * requested.
   */
  isCleanUp?: boolean;
  endedAt?: string;
  outcome?: OperationOutcome;
  /** Who changed the desired state while it ran. */
  supersededBy?: string;
  error?: RecordedError;
}

/** An event of a destination that is not an operation. Holds no secret: of a replaced stream key only the fact. */
export interface TimelineEntry {
  at: string;
  /** Who did it, or `monitor` or `sweep` for an observation. */
  actor: string;
  kind: 'edited' | 'health' | 'drift' | 'incident' | 'source' | 'show' | 'ceiling';
  /** What happened, in words; for an edit the fields. */
  detail: string;
  /**
   * The health from here on, for `health`; entries of earlier versions have neither, and their detail begins with the
   * code.
   */
  code?: HealthCode;
  level?: HealthLevel;
  /** What happened to the source, for `source`. A loss that is over has its end. */
  source?: { state: 'connected' | 'lost' | 'flow_stopped' | 'switched'; until?: string };
}

/** Size and nominal frame rate of the source's picture. */
export interface SourcePicture {
  width: number;
  height: number;
  framesPerSecond: number;
}

/** The first audio track of the source; null for what is not known. */
export interface SourceSound {
  channels: number | null;
  sampleRateHz: number | null;
}

/** One output of a channel as it was set, which determines the price. Null width and height follow the source. */
export interface RecordedOutput {
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  videoBitrateBps: number;
  audioBitrateBps: number;
}

/** A channel run in a row of the history: what was billed, and for how long. */
export interface RecordedRun {
  startedAt: string;
  /** When the stop was confirmed; absent in rows written during the run. */
  endedAt?: string;
  platform: string;
  preset: string;
  /** Frame rate of an output that follows its source, in rows of versions before 2026-12. Newer ones have `outputs`. */
  framesPerSecond?: number;
  /** The outputs that the traffic is computed from; absent in rows of versions before 2026-12. */
  outputs?: RecordedOutput[];
  /** Absent for one pipeline. */
  channelClass?: ChannelClass;
  /** Bitrate of the encoder's feed when it was first measured in the run; absent when it was not. */
  feedBitrateBps?: number;
}

/** Why something failed, safe to show: a code of the closed list, one sentence and one remedy. */
export interface RecordedError {
  code: string;
  detail: string;
  remedy: string;
  at: string;
}

/**
 * The AWS resources a destination holds, or is about to. A step records an id at once or with a later write; until then
 * tags and names identify the resource.
 */
export interface HeldResources {
  /** Holds the passphrase of an SRT destination for MediaConnect. The hash is of the ciphertext it was set from. */
  secret?: { secretArn: string; ciphertextHash: string };
  /** The backup address is that of the second endpoint, which a STANDARD channel reads as well. */
  input?: { inputId: string; address: string; backupAddress?: string; port: number };
  channel?: {
    channelId: string;
    channelArn: string;
    configurationHash: string;
    /** Nominal frame rate of the source that the channel was last set up for; absent when none was known. */
    sourceFramesPerSecond?: number;
    /** Whether it sends the slate while its input is lost; absent in records of earlier versions. */
    holds?: boolean;
    /** Settings of its outputs; absent in records of versions that did not keep them. */
    outputs?: RecordedOutput[];
    /** The class that it was last set up for; absent for one pipeline. */
    channelClass?: ChannelClass;
  };
  /** The output of an SRT destination is its run: it is billed for what it transfers while it exists. */
  flowOutput?: HeldFlowOutput;
  /**
   * Noted before StartChannel is sent, withdrawn when AWS did not accept it, and removed when the channel was seen
   * stopped. Platform, preset and outputs are those of the start, which an edit for the next start does not change.
   */
  channelRun?: HeldRun;
}

/** The flow output of a destination, and the second one of a STANDARD channel. */
export interface HeldFlowOutput {
  flowOutputArn: string;
  flowOutputName: string;
  backup?: { flowOutputArn: string; flowOutputName: string };
  run?: HeldRun;
}

/** A run in progress. */
export interface HeldRun {
  startedAt: string;
  generation: number;
  platform?: string;
  preset?: string;
  outputs?: RecordedOutput[];
  /** Absent for one pipeline. */
  channelClass?: ChannelClass;
}

/** Returns the place of a destination in the operators' manual order. One that was never moved stands by its age. */
export function positionOf({ createdAt, position }: Pick<Destination, 'createdAt' | 'position'>): number {
  return position ?? Date.parse(createdAt);
}

/** Returns the run in progress of a destination of either kind. */
export function runInProgress({ channelRun, flowOutput }: HeldResources): HeldRun | undefined {
  return channelRun ?? flowOutput?.run;
}

/** An alert that is set. The pipeline is 0 when it is absent. */
export interface ObservedAlert {
  alertType: string;
  message: string;
  setAt: string;
  pipelineId?: string;
}

/** Figures of one pipeline's delivery. Absent figures were not reported, which is not the same as zero. */
export interface PipelineFigures {
  bitrateBps?: number;
  framesPerSecond?: number;
  /** Frames that the far end did not take, in the last seconds. */
  unsentFrames?: number;
  reconnects?: number;
  activeOutputs?: number;
  /** Milliseconds that MediaLive filled with its own frames; above zero the input delivers none. */
  fillMs?: number;
}

/** The newest observation of the channel. Absent figures were not reported, which is not the same as zero. */
export interface Observation extends PipelineFigures {
  observedAt: string;
  channelState?: string;
  alerts: ObservedAlert[];
  sourceConnected?: boolean;
  /** The picture of the source then, the last one known while no encoder is connected. */
  sourcePicture?: SourcePicture;
  /** What the encoder is set to give; known on one machine only. */
  wantedFramesPerSecond?: number;
  /** Frames an overloaded encoder left out, in the last seconds. */
  droppedFrames?: number;
  /** Share of the packets that an SRT output had to send again, and its round trip. */
  resentPercent?: number;
  roundTripMs?: number;
  /** The pipeline to the backup address; absent for a channel with one pipeline. */
  backup?: PipelineFigures;
  /** The output is meant to be paused. */
  isPauseMeant?: true;
  /** What the platform gets instead of the source's pictures: for a lost source, or in a break that was requested. */
  slate?: 'hold' | 'break';
  /** Whether the source delivered in this run, and since when it does not any more. */
  hadSource?: boolean;
  sourceLostSince?: string;
  /**
   * When bitrate, fill and the other figures that not every observation reads were read; absent means with the rest.
   */
  figuresAt?: string;
  /** Bitrate of the encoder's feed as first measured in the run that started then. */
  feed?: { runStartedAt: string; bitrateBps: number };
  /** Code of the derived health, and since when it has been that. */
  healthCode?: string;
  healthSince?: string;
  /** Since when it has been in trouble without a break, whatever the reasons were. */
  troubledSince?: string;
  /** When connections to the platform were lost in the last five minutes; absent means never. */
  lostConnections?: string[];
  /** The same of the backup ingest. */
  lostBackupConnections?: string[];
}

/** A slate over the output, which stays on the record until MediaLive has accepted its end. */
export interface SlateBreak {
  /** The image, as MediaLive reads it: `s3ssl://bucket/key`. */
  image: string;
  /** The size of the output, to which an own image is scaled; absent for one that has it. */
  scaledTo?: { width: number; height: number };
  requestedBy: string;
  requestedAt: string;
  /** `showing` and `ending` are written before MediaLive is called, `shown` after it has accepted the image. */
  state: 'showing' | 'shown' | 'ending';
  /** The end was requested before the image was confirmed, so the call that shows it may still be on its way. */
  unconfirmed?: true;
  /** The channel run it belongs to, as its start. A slate does not outlast the run. */
  runStartedAt: string;
}

/** A pause of the output: the channel runs, is billed and sends nothing. It ends with the run at the latest. */
export interface OutputPause {
  /** The planned second; null while it waits for a person. */
  until: string | null;
  /** `ending` is written before MediaLive is asked to let the output go, `ended` after it has confirmed. */
  state: 'paused' | 'ending' | 'ended';
  /** The second at which MediaLive lets the output go by itself; null while its schedule has no such action. */
  plannedFor: string | null;
  /** When the output was let go. */
  endedAt: string | null;
}

/**
 * A destination as stored. `streamKeyCiphertext` is KMS ciphertext (base64) bound to this destination: of the stream
 * key, or of the passphrase of an SRT destination, which has no last characters and no fingerprint.
 */
export interface Destination {
  destinationId: string;
  /** The caller's own id, by which PUT creates and changes it; absent or null without one. Unique. */
  reference?: string | null;
  name: string;
  /** Label of destinations that an operator starts and stops together; null for none. No AWS resource carries it. */
  group: string | null;
  platform: string;
  rtmpUrl: string;
  streamKeyCiphertext: string | null;
  streamKeyLast4: string | null;
  streamKeyFingerprint: string | null;
  /**
   * The platform's backup address, to which the channel pushes as well; null or absent for none. The stream key there
   * is the main one unless a ciphertext of an own one is stored.
   */
  backupRtmpUrl?: string | null;
  backupStreamKeyCiphertext?: string | null;
  backupStreamKeyLast4?: string | null;
  backupStreamKeyFingerprint?: string | null;
  /** When the stream key expires at the platform; null or absent: not known. */
  keyValidUntil?: string | null;
  /** Absent: reusable. */
  keyUse?: KeyUse;
  /** When a run with a key for one broadcast began first; null or absent: not since the key was set. */
  keyUsedAt?: string | null;
  preset: string;
  /** SRT only: the stream ID, and the least latency in milliseconds. */
  streamId?: string | null;
  latencyMs?: number;
  standby: StandbyMode;
  /** Null or absent: the deployment's settings. */
  sound?: SoundSettings | null;
  /** What happens while no source delivers; absent: what suits the platform. */
  onSourceLoss?: SourceLossAction;
  /** Minutes without a source after which it is stopped, 0 for never; absent: the default. */
  holdMinutes?: number;
  /** Place in the operator's manual order, smallest first; absent: the time it was created, in milliseconds. */
  position?: number;
  desired: DesiredState;
  status: DestinationStatus;
  /** Counts operations. Writes of an operation are conditional on it. */
  generation: number;
  /** Counts changes of the configuration. Serves as the ETag. */
  revision: number;
  /** Counts every write of the record except observations. Each write is conditional on the count it read. */
  writeCount: number;
  operation: Operation | null;
  held: HeldResources;
  /**
   * Generation in flight or at rest when target, preset or key last changed. A channel run of this generation or an
   * earlier one still uses the former configuration. Absent until the first edit.
   */
  configurationGeneration?: number;
  /** Set by an edit that must reach the platform now: the destination is stopped, then started again. */
  restartRequested: boolean;
  lastError: RecordedError | null;
  observation: Observation | null;
  /** When the current run reached `running`; null while it is not running. */
  runningSince: string | null;
  /** A slate that an operator has requested, until its end is confirmed. */
  slateBreak?: SlateBreak | null;
  /** The pause that a show has started it with; absent or null for none. */
  outputPause?: OutputPause | null;
  /** Until when its channels log in detail instead of warnings and errors only. Applies from the next start. */
  detailedLogUntil?: string | null;
  /** The primary's mode, if it was changed through the API. */
  primaryMode?: PrimaryMode;
  /** Since when the primary has not been needed; null while it is. */
  unneededSince?: string | null;
  /** How long the steps that waited for AWS took when they last succeeded, in milliseconds by step. */
  tookMs?: Record<string, number>;
  /** Consecutive starts that were billed but failed or did not last; absent means none. */
  failedStarts?: number;
  /** Who last changed the desired state; absent until the first change. */
  desiredBy?: string;
  /** When the desired state last changed; absent until the first change. */
  desiredAt?: string;
  createdAt: string;
  lastModified: string;
}
