/**
 * The destination record: what we know of one place we push to. Three truths are kept apart and never merged into one
 * field: `desired` (what was asked for), `status` (where our lifecycle is) and the health derived from `observation`
 * (what the far end sees).
 */

import type { PrimaryMode } from './primary-mode.ts';

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
/** `warm` keeps channel and input while idle (quick start, small idle fee, occupies quota); `cold` releases them on stop. */
export type StandbyMode = (typeof STANDBY_MODES)[number];

/** AWS resources a destination holds, in the order they are made. Release goes in the reverse order. */
export const HELD_RESOURCES = ['input', 'channel', 'flowOutput', 'channelRun'] as const;
export type HeldResource = (typeof HELD_RESOURCES)[number];

export const OPERATION_KINDS = ['create', 'start', 'stop', 'teardown'] as const;
/** Names the state machine that carries the operation out: `destination-<kind>`. */
export type OperationKind = (typeof OPERATION_KINDS)[number];

/** Id of the primary: the channel behind the HLS preview, a destination that follows its mode and cannot be deleted. */
export const PRIMARY_DESTINATION_ID = 'primary';

/** One step of an operation as it ran. */
export interface OperationStep {
  step: string;
  startedAt: string;
  endedAt?: string;
  /** Calls of the step, waiting included. */
  attempts: number;
}

export type OperationOutcome = 'succeeded' | 'failed' | 'superseded';

/** One run of a state machine for one destination. `operationId` is also the execution's name. */
export interface Operation {
  operationId: string;
  kind: OperationKind;
  generation: number;
  requestedBy: string;
  startedAt: string;
  /** All its steps have passed their deadlines by then: an operation that is still in flight hangs, and may be forced. */
  deadlineAt: string;
  steps: OperationStep[];
  /** A stop that takes down what a failed operation left: it ends in `error` again, because nobody asked for idle. */
  isCleanUp?: boolean;
  endedAt?: string;
  outcome?: OperationOutcome;
  /** Who changed the wish while it ran. */
  supersededBy?: string;
  error?: RecordedError;
}

/** Something that happened to a destination beside its operations. Holds no secret: a replaced key is only named. */
export interface TimelineEntry {
  at: string;
  /** Who did it, or `monitor` for what was seen. */
  actor: string;
  kind: 'edited' | 'health' | 'drift';
  /** What, in words; for an edit the fields. */
  detail: string;
}

/** One output of a channel as it was set: AWS bills by it. Null width and height follow the source. */
export interface RecordedOutput {
  width: number | null;
  height: number | null;
  framesPerSecond: number | null;
  videoBitrateBps: number;
  audioBitrateBps: number;
}

/** A run of a channel as the history keeps it beside what happened: what was billed, and for how long. */
export interface RecordedRun {
  startedAt: string;
  /** When it was confirmed to have stopped; absent in what happened while it went on. */
  endedAt?: string;
  platform: string;
  preset: string;
  framesPerSecond?: number;
  /** What the traffic is computed from; absent in what versions before 2026-12 recorded. */
  outputs?: RecordedOutput[];
  /** Bitrate of the encoder's feed as first measured in the run; absent when it was not. */
  feedBitrateBps?: number;
}

/** Why something failed, safe to show: a code of the closed list, one sentence, one remedy. */
export interface RecordedError {
  code: string;
  detail: string;
  remedy: string;
  at: string;
}

/** What a destination holds in AWS, or is about to. An id is recorded as soon as AWS has answered with it. */
export interface HeldResources {
  input?: { inputId: string; address: string; port: number };
  channel?: {
    channelId: string;
    channelArn: string;
    configurationHash: string;
    /** Frame rate it was set to because its preset follows the source. */
    followedFramesPerSecond?: number;
    /** Nominal frame rate of the source when the channel was last set up; absent when no encoder was seen then. */
    sourceFramesPerSecond?: number;
    /** What its outputs are set to; absent in records of versions that did not keep it. */
    outputs?: RecordedOutput[];
  };
  flowOutput?: { flowOutputArn: string; flowOutputName: string };
  /**
   * Present from the moment StartChannel was accepted until the channel was seen stopped. Platform, preset and outputs
   * are the ones it was started with, which an edit that waits for the next start does not change.
   */
  channelRun?: {
    startedAt: string;
    generation: number;
    platform?: string;
    preset?: string;
    outputs?: RecordedOutput[];
  };
}

/** The newest look at what the channel really does. Absent figures were not reported, which is not the same as zero. */
export interface Observation {
  observedAt: string;
  channelState?: string;
  alerts: { alertType: string; message: string; setAt: string }[];
  sourceConnected?: boolean;
  bitrateBps?: number;
  framesPerSecond?: number;
  droppedFrames?: number;
  reconnects?: number;
  activeOutputs?: number;
  /** Milliseconds MediaLive has filled with pictures of its own; above zero the input delivers none. */
  fillMs?: number;
  /** When bitrate, fill and what is not read at every look were read; absent: with everything else. */
  figuresAt?: string;
  /** Bitrate of the encoder's feed as first measured in the run that began then. */
  feed?: { runStartedAt: string; bitrateBps: number };
  /** Since when the derived health has been what it is. */
  healthCode?: string;
  healthSince?: string;
}

/** A destination as stored. `streamKeyCiphertext` is KMS ciphertext (base64) bound to this destination. */
export interface Destination {
  destinationId: string;
  name: string;
  /** Label of those an operator starts and stops together; null for none. It reaches no AWS resource. */
  group: string | null;
  platform: string;
  rtmpUrl: string;
  streamKeyCiphertext: string | null;
  streamKeyLast4: string | null;
  streamKeyFingerprint: string | null;
  preset: string;
  standby: StandbyMode;
  desired: DesiredState;
  status: DestinationStatus;
  /** Counts operations; the writes of an operation are conditional on it. */
  generation: number;
  /** Counts changes of the configuration; the ETag. */
  revision: number;
  /** Counts every write of the record but observations; each write is conditional on the count it read. */
  writeCount: number;
  operation: Operation | null;
  held: HeldResources;
  /**
   * Generation in flight or at rest when target, preset or key last changed: a channel run of this generation or an
   * earlier one still uses what was there before. Absent while nothing has been edited.
   */
  configurationGeneration?: number;
  /** Set by an edit that must reach the platform now: the next settle stops, then starts again. */
  restartRequested: boolean;
  lastError: RecordedError | null;
  observation: Observation | null;
  /** When the current run reached `running`; null while it is not running. */
  runningSince: string | null;
  /** Until when its channels log in detail; otherwise they log warnings and errors. Read at the next start. */
  detailedLogUntil?: string | null;
  /** Of the primary only: when it runs, where that was changed through the API. */
  primaryMode?: PrimaryMode;
  /** Of the primary only: since when there has been no need for it to run; null while there is. */
  unneededSince?: string | null;
  /** How long the steps that had to wait for AWS took when they succeeded last, milliseconds by step. */
  tookMs?: Record<string, number>;
  /** Starts in a row that cost something and came to nothing, or did not last; absent is none. */
  failedStarts?: number;
  /** Who last changed what is wished; absent while nobody has since it was made. */
  wishedBy?: string;
  createdAt: string;
  lastModified: string;
}
